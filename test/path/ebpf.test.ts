// Cilium's look-ups as its programs make them; whole walks over its maps are held by the stories recorded on set C.
import { describe, expect, it, test } from 'vitest';
import type { CiliumMaps, CiliumPolicyEntry } from '../../src/facts/ebpf.js';
import { frontendOf, identityOf, policyEntry } from '../../src/path/ebpf/maps.js';
import { predict } from '../../src/path/predict.js';
import type { CiliumState, Netns, World } from '../../src/path/world.js';
import { bareNetns } from './support/captured-world.js';

const entry = (text: string, part: Partial<CiliumPolicyEntry>): CiliumPolicyEntry => ({
  direction: 'ingress',
  identity: 0,
  protocol: 0,
  port: 0,
  prefix: 0,
  denies: false,
  proxyPort: 0,
  text,
  ...part,
});

describe('which policy entry decides (bpf/lib/policy.h)', () => {
  const all = entry('any', {});
  const tcp = entry('tcp', { protocol: 6, prefix: 8 });
  const port = entry('port', { protocol: 6, port: 8080, prefix: 24 });
  const range = entry('8080-8083', { protocol: 6, port: 8080, prefix: 22 });
  const who = entry('identity', { identity: 7 });
  const whoPort = entry('identity and port', { identity: 7, protocol: 6, port: 8080, prefix: 24 });
  const frame = { protocol: 'tcp', dport: 8080 } as const;
  test.each([
    ['an exact one before every other', [all, tcp, port, who, whoPort], 7, 'identity and port'],
    ['a port for anybody before an identity for any port', [who, port], 7, 'port'],
    ['an identity before anybody, where both match equally long', [all, who], 7, 'identity'],
    ['a range by its prefix', [all, range], 7, '8080-8083'],
    ['anybody, where the identity has none', [all, who], 9, 'any'],
    ['none at all', [who], 9, undefined],
  ] as const)('%s', (...row) => {
    const [, entries, identity, expected] = row;
    expect(policyEntry(entries, { direction: 'ingress', identity, frame })?.text).toBe(expected);
  });

  it('neither another direction, another protocol nor a port beyond the range', () => {
    const asked = { direction: 'ingress', identity: 7 } as const;
    expect(policyEntry([entry('out', { direction: 'egress' })], { ...asked, frame })).toBeUndefined();
    expect(policyEntry([port], { ...asked, frame: { protocol: 'udp', dport: 8080 } })).toBeUndefined();
    expect(policyEntry([range], { ...asked, frame: { protocol: 'tcp', dport: 8084 } })).toBeUndefined();
    expect(policyEntry([range], { ...asked, frame: { protocol: 'tcp', dport: 8083 } })?.text).toBe('8080-8083');
  });
});

const backend = (address: string) => ({ address, port: 8080, text: `${address}:8080 (4) (1)` });
const MAPS: CiliumMaps = {
  services: new Map([
    [
      '10.96.0.9:80',
      {
        address: '10.96.0.9',
        port: 80,
        flags: ['ClusterIP'],
        backends: [backend('10.0.1.5'), { missing: 3, text: 'backend 3 not found' }],
      },
    ],
    ['10.96.0.8:80', { address: '10.96.0.8', port: 80, flags: ['ClusterIP'], backends: [] }],
    ['0.0.0.0:30080', { address: '0.0.0.0', port: 30080, flags: ['NodePort'], backends: [backend('10.0.1.5')] }],
  ]),
  endpoints: [
    { ip: '10.0.1.4', local: { id: 11, identity: 100, ifindex: 8 }, text: '10.0.1.4:0 id=11' },
    { ip: '10.0.1.5', local: { id: 12, identity: 200, ifindex: 9 }, text: '10.0.1.5:0 id=12' },
  ],
  identities: [
    { cidr: '0.0.0.0/0', identity: 2, text: '0.0.0.0/0 identity=2' },
    { cidr: '10.0.1.5/32', identity: 200, text: '10.0.1.5/32 identity=200' },
    { cidr: '192.168.0.2/32', identity: 6, text: '192.168.0.2/32 identity=6' },
  ],
  policies: new Map([
    [11, [entry('Allow egress', { direction: 'egress' })]],
    [12, [entry('Allow ingress 100', { identity: 100, protocol: 6, port: 8080, prefix: 24 })]],
  ]),
};

test('an address is the longest prefix that holds it, at worst the world', () => {
  expect(identityOf(MAPS, '10.0.1.5')?.identity).toBe(200);
  expect(identityOf(MAPS, '8.8.8.8')?.identity).toBe(2);
});

test('a node port is served on every node’s address, and on nobody else’s', () => {
  expect(frontendOf(MAPS, { dst: '192.168.0.2', dport: 30080 })?.key).toBe('0.0.0.0:30080');
  expect(frontendOf(MAPS, { dst: '10.0.1.5', dport: 30080 })).toBeUndefined();
});

const link = (name: string, index: number, peerIndex: number) =>
  ({ name, index, peerIndex, kind: 'veth', mtu: 1450, up: true, carrier: true }) as unknown as Netns['links'][number];

const at = (self: string) => ({ self, netns: self, node: 'w1', hostNetwork: false });

function world(ebpf: CiliumState | 'not-read', unread: Netns['unread'] = []): World {
  const pod = (id: string, ip: string, index: number): Netns => ({
    ...bareNetns(id),
    links: [link('eth0', index, index + 1)],
    addresses: [{ link: 'eth0', family: 4, ip, prefix: 32, scope: 'global' } as unknown as Netns['addresses'][number]],
    routes: [
      {
        table: 'main',
        dst: '0.0.0.0/0',
        type: 'unicast',
        via: '10.0.1.1',
        dev: 'eth0',
        text: 'default via 10.0.1.1 dev eth0',
      },
      { table: 'local', dst: `${ip}/32`, type: 'local', dev: 'eth0', text: `local ${ip}` },
    ] as unknown as Netns['routes'],
    neighbours: [
      { ip: '10.0.1.1', dev: 'eth0', mac: '02:00:00:00:00:01', state: 'REACHABLE' },
    ] as unknown as Netns['neighbours'],
    sockets: [
      { protocol: 'tcp', state: 'LISTEN', localIp: '0.0.0.0', localPort: 8080 },
    ] as unknown as Netns['sockets'] & object,
  });
  const node: Netns = { ...bareNetns('node/w1'), links: [link('lxc1', 8, 7), link('lxc2', 9, 8)], ebpf, unread };
  const netns = new Map(
    [node, pod('pod/shop/web', '10.0.1.4', 7), pod('pod/shop/api', '10.0.1.5', 8)].map((each) => [each.id, each]),
  );
  return {
    netns,
    pods: new Map([
      ['10.0.1.4', at('pod/shop/web')],
      ['10.0.1.5', at('pod/shop/api')],
    ]),
    podLinks: new Map([
      ['node/w1 lxc1', 'pod/shop/web'],
      ['node/w1 lxc2', 'pod/shop/api'],
    ]),
    nodeIps: new Map(),
  };
}

const STATE: CiliumState = {
  ...MAPS,
  translatesPods: true,
  servesNodePorts: true,
  rejectsUnserved: true,
  audits: false,
};
const packet = { protocol: 'tcp', from: 'pod/shop/web', dport: 80 } as const;
const ends = (state: CiliumState | 'not-read', dst: string, dport = 80) =>
  predict(world(state), { ...packet, dst, dport }).branches.map(({ probability, symptom, outcome }) => [
    probability,
    symptom,
    outcome.kind,
  ]);

describe('a walk over the maps of one node', () => {
  it('halves a Service whose second backend is not in the backend map', () => {
    expect(ends(STATE, '10.96.0.9')).toEqual([
      [0.5, 'not-permitted', 'refused'],
      [0.5, 'connected', 'delivered'],
    ]);
  });
  it('fails connect() at once where a Service has no backend', () => {
    expect(ends(STATE, '10.96.0.8')).toEqual([[1, 'not-permitted', 'refused']]);
  });
  it('drops in silence what no policy entry allows, and what one denies', () => {
    const without = { ...STATE, policies: new Map([...STATE.policies, [12, []]]) };
    const denied = { ...STATE, policies: new Map([...STATE.policies, [12, [entry('Deny', { denies: true })]]]) };
    expect(ends(without, '10.0.1.5', 8080)).toEqual([[1, 'timeout', 'dropped']]);
    expect(ends(denied, '10.0.1.5', 8080)).toEqual([[1, 'timeout', 'dropped']]);
    expect(ends(STATE, '10.0.1.5', 8080)).toEqual([[1, 'connected', 'delivered']]);
    // policy-audit-mode: both are told to the monitor and let go.
    expect(ends({ ...without, audits: true }, '10.0.1.5', 8080)).toEqual([[1, 'connected', 'delivered']]);
    expect(ends({ ...denied, audits: true }, '10.0.1.5', 8080)).toEqual([[1, 'connected', 'delivered']]);
  });
  it('does not know what a proxy decides, nor what unread maps hold', () => {
    const proxied = {
      ...STATE,
      policies: new Map([...STATE.policies, [11, [entry('proxy', { direction: 'egress', proxyPort: 9 })]]]),
    };
    expect(ends(proxied, '10.0.1.5', 8080)).toEqual([[1, 'unknown', 'unknown']]);
    expect(ends('not-read', '10.0.1.5', 8080)).toEqual([[1, 'unknown', 'unknown']]);
    const refused = world('not-read', [{ what: 'ciliumMaps', why: 'the exec was cut off' }]);
    expect(predict(refused, { ...packet, dst: '10.0.1.5', dport: 8080 }).branches[0]?.outcome).toMatchObject({
      undecided: [
        'which backend Cilium on node/w1 chooses for 10.0.1.5:8080: its maps were not read (the exec was cut off)',
      ],
    });
    expect(ends({ ...STATE, translatesPods: false }, '10.96.0.9')).toEqual([[1, 'unknown', 'unknown']]);
  });
});

describe('a node port that a client outside dials', () => {
  const backends = [backend('10.0.1.5')];
  const served = (part: Partial<CiliumState>, flags: readonly string[] = ['NodePort']): CiliumState => ({
    ...STATE,
    services: new Map([['192.168.0.2:30080', { address: '192.168.0.2', port: 30080, flags, backends }]]),
    policies: new Map([[12, [entry('Allow ingress world', { identity: 2, protocol: 6, port: 8080, prefix: 24 })]]]),
    ...part,
  });
  const outer = { name: 'eth0', index: 2, kind: '', mtu: 1500, up: true, carrier: true } as const;
  const own = { link: 'eth0', family: 4, ip: '192.168.0.2', prefix: 24, scope: 'global' } as const;
  const route = { table: 'main', type: 'unicast', metric: 0, onlink: false, dead: false } as const;
  const out = { ...route, dst: '0.0.0.0/0', via: '192.168.0.1', dev: 'eth0', text: 'default via 192.168.0.1' };
  const walked = (state: CiliumState, from: Partial<Netns> = {}) => {
    const base = world(state);
    const node = base.netns.get('node/w1');
    if (!node) throw new Error('no node/w1');
    const routes = [
      out,
      { ...route, table: 'local', type: 'local', dst: '192.168.0.2/32', dev: 'eth0', text: 'local' },
    ];
    const whole = { ...node, links: [...node.links, outer], addresses: [own], routes, ...from } as Netns;
    const netns = new Map([...base.netns, [node.id, whole]]);
    const where = { ...base, netns, nodeIps: new Map([['192.168.0.2', 'node/w1']]) };
    return predict(where, { protocol: 'tcp', from: 'outside', dst: '192.168.0.2', dport: 30080 }).branches;
  };
  const told = (state: CiliumState) =>
    walked(state).map(({ symptom, outcome, reply }) => [symptom, outcome.kind, reply?.outcome.kind]);

  it('reaches a pod of this node as the world, and is answered by the address that was dialled', () => {
    const [branch] = walked(served({}));
    expect(branch).toMatchObject({ symptom: 'connected', outcome: { netns: 'pod/shop/api', address: '10.0.1.5' } });
    expect(branch?.reply?.outcome).toMatchObject({ kind: 'delivered', netns: 'outside' });
    expect(branch?.reply?.hops.flatMap(({ steps }) => steps.filter(({ kind }) => kind === 'ebpf'))).toMatchObject([
      {
        says: "Cilium's programs make 10.0.1.5:8080 -> 192.0.2.1:40000 192.168.0.2:30080 -> 192.0.2.1:40000 and send it out of eth0",
        cites: 'default via 192.168.0.1',
      },
    ]);
  });
  it('is dropped where the pod lets the world not in', () => {
    expect(told(served({ policies: new Map([[12, []]]) }))).toEqual([['timeout', 'dropped', undefined]]);
  });
  it('is refused where there is no backend, or dropped, as the agent was told', () => {
    const none = new Map([['192.168.0.2:30080', { address: '192.168.0.2', port: 30080, flags: [], backends: [] }]]);
    expect(told(served({ services: none, rejectsUnserved: false }))).toEqual([['timeout', 'dropped', undefined]]);
    expect(told(served({ services: none }))).toEqual([['refused', 'refused', 'delivered']]);
  });
  it('is dropped where the address is served to the cluster only', () => {
    expect(told(served({}, ['ClusterIP', 'non-routable']))).toEqual([['timeout', 'dropped', undefined]]);
  });
  it('is not known in modes that are not walked, by a source range, or for a pod elsewhere without a tunnel', () => {
    const unknown = [['unknown', 'unknown', undefined]];
    expect(told(served({ servesNodePorts: false }))).toEqual(unknown);
    expect(told(served({}, ['NodePort', 'check source-range']))).toEqual(unknown);
    expect(told(served({ endpoints: [] }))).toEqual(unknown);
  });
});
