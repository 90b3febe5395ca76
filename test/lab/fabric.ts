// The wire: a bridge in a namespace of its own, a veth to every node, and a namespace that is router, upstream DNS and
// "the outside" at once. The machine's own namespace holds no end of any of it.
import { run, must, type Ran } from './run.js';
import { start } from './processes.js';
import { nodeIp, type Settings } from './settings.js';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function namespacePath(of: Settings, name: string): string {
  return `/run/netns/${of.prefix}${name}`;
}

export function inNamespace(of: Settings, name: string): readonly string[] {
  return ['nsenter', `--net=${namespacePath(of, name)}`, '--'];
}

export function shIn(of: Settings, name: string, script: string): Promise<Ran> {
  return run([...inNamespace(of, name), 'bash', '-c', script]);
}

export async function createFabric(of: Settings, nodes: readonly string[]): Promise<void> {
  const bits = of.cidrs.nodes.split('/')[1];
  const ns = (name: string): string => `ip -n ${of.prefix}${name}`;
  const lines = ['set -e'];
  for (const name of ['fabric', 'outside', ...nodes])
    lines.push(`ip netns add ${of.prefix}${name}`, `${ns(name)} link set lo up`);
  lines.push(`${ns('fabric')} link add br0 type bridge`, `${ns('fabric')} link set br0 up`);
  for (const name of ['outside', ...nodes])
    lines.push(
      `${ns('fabric')} link add p-${name} type veth peer name eth0 netns ${of.prefix}${name}`,
      `${ns('fabric')} link set p-${name} master br0 up`,
      `${ns(name)} link set eth0 up`,
      `${ns(name)} addr add ${name === 'outside' ? of.router : nodeIp(of, name)}/${bits} dev eth0`,
      `ip netns exec ${of.prefix}${name} sysctl -qw net.ipv4.ip_forward=1`,
    );
  for (const name of nodes)
    lines.push(
      `${ns(name)} route add default via ${of.router}`,
      `ip netns exec ${of.prefix}${name} sysctl -qw net.bridge.bridge-nf-call-iptables=1`,
    );
  // What it does not know it drops without a word, as the Internet does with private addresses: an ICMP would be rate-limited,
  // and a client would see now one thing, now the other.
  lines.push(`${ns('outside')} addr add ${of.cidrs.outside}/32 dev lo`, `${ns('outside')} route add blackhole default`);
  await must(['bash', '-c', lines.join('\n')]);
}

/** What lies beyond the cluster: names that an upstream resolver knows, and a host that serves HTTP and HTTPS. */
export function startOutside(of: Settings): void {
  const hosts = ['www.example.com', 'api.example.com', 'slow.example.com'].map((name) => `${of.cidrs.outside} ${name}`);
  writeFileSync(join(of.dir, 'outside.hosts'), `${hosts.join('\n')}\n`);
  // CoreDNS asks its template plugin before its hosts: in one block the second would hide the first. A name below `wild` that
  // nobody has asked for is in no cache, so a fault of the upstream shows at once. The nodes' loop check of CoreDNS asks
  // upstream for random names: they must be NXDOMAIN, not silence.
  const wild = `template IN A wild.example.com {\n    answer "{{ .Name }} 1 IN A ${of.cidrs.outside}"\n  }`;
  const known = `hosts ${join(of.dir, 'outside.hosts')}`;
  const block = (zone: string, ...plugins: readonly string[]): string =>
    `${zone}:53 {\n  bind ${of.router}\n  ${plugins.join('\n  ')}\n  errors\n}\n`;
  const corefile = [block('example.com', wild, known), block('.', 'template ANY ANY {\n    rcode NXDOMAIN\n  }')].join(
    '',
  );
  writeFileSync(join(of.dir, 'outside.corefile'), corefile);
  const bin = (name: string): string => join(of.cache, 'bin', name);
  const on = of.cidrs.outside;
  start(of.dir, 'outside-dns', [
    ...inNamespace(of, 'outside'),
    bin('coredns'),
    '-conf',
    join(of.dir, 'outside.corefile'),
  ]);
  start(of.dir, 'outside-web', [
    ...inNamespace(of, 'outside'),
    bin('server'),
    `-http=${on}:80`,
    `-tls=${on}:443`,
    `-udp=${on}:7`,
    '-tls-name=www.example.com,api.example.com',
  ]);
  writeFileSync(join(of.dir, 'resolv.conf'), `nameserver ${of.router}\n`);
}
