// The tunnel device a node should have, as the API's objects say, and the one it has.
import { unreadable, type Know, type Source } from '../facts/fact.js';
import type { NodeObject } from '../facts/kube.js';
import type { Link } from '../facts/network.js';
import { at, defined, number, parse, text } from '../facts/read/untyped.js';
import { askObject, namespaced } from '../facts/sources/api.js';
import { CLUSTER } from '../target/subject.js';

declare module '../facts/fact.js' {
  interface NodeFacts {
    /** `none`: no overlay is in use there, as far as objects tell. */
    overlay: Overlay | 'none';
  }
}
export interface Overlay {
  readonly device: string;
  readonly wants: OverlayWants;
  readonly link?: Link;
  /** IPv4 addresses on the device. */
  readonly addresses: readonly string[];
  /** IPv4 addresses of the whole node. */
  readonly nodeAddresses: readonly string[];
}
export interface OverlayWants {
  /** What says so, as a person would look it up. */
  readonly source: string;
  readonly vni?: number;
  readonly port?: number;
  /** The underlay address that peers send to. */
  readonly local?: string;
  readonly mac?: string;
  readonly address?: string;
}
/** An overlay as one Node's own annotations publish it: the same words serve to know a peer. */
export type Published = Pick<Overlay, 'device' | 'wants'>;

/** Linux's own default, which flannel leaves alone unless Backend.Port says otherwise. */
const LINUX_VXLAN_PORT = 8472;

export const overlay: Source<'node', Overlay | 'none'> = (node, know) => {
  know.ahead([
    [node, 'object'],
    [node, 'links'],
    [node, 'addresses'],
    [CLUSTER, 'cni'],
  ]);
  const object = know.get(node, 'object');
  if (object === 'absent') return unreadable(`node ${node.name} does not exist`);
  const published = publishedBy(object) ?? cilium(know);
  if (!published) return 'none';
  const port = published.device.startsWith('flannel.') ? flannelPort(know) : undefined;
  const v4 = know.get(node, 'addresses').filter(({ family }) => family === 4);
  return defined({
    ...published,
    wants: defined({ port, ...published.wants }),
    link: know.get(node, 'links').find(({ name }) => name === published.device),
    addresses: v4.filter(({ link }) => link === published.device).map(({ ip }) => ip),
    nodeAddresses: v4.map(({ ip }) => ip),
  }) as Overlay;
};

export function publishedBy({ name, annotations }: NodeObject): Published | undefined {
  const source = `annotations of node/${name}`;
  const flannel = (key: string): string | undefined => annotations[`flannel.alpha.coreos.com/${key}`];
  if (flannel('backend-type') === 'vxlan') {
    const data = parse(flannel('backend-data') ?? '');
    const vni = number(at(data, 'VNI')) ?? 1;
    const mac = text(at(data, 'VtepMAC'))?.toLowerCase();
    const local = flannel('public-ip');
    return { device: `flannel.${vni}`, wants: defined({ source, vni, mac, local }) as OverlayWants };
  }
  const calico = (key: string): string | undefined => annotations[`projectcalico.org/${key}`];
  const local = calico('IPv4Address')?.split('/')[0];
  const vxlan = calico('IPv4VXLANTunnelAddr');
  if (vxlan !== undefined) {
    const mac = calico('VXLANTunnelMACAddr')?.toLowerCase();
    return { device: 'vxlan.calico', wants: defined({ source, address: vxlan, mac, local }) as OverlayWants };
  }
  const ipip = calico('IPv4IPIPTunnelAddr');
  return ipip === undefined ? undefined : { device: 'tunl0', wants: { source, address: ipip } };
}

function cilium(know: Know): Published | undefined {
  const cni = know.get(CLUSTER, 'cni');
  // Before 1.14 one key, `tunnel`, said both.
  const tunnels =
    cni.settings['routing-mode'] === 'tunnel' || ['vxlan', 'geneve'].includes(cni.settings['tunnel'] ?? '');
  if (cni.name !== 'cilium' || !tunnels) return undefined;
  const protocol = cni.settings['tunnel-protocol'] ?? cni.settings['tunnel'] ?? 'vxlan';
  return { device: `cilium_${protocol}`, wants: { source: 'configmap/cilium-config -n kube-system' } };
}

function flannelPort(know: Know): number | undefined {
  const { name, daemonSet } = know.get(CLUSTER, 'cni');
  if (name !== 'flannel' || !daemonSet) return undefined;
  const config = askObject(know, namespaced('', daemonSet.namespace, 'configmaps/kube-flannel-cfg'));
  const net = parse(text(at(config, 'data', 'net-conf.json')) ?? '');
  if (at(net, 'Backend', 'Type') !== 'vxlan') return undefined;
  return number(at(net, 'Backend', 'Port')) ?? LINUX_VXLAN_PORT;
}
