// Whom a node's rules name: every address and port that a Service, a node port or a backend has in them.

export interface Target {
  /** Absent: any address of the node, as for a node port. */
  readonly dst?: string;
  readonly protocol: 'tcp' | 'udp';
  readonly dport: number;
}

const RULE = /^(?:\[.*\] )?-A (\S+) (?:.*-d ([\d.]+)\/32 )?.*-p (tcp|udp) .*--dport (\d+)(?: |$)/;
const BACKEND = /-p (tcp|udp) .*--to-destination ([\d.]+):(\d+)/;
const ADDRESS = /"concat": \["([\d.]+)", (?:"(tcp|udp)"|(6|17)), (\d+)\]/g;
const PORT = /"concat": \[(?:"(tcp|udp)"|(6|17)), (\d+)\]/g;
const DNAT = /"dnat": \{"addr": "([\d.]+)", "port": (\d+)/g;

export function targetsOf(iptables: string, nft: string): readonly Target[] {
  const lines = iptables.split('\n');
  const found = [...lines.flatMap(ofRule), ...ofMaps(nft)];
  return [...new Map(found.map((target) => [JSON.stringify(target), target])).values()];
}

function ofRule(line: string): readonly Target[] {
  const [, , ip, protocol, port] = RULE.exec(line) ?? [];
  const isNodePort = line.includes('-A KUBE-NODEPORTS ') || line.includes('-A CNI-HOSTPORT-DNAT ');
  const named = port !== undefined && (ip !== undefined || isNodePort) ? [target(ip, protocol, port)] : [];
  const [, of, backend, to] = BACKEND.exec(line) ?? [];
  return to === undefined ? named : [...named, target(backend, of, to)];
}

function ofMaps(nft: string): readonly Target[] {
  return [
    ...[...nft.matchAll(ADDRESS)].map(([, ip, name, number, port]) => target(ip, name ?? number, port)),
    ...[...nft.matchAll(PORT)].map(([, name, number, port]) => target(undefined, name ?? number, port)),
    ...[...nft.matchAll(DNAT)].map(([, ip, port]) => target(ip, 'tcp', port)),
  ];
}

const target = (dst: string | undefined, protocol = '', port = ''): Target => ({
  ...(dst === undefined ? {} : { dst }),
  protocol: protocol === 'udp' || protocol === '17' ? 'udp' : 'tcp',
  dport: Number(port),
});
