/** What a CoreDNS pod complained about lately. A log line supports a finding and never convicts alone. */
export interface DnsLog {
  readonly pod: string;
  /** Upstreams that did not answer, with how often and the last line that said so. */
  readonly upstreamTimeouts: readonly { readonly server: string; readonly count: number; readonly line: string }[];
  /** `… is forbidden: User …`: which resource it may not list, in the server's words. */
  readonly forbidden: readonly string[];
  readonly loop?: string;
}

export function readCorednsLog(pod: string, log: string): DnsLog {
  const lines = log.split('\n');
  const loop = lines.find((line) => line.includes('plugin/loop: Loop'));
  return {
    pod,
    upstreamTimeouts: upstreams(lines),
    forbidden: [...new Set(lines.filter((line) => line.includes(' is forbidden: ')).map(resource))],
    ...(loop ? { loop } : {}),
  };
}

// read udp 10.244.1.3:36042->192.168.1.1:53: i/o timeout
const UPSTREAM = /(?:->|dial (?:udp|tcp) )([0-9a-f.:[\]]+:\d+): (?:i\/o timeout|connect: |read: connection refused)/;

function upstreams(lines: readonly string[]): DnsLog['upstreamTimeouts'] {
  const seen = new Map<string, { server: string; count: number; line: string }>();
  for (const line of lines) {
    const server = line.includes('plugin/errors') ? UPSTREAM.exec(line)?.[1] : undefined;
    if (server) seen.set(server, { server, count: (seen.get(server)?.count ?? 0) + 1, line: line.trim() });
  }
  return [...seen.values()];
}

const resource = (line: string): string => /([a-z0-9.-]+ is forbidden: .*?)"?$/.exec(line)?.[1] ?? line.trim();
