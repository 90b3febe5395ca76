// A plain client: what curl, bash and dig see from where the flow starts. It proves a fault without a word of our own product.
import type { Flow, Probe, Seen } from './fault.js';
import { NAMESPACE, outOf, type Scene } from './scene.js';

/** What one look came to, with the tools' own words for the worst attempt. */
export interface Look {
  readonly seen: Seen;
  readonly words: string;
}

interface Attempt {
  readonly seen: Seen;
  readonly words: string;
}

/** A connection that has not failed after this long is called a timeout: a failed ARP takes 3 s to become EHOSTUNREACH. */
const CONNECT_SECONDS = 4;
/** A healthy answer inside one machine takes milliseconds. */
const SLOW_SECONDS = 1.5;
const LARGE_BYTES = 300_000;

export async function look(scene: Scene, flow: Flow): Promise<Look> {
  const text = await inSource(scene, flow.source, scriptFor(flow));
  const attempts = text
    .split('\n')
    .filter((line) => line.startsWith('TRY\t'))
    .map((line) => attemptOf(flow.probe, line.split('\t')));
  return together(attempts, flow.probe);
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Runs a script where a flow starts: in the pod with its own tools, else in its network namespace with the node's. */
export async function inSource(scene: Scene, source: string, script: string): Promise<string> {
  const [kind, name = ''] = source.split('/');
  if (kind === 'node') return scene.on(name, script);
  if (name.startsWith('web')) {
    const ran = await scene.lab.kubectl(['exec', '-n', NAMESPACE, name, '--', 'bash', '-c', script], {
      timeoutMs: 30_000,
    });
    return outOf(ran, `client in ${name}`);
  }
  const { node, pid } = await processOf(scene, name);
  return scene.on(node, `nsenter -t ${pid} -n bash -c ${quote(script)}`);
}

/** The node and process of a pod's first container, found as a node's owner would: by the container id in its cgroup. */
export async function processOf(
  scene: Scene,
  pod: string,
  namespace = NAMESPACE,
): Promise<{ node: string; pid: string }> {
  const path = 'jsonpath={.spec.nodeName} {.status.containerStatuses[0].containerID}';
  const [node = '', id = ''] = (await scene.kubectl('get', 'pod', pod, '-n', namespace, '-o', path)).split(' ');
  const bare = id.replace(/^.*\/\//, '');
  if (bare === '') throw new Error(`${pod} has no running container`);
  const pids = await scene.on(node, `grep -l ${bare} /proc/[0-9]*/cgroup 2>/dev/null | cut -d/ -f3 | sort -n; true`);
  const [pid] = pids.split('\n').filter((line) => line !== '');
  if (pid === undefined) throw new Error(`no process of ${pod} on ${node}`);
  return { node, pid };
}

function scriptFor(flow: Flow): string {
  const tries = flow.probe === 'large' ? '' : `for ((i = 0; i < ${flow.tries ?? 4}; i++)); do try & done; wait`;
  return `${TRY[flow.probe](flow)}\n${tries}`;
}

const hostOf = (flow: Flow): string => flow.address ?? flow.dest.replace(/:\d+$/, '');

function curl(url: string, more = ''): string {
  return `out=$(curl -sv --noproxy '*' -o /dev/null --connect-timeout ${CONNECT_SECONDS} -m 5 -w 'nd=%{http_code} %{time_total}' ${more} ${quote(url)} 2>&1); rc=$?
words=$(printf '%s' "$out" | grep -oE 'failed: .*|connect fail for .*|timed out.*|[Rr]eset by peer.*|Empty reply.*|Could not resolve.*|unrecognized name.*' | head -1)
printf 'TRY\\t%s\\t%s\\t%s\\n' "$rc" "\${out##*nd=}" "$words"`;
}

const TRY: Readonly<Record<Probe, (flow: Flow) => string>> = {
  http: (flow) => `try() { ${curl(`http://${hostOf(flow)}:${flow.port}/`)}; }`,
  tcp: (flow) =>
    `try() { out=$(timeout ${CONNECT_SECONDS} bash -c ${quote(`exec 3<>/dev/tcp/${hostOf(flow)}/${flow.port}`)} 2>&1); printf 'TRY\\t%s\\t0\\t%s\\n' $? "\${out##*connect: }"; }`,
  // bash reads one byte at a time, and what is not read of a datagram is gone: the first byte is all there is to wait for.
  udp: (flow) =>
    `try() { out=$(bash -c ${quote(`exec 3<>/dev/udp/${hostOf(flow)}/${flow.port}; echo hello >&3 && read -r -n 1 -t 2.5 -u 3 byte`)} 2>&1); printf 'TRY\\t%s\\t0\\t%s\\n' $? "\${out##*: }"; }`,
  dns: (flow) => {
    const at = flow.address === undefined ? '' : `@${flow.address}`;
    const from = flow.fromPort === undefined ? '' : `-b 0.0.0.0#${flow.fromPort}`;
    return `try() { out=$(dig +time=${flow.patience ?? 3} +tries=1 +search ${from} ${quote(flow.dest)} A ${at} 2>&1); rc=$?
words=$(printf '%s' "$out" | grep -oE 'status: [A-Z]+|ANSWER: [0-9]+|timed out|connection refused|host unreachable|network unreachable|permission denied' | tr '\\n' ' ')
printf 'TRY\\t%s\\t0\\t%s\\n' $rc "$words"; }`;
  },
  large: (flow) => {
    const base = `http://${hostOf(flow)}:${flow.port}`;
    const upload = `-H Expect: --data-binary @<(head -c ${LARGE_BYTES} /dev/zero)`;
    return `small() { ${curl(`${base}/`)}; }\ndown() { ${curl(`${base}/large?bytes=${LARGE_BYTES}`)}; }\nup() { ${curl(`${base}/upload`, upload)}; }
small; down & up & wait`;
  },
};

const WORDS: readonly (readonly [RegExp, Seen])[] = [
  [/refused/i, 'refused'],
  [/no route|unreachable|host is down/i, 'no-route'],
  [/not permitted|permission denied/i, 'not-permitted'],
  [/reset by peer|empty reply/i, 'reset'],
];

function attemptOf(probe: Probe, [, code = '', report = '', words = '']: readonly string[]): Attempt {
  const [status = '0', seconds = '0'] = report.split(' ');
  const named = WORDS.find(([pattern]) => pattern.test(words))?.[1];
  const text = [
    words.trim(),
    probe === 'http' || probe === 'large' ? `curl exit ${code}, status ${status}` : `exit ${code}`,
  ]
    .join(' ')
    .trim();
  return { seen: named ?? attemptSeen(probe, code, { status, seconds, words }), words: text };
}

function attemptSeen(probe: Probe, code: string, said: { status: string; seconds: string; words: string }): Seen {
  if (probe === 'dns') {
    if (/status: NOERROR/.test(said.words)) return /ANSWER: [1-9]/.test(said.words) ? 'ok' : 'wrong-answer';
    return /status:/.test(said.words) ? 'wrong-answer' : 'timeout';
  }
  if (code !== '0') return code === '6' ? 'wrong-answer' : 'timeout';
  if (Number(said.status) >= 400) return 'wrong-answer';
  return Number(said.seconds) > SLOW_SECONDS ? 'slow' : 'ok';
}

function together(attempts: readonly Attempt[], probe: Probe): Look {
  const failed = attempts.filter(({ seen }) => seen !== 'ok');
  const worst = failed[0];
  if (attempts.length === 0) return { seen: 'wrong-answer', words: 'the client printed nothing' };
  if (worst === undefined) return { seen: 'ok', words: `${attempts.length} of ${attempts.length} ok` };
  const words = `${failed.length} of ${attempts.length}: ${worst.words}`;
  if (probe === 'large') return { seen: attempts[0]?.seen === 'ok' ? 'large-lost' : worst.seen, words };
  const one = attempts.every(({ seen }) => seen === worst.seen);
  return { seen: one ? worst.seen : mixed(attempts), words };
}

// A router limits its ICMP errors to one a second per client, so some of a burst of refused attempts run into the timeout.
function mixed(attempts: readonly Attempt[]): Seen {
  if (attempts.some(({ seen }) => seen === 'ok' || seen === 'slow')) return 'intermittent';
  return attempts.find(({ seen }) => seen !== 'timeout')?.seen ?? 'timeout';
}
