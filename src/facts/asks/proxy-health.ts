import type { Try } from '../../evidence/evidence.js';
import { readByTool } from '../read/answered.js';
import { readProxyHealth } from '../read/proxy-health.js';
import { staticAsk } from './ask.js';

/** kube-proxy's defaults: both listen on the node's loopback, healthz on every address too. */
const METRICS = 'http://127.0.0.1:10249/metrics';
const HEALTHZ = 'http://127.0.0.1:10256/healthz';

/** Ages are reckoned by the node's own clock: boot time and uptime, which a shell reads without `date`. */
const NOW = `while read -r key value rest; do [ "$key" = btime ] && boot=$value; done </proc/stat
read -r up rest </proc/uptime
echo "now $((boot + \${up%%.*}))"
unset http_proxy HTTP_PROXY`;

/** The page holds some hundred kilobytes; four of its lines matter. */
const ONLY = `grep -e '^kubeproxy_sync_proxy_rules_' -e 'timed out' -e refused`;

const both = (tool: string, get: string): Try => ({
  tool: 'http',
  needs: [tool, 'grep'],
  script: `${NOW}
printf '\\036metrics\\n'; ${get} ${METRICS} 2>&1 | ${ONLY}
printf '\\036healthz\\n'; ${get} ${HEALTHZ} 2>&1
true`,
  shown: `curl -s ${HEALTHZ}`,
});

export const proxyHealthAsk = {
  ...staticAsk('kube-proxy health', [
    both('curl', `curl -sS -m 2 -w '\\nstatus %{http_code}\\n'`),
    both('wget', 'wget -q -T 2 -O -'),
  ]),
  maxBytes: 64 * 1024,
};
export const readProxyHealthAnswer = readByTool({ http: readProxyHealth });
