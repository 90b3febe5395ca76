// Derived facts about tunnels and routes, on what Calico 3.28 captured and on flannel's shape of the same.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cni, nic, podBridge, vxlan } from '../../src/checks/link-samples.js';
import { node } from '../../src/checks/samples.js';
import { isUnreadable, type Unreadable } from '../../src/facts/fact.js';
import type { FdbEntry, Neighbour, Route, RoutingRule } from '../../src/facts/network.js';
import { readBridgeFdbJson } from '../../src/facts/read/bridge-json.js';
import { readIpAddrJson } from '../../src/facts/read/ip-addr-json.js';
import { readIpLinkJson } from '../../src/facts/read/ip-link-json.js';
import { readIpNeighJson } from '../../src/facts/read/ip-neigh-json.js';
import { readIpRouteJson } from '../../src/facts/read/ip-route-json.js';
import { readIpRuleJson } from '../../src/facts/read/ip-rule-json.js';
import { modelSources } from '../../src/model/sources.js';
import { checkSources } from '../../src/path/check-sources.js';
import { CLUSTER, nodeSubject } from '../../src/target/subject.js';
import { given, made } from '../support/made.js';

const DIR = 'test/readers/captured/calico-3.28-vxlan';
function captured<T>(file: string, read: (text: string) => T | Unreadable): T {
  const value = read(readFileSync(`${DIR}/${file}`, 'utf8'));
  if (isUnreadable(value)) throw new Error(value.unreadable);
  return value;
}

const w1 = nodeSubject('w1');
const calico = (name: string, ip: string, tunnel: string) =>
  node({
    name,
    internalIps: [ip],
    annotations: {
      'projectcalico.org/IPv4Address': `${ip}/24`,
      'projectcalico.org/IPv4VXLANTunnelAddr': tunnel,
    },
  });
const calicoNodes = [
  calico('cp', '192.168.108.11', '10.200.242.64'),
  calico('w1', '192.168.108.21', '10.200.190.64'),
  calico('w2', '192.168.108.22', '10.200.80.192'),
];
const calicoTables = {
  links: captured('w1-ip-link.json', readIpLinkJson),
  addresses: captured('w1-ip-addr.json', readIpAddrJson),
  routes: captured('w1-ip-route.json', readIpRouteJson),
  rules: captured('w1-ip-rule.json', readIpRuleJson),
  neighbours: captured('w1-ip-neigh.json', readIpNeighJson),
  fdb: captured('w1-bridge-fdb.json', readBridgeFdbJson),
};
const onCalico = (tables: Partial<typeof calicoTables> = {}) =>
  made({ ...modelSources.node, ...checkSources.node }, w1, [
    given(CLUSTER, { nodes: calicoNodes, cni: cni({ name: 'calico' }) }),
    given(w1, { object: calicoNodes[1]!, pods: [], ...calicoTables, ...tables }),
  ]);

test('Calico: the tunnel is known by its annotations, and each peer by its tunnel address', () => {
  expect(onCalico()('overlay')).toMatchObject({
    kind: 'known',
    value: { device: 'vxlan.calico', addresses: ['10.200.190.64'], wants: { address: '10.200.190.64' } },
  });
  expect(onCalico()('peers')).toMatchObject({
    kind: 'known',
    value: {
      device: 'vxlan.calico',
      list: [
        { node: 'cp', gateway: '10.200.242.64', underlay: '192.168.108.11', sentTo: ['192.168.108.11'] },
        { node: 'w2', gateway: '10.200.80.192', underlay: '192.168.108.22', sentTo: ['192.168.108.22'] },
      ],
    },
  });
});

test('Calico: both peers are routed into the tunnel, and pods hang on no bridge', () => {
  expect(onCalico()('podRoutes')).toMatchObject({
    kind: 'known',
    value: [
      { node: 'cp', right: true, finds: expect.stringContaining('10.200.242.64/26 via 10.200.242.64') },
      { node: 'w2', right: true, finds: expect.stringContaining('10.200.80.192/26 via 10.200.80.192') },
    ],
  });
  expect(onCalico()('podBridge')).toEqual(expect.objectContaining({ value: 'none' }));
});

const flannel = (name: string, at: number, mac: string) =>
  node({
    name,
    internalIps: [`192.168.0.${at}`],
    podCidrs: [`10.244.${at}.0/24`],
    annotations: {
      'flannel.alpha.coreos.com/backend-type': 'vxlan',
      'flannel.alpha.coreos.com/backend-data': `{"VNI":1,"VtepMAC":"${mac}"}`,
      'flannel.alpha.coreos.com/public-ip': `192.168.0.${at}`,
    },
  });
const MAC = '3a:90:5c:44:0e:71';
const route = (dst: string, rest: Partial<Route>): Route => ({
  table: 'main',
  type: 'unicast',
  dst,
  metric: 0,
  onlink: false,
  dead: false,
  text: [dst, rest.via && `via ${rest.via}`, `dev ${rest.dev}`].filter(Boolean).join(' '),
  ...rest,
});
const DEFAULT = route('0.0.0.0/0', { via: '192.168.0.254', dev: 'eth0' });
const TUNNEL = route('10.244.2.0/24', { via: '10.244.2.0', dev: 'flannel.1', onlink: true });
const FDB: FdbEntry = { mac: MAC, dev: 'flannel.1', dst: '192.168.0.2', permanent: true };
const NEIGHBOUR: Neighbour = { ip: '10.244.2.0', dev: 'flannel.1', mac: MAC, state: 'PERMANENT' };

const onFlannel = (routes: readonly Route[], fdb: readonly FdbEntry[] = [FDB], rules: readonly RoutingRule[] = []) =>
  made({ ...modelSources.node, ...checkSources.node }, w1, [
    given(CLUSTER, { nodes: [flannel('w1', 1, vxlan().mac!), flannel('w2', 2, MAC)], cni: cni() }),
    given(w1, {
      object: flannel('w1', 1, vxlan().mac!),
      links: [vxlan(), podBridge().link!],
      addresses: [],
      pods: [],
      neighbours: [NEIGHBOUR],
      rules,
      routes,
      fdb,
    }),
  ]);
const ways = (...routes: readonly Route[]) => onFlannel([DEFAULT, ...routes])('podRoutes');

test('flannel: a route into the tunnel is right, and so is one past it to the node itself', () => {
  expect(ways(TUNNEL)).toMatchObject({ value: [{ node: 'w2', range: '10.244.2.0/24', right: true }] });
  const direct = route('10.244.2.0/24', { via: '192.168.0.2', dev: 'eth0' });
  expect(ways(direct)).toMatchObject({ value: [{ right: true }] });
});

test('flannel: a missing route is taken over by the default one', () => {
  expect(ways()).toMatchObject({
    value: [{ right: false, byChance: true, finds: '0.0.0.0/0 via 192.168.0.254 dev eth0' }],
  });
});

test('flannel: a narrower route takes its part and leaves the rest', () => {
  const narrow = route('10.244.2.0/25', { via: '192.168.0.254', dev: 'eth0' });
  expect(ways(TUNNEL, narrow)).toMatchObject({
    value: [
      { range: '10.244.2.0/24', address: '10.244.2.254', part: false, right: true },
      { range: '10.244.2.0/25', address: '10.244.2.1', part: true, right: false },
    ],
  });
});

test('flannel: a route that marked packets do not take is not called wrong', () => {
  const other = route('10.244.2.0/24', { dev: 'eth1' });
  const main: RoutingRule = {
    priority: 32766,
    from: '0.0.0.0/0',
    to: '0.0.0.0/0',
    not: false,
    table: 'main',
    action: 'lookup',
    text: '32766: from all lookup main',
  };
  const marked: RoutingRule = {
    ...main,
    priority: 211,
    mark: { value: 0x80, mask: 0x80 },
    table: '211',
    text: '211: from all fwmark 0x80/0x80 lookup 211',
  };
  const rightTable = { ...TUNNEL, table: '211' };
  const judged = (...all: readonly Route[]) => onFlannel([DEFAULT, other, ...all], [FDB], [marked, main])('podRoutes');
  expect(judged(rightTable)).toMatchObject({ value: [{ right: true }] });
  expect(judged({ ...other, table: '211' })).toMatchObject({ value: [{ right: false }] });
});

test('flannel: docker0 beside the pods is nobody’s business', () => {
  expect(ways(TUNNEL, route('172.17.0.0/16', { dev: 'docker0' }))).toMatchObject({ value: [{ right: true }] });
});

test('flannel: what is sent to the peer’s MAC, and that nothing is', () => {
  expect(onFlannel([TUNNEL])('peers')).toMatchObject({ value: { list: [{ mac: MAC, sentTo: ['192.168.0.2'] }] } });
  expect(onFlannel([TUNNEL], [])('peers')).toMatchObject({ value: { list: [{ mac: MAC, sentTo: [] }] } });
});

test('flannel with DirectRouting asks nothing of the tunnel about that peer', () => {
  const direct = route('10.244.2.0/24', { via: '192.168.0.2', dev: 'eth0' });
  expect(onFlannel([direct], [])('peers')).toMatchObject({ value: { list: [] } });
});

test('Cilium keeps sizes on routes, also where the tool that listed its device did not tell of the tunnel', () => {
  const object = node({ name: 'w1', internalIps: ['192.168.0.1'], annotations: {} });
  const settings = { 'routing-mode': 'tunnel', 'tunnel-protocol': 'vxlan' };
  const sizes = made({ ...modelSources.node, ...checkSources.node }, w1, [
    given(CLUSTER, { cni: cni({ name: 'cilium', settings }) }),
    given(w1, {
      object,
      links: [nic(), nic({ index: 6, name: 'cilium_vxlan' })],
      addresses: [{ link: 'eth0', family: 4, ip: '192.168.0.1', prefix: 24, scope: 'global' }],
      pods: [],
    }),
  ]);
  expect(sizes('mtus')).toMatchObject({ kind: 'known', value: 'none' });
});
