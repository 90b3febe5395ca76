// The captured cluster with one thing broken: the walk must stop there, and say so.
import { describe, expect, it } from 'vitest';
import { predict } from '../../src/path/predict.js';
import type { Netns, World } from '../../src/path/world.js';
import { capturedLab } from './support/lab-world.js';
import { summary } from './support/tell.js';

const { world, pods } = capturedLab('flannel-vxlan-iptables-1.34');
const find = (part: string): { readonly id: string; readonly ip: string } => {
  const pod = pods.find(({ id }) => id.includes(part));
  if (!pod) throw new Error(`no pod ${part}`);
  return pod;
};
const web = find('shop/web');
const apiHere = find('mjp78');
const apiThere = find('d9rqx');
const VIP = '10.201.59.6';

function broken(id: string, change: (netns: Netns) => Partial<Netns>): World {
  const netns = world.netns.get(id);
  if (!netns) throw new Error(`no ${id}`);
  return { ...world, netns: new Map([...world.netns, [id, { ...netns, ...change(netns) }]]) };
}
const told = (where: World, dst: string, dport = 8080): readonly string[] =>
  summary(predict(where, { protocol: 'tcp', from: web.id, dst, dport }));
const setting = (id: string, name: string, value: string): World =>
  broken(id, ({ sysctls }) => ({ sysctls: { ...sysctls, [name]: value } }));
/** The one setting writes all the others. */
const forwardingOff = (): World =>
  broken('node/w1', ({ sysctls }) => ({
    sysctls: Object.fromEntries(
      Object.entries(sysctls).map(([name, value]) => [name, /forward/.test(name) ? '0' : value]),
    ),
  }));

describe('faults in routes', () => {
  it('loses the route to the peer, so that the packet leaves by the default route', () => {
    const where = broken('node/w1', ({ routes }) => ({ routes: routes.filter(({ dst }) => dst !== '10.200.2.0/24') }));
    expect(told(where, apiThere.ip)).toEqual([
      `1.000 unknown: whether the network around the nodes routes ${apiThere.ip} to w2, via 192.168.108.1 => unknown`,
    ]);
  });
  it('stops at a blackhole on the node without a word', () => {
    const blackhole = {
      table: 'main',
      type: 'blackhole',
      dst: '10.200.2.0/25',
      metric: 0,
      onlink: false,
      dead: false,
      text: 'blackhole 10.200.2.0/25',
    } as const;
    const where = broken('node/w1', ({ routes }) => ({ routes: [...routes, blackhole] }));
    expect(told(where, apiThere.ip)).toEqual(['1.000 no-route in node/w1 by blackhole 10.200.2.0/25 => timeout']);
  });
  it('tells the client of an unreachable route', () => {
    const unreachable = {
      table: 'main',
      type: 'unreachable',
      dst: '10.200.2.0/25',
      metric: 0,
      onlink: false,
      dead: false,
      text: 'unreachable 10.200.2.0/25',
    } as const;
    const where = broken('node/w1', ({ routes }) => ({ routes: [...routes, unreachable] }));
    expect(told(where, apiThere.ip)).toEqual([
      `1.000 no-route in node/w1 by unreachable 10.200.2.0/25, answer delivered to ${web.id} ${web.ip}:0 => no-route`,
    ]);
  });
  it('does not pass packets on when forwarding is off', () => {
    const where = forwardingOff();
    expect(told(where, apiThere.ip)).toEqual([
      `1.000 dropped in node/w1 by not passed on: forwarding is off for cni0, and ${apiThere.ip} is not an address of node/w1 => timeout`,
    ]);
  });
  it('does not switch to a neighbour behind the Service either: br_netfilter asks the router', () => {
    const where = forwardingOff();
    expect(told(where, VIP, 80)).toEqual([
      `1.000 dropped in node/w1 by not passed on: forwarding is off for cni0, and ${apiHere.ip} is not an address of node/w1 => timeout`,
    ]);
  });
  it('loses the answer where the way back is missing', () => {
    const where = broken('node/w2', ({ routes }) => ({ routes: routes.filter(({ dst }) => dst !== '10.200.1.0/24') }));
    expect(told(where, apiThere.ip)).toEqual([
      `1.000 delivered to ${apiThere.id} ${apiThere.ip}:8080, answer unknown: whether the network around the nodes routes ${web.ip} to w1, via 192.168.108.1 => unknown`,
    ]);
  });
});

describe('faults in the tunnel', () => {
  it('misses the neighbour of the peer', () => {
    const where = broken('node/w1', ({ neighbours }) => ({
      neighbours: neighbours.filter(({ ip }) => ip !== '10.200.2.0'),
    }));
    expect(told(where, apiThere.ip)).toEqual([
      `1.000 neighbour-unreachable in node/w1 by flannel.1 of node/w1 has no neighbour entry for 10.200.2.0, answer delivered to ${web.id} ${web.ip}:0 => no-route`,
    ]);
  });
  it('misses the forwarding entry of the peer', () => {
    const where = broken('node/w1', ({ fdb }) => ({ fdb: fdb.filter(({ dst }) => dst !== '192.168.108.22') }));
    expect(told(where, apiThere.ip)).toEqual([
      '1.000 dropped in node/w1 by not sent: flannel.1 has no forwarding entry for MAC ca:0f:c2:f2:a1:02 => timeout',
    ]);
  });
  it('sends to the wrong peer, whose device has another MAC', () => {
    const where = broken('node/w1', ({ fdb }) => ({
      fdb: fdb.map((entry) => (entry.dst === '192.168.108.22' ? { ...entry, dst: '192.168.108.11' } : entry)),
    }));
    expect(told(where, apiThere.ip)[0]).toMatch(
      /^1\.000 dropped in node\/cp by not taken: the frame inside is addressed to MAC ca:0f:c2:f2:a1:02, and flannel\.1 of node\/cp has [0-9a-f:]{17} => timeout$/,
    );
  });
  it('finds nobody with its number at the other end', () => {
    const where = broken('node/w2', ({ links }) => ({
      links: links.map((link) => (link.vxlan ? { ...link, vxlan: { ...link.vxlan, vni: 42 } } : link)),
    }));
    expect(told(where, apiThere.ip)).toEqual([
      "1.000 dropped in node/w2 by not taken: VXLAN number 1 is nobody's here (flannel.1 has 42) => timeout",
    ]);
  });
  it('finds nobody on its port at the other end', () => {
    const where = broken('node/w2', ({ links }) => ({
      links: links.map((link) => (link.vxlan ? { ...link, vxlan: { ...link.vxlan, port: 4789 } } : link)),
    }));
    expect(told(where, apiThere.ip)).toEqual([
      '1.000 dropped in node/w2 by no VXLAN device of node/w2 listens on UDP port 8472 => timeout',
    ]);
  });
});

describe('faults on the bridge', () => {
  it('leaves a port without its bridge', () => {
    const port = [...world.podLinks].find(([, pod]) => pod === apiThere.id)?.[0].split(' ')[1];
    const where = broken('node/w2', ({ links, fdb }) => ({
      links: links.map((link) => {
        const { master: _, ...rest } = link;
        return link.name === port ? rest : link;
      }),
      fdb: fdb.filter(({ dev }) => dev !== port),
    }));
    expect(told(where, apiThere.ip)).toEqual([
      `1.000 dropped in node/w2 by not switched: no port of cni0 leads to MAC 26:90:05:c6:dd:18; ${port}, which leads there, is no port of it => timeout`,
    ]);
  });
  it('is down, and its route went with it', () => {
    const where = broken('node/w2', ({ links, routes }) => ({
      links: links.map((link) => (link.name === 'cni0' ? { ...link, up: false } : link)),
      routes: routes.filter(({ dev, table }) => dev !== 'cni0' || table === 'local'),
    }));
    const [branch] = predict(where, { protocol: 'tcp', from: web.id, dst: apiThere.ip, dport: 8080 }).branches;
    expect(branch?.hops.at(-1)?.steps.findLast(({ kind }) => kind === 'route')).toMatchObject({
      says: `${apiThere.ip} goes via 192.168.108.1 out of eth0: cni0, which has 10.200.2.1/24, is down`,
      cites: expect.stringMatching(/^default via 192\.168\.108\.1/),
    });
  });
  it('loses un-NATed answers without br_netfilter on one node only', () => {
    const where = setting('node/w1', 'net.bridge.bridge-nf-call-iptables', '0');
    expect(told(where, VIP, 80)).toEqual([
      `0.500 delivered to ${apiHere.id} ${apiHere.ip}:8080, answer untranslated in ${web.id} by the client sent to ${VIP}:80 and is answered from ${apiHere.ip}:8080: not translated back => timeout`,
      `0.500 delivered to ${apiThere.id} ${apiThere.ip}:8080, answer delivered to ${web.id} ${web.ip}:40000 => connected`,
    ]);
    const lost = predict(where, { protocol: 'tcp', from: web.id, dst: VIP, dport: 80 }).branches.find(
      ({ symptom }) => symptom === 'timeout',
    );
    expect(lost?.reply?.hops.at(-1)?.steps.at(-1)?.cites).toBe(
      'node/w1 switches it past its rules: net.bridge.bridge-nf-call-iptables is not 1',
    );
  });
  it('cannot reach itself through its Service with hairpin mode off', () => {
    const where = broken('node/w1', ({ links }) => ({
      links: links.map((link) => (link.port ? { ...link, port: { ...link.port, hairpin: false } } : link)),
    }));
    const lines = summary(predict(where, { protocol: 'tcp', from: apiHere.id, dst: VIP, dport: 80 }));
    expect(lines).toContain(
      '0.500 dropped in node/w1 by not switched: vetha0b656a3 is the port it came in by, and its hairpin mode is off => timeout',
    );
  });
});

describe('faults in what a host lets through', () => {
  it('drops what comes in by the wrong device under strict rp_filter', () => {
    const where = broken('node/w2', ({ sysctls, routes }) => ({
      sysctls: { ...sysctls, 'net.ipv4.conf.all.rp_filter': '1' },
      routes: routes.filter(({ dst }) => dst !== '10.200.1.0/24'),
    }));
    expect(told(where, apiThere.ip)).toEqual([
      `1.000 dropped in node/w2 by rp_filter=1 on flannel.1: the way back to ${web.ip} does not lead out of flannel.1 => timeout`,
    ]);
  });
  it('knows nothing for sure of a node whose rules were not read', () => {
    const netns = world.netns.get('node/w2');
    if (!netns) throw new Error('no node/w2');
    const { netfilter: _, ...rest } = netns;
    const where = { ...world, netns: new Map([...world.netns, ['node/w2', rest]]) };
    expect(told(where, apiThere.ip)).toEqual([
      '1.000 unknown: the packet filter of node/w2, which could not be read => unknown',
    ]);
  });
  it.each([
    ['fdb', 'to whom flannel.1 of node/w1 sends: its forwarding entries were not read'],
    ['neighbours', 'who is 10.200.2.0 on flannel.1 of node/w1: its neighbours were not read'],
    ['links', 'what flannel.1 of node/w1 is: its links were not read'],
  ])('takes nothing for absent from %s that were not read', (what, why) => {
    const where = broken('node/w1', () => ({ [what]: [], unread: [{ what, why: 'forbidden' }] }));
    expect(told(where, apiThere.ip)).toEqual([`1.000 unknown: ${why} => unknown`]);
  });
});
