// What a daemon says of itself on the loopback of its own network namespace: kube-proxy's health, mode and metrics.
import type { Ask } from '../../evidence/evidence.js';
import { sh, shown } from '../../evidence/shell.js';
import { readByTool } from '../read/answered.js';
import { readHttp } from '../read/http.js';
import { staticAsk } from './ask.js';

export interface LocalPage {
  readonly port: number;
  readonly path: string;
  /** Keep body lines that begin so: a metrics page is hundreds of kilobytes, a few lines of it matter. */
  readonly keep?: string;
}

const SECONDS = 3;

export function localHttpAsk({ port, path, keep }: LocalPage): Ask {
  const url = `http://127.0.0.1:${port}${path}`;
  const asShown = shown`curl -s ${url}`;
  const request = `GET ${path} HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n`;
  const bash = [
    'exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1',
    'printf "$2" >&3',
    'while IFS= read -rt 3 l || [ "$l" ]; do printf "%s\\n" "$l"; l=; done <&3',
  ].join('\n');
  const raw = [
    { tool: 'curl', needs: ['curl'], script: sh`curl -q -sS -i --noproxy '*' -m ${SECONDS} ${url}` },
    { tool: 'bash', needs: ['bash'], script: sh`bash -c ${bash} bash ${port} ${request}` },
    // Last, for it drops the body of a page that is no success; the status it puts on stderr, and exits 1 or 8.
    {
      tool: 'wget',
      needs: ['wget'],
      script: sh`{ http_proxy= wget -S -T ${SECONDS} -O - ${url} 2>&1 || [ $? -ne 4 ]; }`,
    },
  ];
  // The status line is kept whatever the filter: every client prints it with `HTTP/1`.
  const kept = keep === undefined ? '' : sh` | grep -E ${`HTTP/1|^${keep}`}`;
  const tries = raw.map((each) => ({
    ...each,
    needs: keep === undefined ? each.needs : [...each.needs, 'grep'],
    script: `${each.script}${kept}`,
    shown: asShown,
  }));
  return staticAsk(`http 127.0.0.1:${port}${path}${keep === undefined ? '' : ` ${keep}`}`, tries);
}

export const readLocalHttp = readByTool({ curl: readHttp, wget: readHttp, bash: readHttp });

/** Both ports are kube-proxy's defaults; healthz answers 503 when its last sync is overdue. */
export const proxyHealthAsk = localHttpAsk({ port: 10256, path: '/healthz' });
export const proxyModeAsk = localHttpAsk({ port: 10249, path: '/proxyMode' });
export const proxyMetricsAsk = localHttpAsk({ port: 10249, path: '/metrics', keep: 'kubeproxy_(sync|iptables)' });
