// Links and tunnels for the examples of checks: everything a healthy one has, but for what the example is about.
import type { ClusterCidrs, CniSetup } from '../facts/kube.js';
import type { Link, LinkCounters } from '../facts/network.js';
import type { FactsAbout } from '../facts/fact.js';
import type { CniAgent } from '../model/cni-agent.js';
import type { CniState } from '../model/cni-config.js';
import type { HostLink } from '../model/host-link.js';
import type { Overlay } from '../model/overlay.js';
import type { Peer, Peers } from '../model/peers.js';
import type { PodBridge } from '../model/pod-bridge.js';
import type { PodRoute } from '../path/pod-routes.js';

export const veth = (different: Partial<Link> = {}): Link => ({
  index: 7,
  name: 'veth3f1c2a9e',
  kind: 'veth',
  up: true,
  carrier: true,
  mtu: 1450,
  mac: '8e:5b:1d:c0:41:22',
  master: 'cni0',
  peerIndex: 2,
  ...different,
});

export const nic = (different: Partial<Link> = {}): Link => ({
  index: 2,
  name: 'eth0',
  kind: '',
  up: true,
  carrier: true,
  mtu: 1500,
  mac: '52:54:00:12:34:56',
  ...different,
});

export const bridge = (different: Partial<Link> = {}): Link => ({
  index: 5,
  name: 'cni0',
  kind: 'bridge',
  up: true,
  carrier: true,
  mtu: 1450,
  mac: 'aa:5c:9e:10:0b:01',
  ...different,
});

export const vxlan = (different: Partial<Link> = {}): Link => ({
  index: 4,
  name: 'flannel.1',
  kind: 'vxlan',
  up: true,
  carrier: true,
  mtu: 1450,
  mac: 'e6:7c:21:9d:02:5a',
  vxlan: { vni: 1, port: 8472, local: '192.168.0.2', device: 'eth0', learning: false, external: false },
  ...different,
});

export const podBridge = (different: Partial<PodBridge> = {}): PodBridge => ({
  name: 'cni0',
  link: bridge(),
  addresses: [{ link: 'cni0', family: 4, ip: '10.244.1.1', prefix: 24, scope: 'global' }],
  ports: [veth()],
  ...different,
});

export const overlay = (different: Partial<Overlay> = {}): Overlay => ({
  device: 'flannel.1',
  wants: { source: 'annotations of node/w1', vni: 1, port: 8472, local: '192.168.0.2', mac: 'e6:7c:21:9d:02:5a' },
  link: vxlan(),
  addresses: ['10.244.1.0'],
  nodeAddresses: ['192.168.0.2', '10.244.1.0', '10.244.1.1'],
  ...different,
});

/** eth0 before and after, with so many receive errors in between. */
export function linkCounters(errors: number, packets = 1200): FactsAbout['node']['linkCounters'] {
  const before: LinkCounters = {
    rxPackets: 884_213,
    txPackets: 790_112,
    rxErrors: 12,
    txErrors: 0,
    rxDropped: 4021,
    txDropped: 0,
  };
  const after = { ...before, rxPackets: before.rxPackets + packets, rxErrors: before.rxErrors + errors };
  return { before: { eth0: before }, after: { eth0: after }, elapsedMs: 3600 };
}

export const peer = (different: Partial<Peer> = {}): Peer => ({
  node: 'w2',
  gateway: '10.244.2.0',
  underlay: '192.168.0.3',
  publishedMac: '3a:90:5c:44:0e:71',
  mac: '3a:90:5c:44:0e:71',
  sentTo: ['192.168.0.3'],
  ...different,
});

export const peers = (different: Partial<Peers> = {}): Peers => ({
  device: 'flannel.1',
  mac: 'e6:7c:21:9d:02:5a',
  publishedMac: 'e6:7c:21:9d:02:5a',
  list: [peer()],
  ...different,
});

type Linked = Extract<HostLink, { kind: 'link' }>;

export const hostLink = (different: Partial<Linked> = {}): Linked => ({
  kind: 'link',
  node: 'w1',
  link: veth(),
  by: 'ifindex',
  bridge: 'cni0',
  hairpin: true,
  state: 'forwarding',
  ...different,
});

/** A veth that is a port of no bridge. */
export function loose(): Link {
  const { master: _, ...link } = veth();
  return link;
}

/** Files of a node of flannel's, each a name and its plugins' types. */
export const cniState = (...files: readonly string[]): CniState => ({
  cni: 'flannel',
  files: files.map((line) => {
    const [file = '', ...types] = line.split(' ');
    return { file, types };
  }),
  subnet: '10.244.1.1/24',
});

export const cniAgent = (
  pod: Omit<NonNullable<CniAgent['pod']>, 'name'>,
  different: Partial<CniAgent> = {},
): CniAgent => ({
  daemonSet: { namespace: 'kube-flannel', name: 'kube-flannel-ds' },
  pod: { name: 'kube-flannel-ds-x7v2k', ...pod },
  networkUnavailable: false,
  expected: true,
  balances: false,
  ...different,
});

export const podRoute = (different: Partial<PodRoute> = {}): PodRoute => ({
  node: 'w2',
  range: '10.244.2.0/24',
  part: false,
  address: '10.244.2.1',
  wants: 'via 10.244.2.0 dev flannel.1',
  finds: '10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink',
  byChance: false,
  right: true,
  ...different,
});

export const cni = (different: Partial<CniSetup> = {}): CniSetup => ({
  name: 'flannel',
  backend: 'vxlan',
  network: '10.244.0.0/16',
  settings: {},
  ...different,
});

export const cidrs = (different: Partial<ClusterCidrs> = {}): ClusterCidrs => ({
  pods: ['10.244.0.0/16'],
  services: ['10.96.0.0/12'],
  clusterDomain: 'cluster.local',
  source: 'configmap/kubeadm-config -n kube-system',
  ...different,
});
