// A world made of what tools printed on real nodes, file by file.
import { readFileSync } from 'node:fs';
import { isUnreadable } from '../../../src/facts/fact.js';
import { readBridgeFdbJson } from '../../../src/facts/read/bridge-json.js';
import { readIpAddrJson } from '../../../src/facts/read/ip-addr-json.js';
import { readIpLinkJson } from '../../../src/facts/read/ip-link-json.js';
import { readIpNeighJson } from '../../../src/facts/read/ip-neigh-json.js';
import { readIpRouteJson } from '../../../src/facts/read/ip-route-json.js';
import { readIpRuleJson } from '../../../src/facts/read/ip-rule-json.js';
import { readIpsetSave } from '../../../src/facts/read/ipset-save.js';
import { readIptablesSave } from '../../../src/facts/read/iptables-save.js';
import type { Netfilter } from '../../../src/facts/netfilter.js';
import type { Sysctls } from '../../../src/facts/network.js';
import type { Netns, PodAt, World } from '../../../src/path/world.js';

const CAPTURED = new URL('../captured/', import.meta.url);
export const captured = (path: string): string => readFileSync(new URL(path, CAPTURED), 'utf8');

export function must<T>(value: T): Exclude<T, { readonly unreadable: string }> {
  if (isUnreadable(value)) throw new Error(value.unreadable);
  return value as Exclude<T, { readonly unreadable: string }>;
}

export const EMPTY_NETFILTER: Netfilter = { iptables: [], nft: [], ipsets: [], unread: [] };

export const bareNetns = (id: string): Netns => ({
  id,
  links: [],
  addresses: [],
  routes: [],
  rules: [],
  neighbours: [],
  fdb: [],
  sysctls: {},
  netfilter: EMPTY_NETFILTER,
  unread: [],
});

/** `/proc/sys/net/ipv4/conf/all/rp_filter 0`, as the files were printed. */
export function sysctlsOf(text: string): Sysctls {
  const pairs = text.split('\n').flatMap((line): readonly (readonly [string, string])[] => {
    const [path = '', value = ''] = line.split(' ');
    return path === '' ? [] : [[path.replace('/proc/sys/', '').split('/').join('.'), value]];
  });
  return Object.fromEntries(pairs);
}

export function capturedNode(folder: string, name: string): Netns {
  const read = (file: string): string => captured(`${folder}/${name}/${file}`);
  return {
    id: `node/${name}`,
    links: must(readIpLinkJson(read('ip-link.json'))),
    addresses: must(readIpAddrJson(read('ip-addr.json'))),
    routes: must(readIpRouteJson(read('ip-route.json'))),
    rules: must(readIpRuleJson(read('ip-rule.json'))),
    neighbours: must(readIpNeighJson(read('ip-neigh.json'))),
    fdb: must(readBridgeFdbJson(read('bridge-fdb.json'))),
    sysctls: sysctlsOf(read('sysctl.txt')),
    netfilter: {
      iptables: [must(readIptablesSave(read('iptables-nft-save.txt'), 'nft'))],
      nft: [],
      ipsets: must(readIpsetSave(read('ipset-save.txt'))),
      unread: [],
    },
    unread: [],
  };
}

/** The fixture's shop: web and one api pod on w1, web2 and the other on w2. */
export function calicoWorld(): World {
  const folder = 'calico-3.28-vxlan';
  const nodes = ['cp', 'w1', 'w2'].map((name) => capturedNode(folder, name));
  const pods: readonly (readonly [string, string, string])[] = [
    ['10.200.190.65', 'pod/shop/api-1', 'w1'],
    ['10.200.80.193', 'pod/shop/api-2', 'w2'],
    ['10.200.190.66', 'pod/shop/web', 'w1'],
    ['10.200.80.194', 'pod/shop/web2', 'w2'],
    ['10.200.242.65', 'pod/kube-system/coredns-1', 'cp'],
    ['10.200.242.66', 'pod/kube-system/coredns-2', 'cp'],
  ];
  const web: Netns = {
    ...bareNetns('pod/shop/web'),
    addresses: [{ link: 'eth0', family: 4, ip: '10.200.190.66', prefix: 32, scope: 'global' }],
    routes: must(readIpRouteJson(captured(`${folder}/pod-web-ip-route.json`))),
    neighbours: must(readIpNeighJson(captured(`${folder}/pod-web-ip-neigh.json`))),
  };
  const podNetns = pods.map(([, id]) => (id === web.id ? web : bareNetns(id)));
  const at = pods.map(([ip, id, node]): readonly [string, PodAt] => [ip, { netns: id, node, hostNetwork: false }]);
  const podLinks = pods.map(([ip, id, node]): readonly [string, string] => {
    const dev = nodes.find((each) => each.id === `node/${node}`)?.routes.find(({ dst }) => dst === `${ip}/32`)?.dev;
    return [`node/${node} ${dev}`, id];
  });
  const nodeIps = nodes.flatMap(({ id, addresses }) =>
    addresses
      .filter(({ family, link }) => family === 4 && link !== 'lo')
      .map(({ ip }): readonly [string, string] => [ip, id]),
  );
  return {
    netns: new Map([...nodes, ...podNetns].map((netns) => [netns.id, netns])),
    podLinks: new Map(podLinks),
    pods: new Map(at),
    nodeIps: new Map(nodeIps),
  };
}
