// Sizes of the links a pod's packet goes through on its node, and what a tunnel adds to it.
import type { Source } from '../facts/fact.js';
import type { Link } from '../facts/network.js';
import { defined } from '../facts/read/untyped.js';

declare module '../facts/fact.js' {
  interface NodeFacts {
    mtus: Mtus | 'none';
  }
}
export interface Mtu {
  readonly name: string;
  readonly mtu: number;
}
export interface Mtus {
  readonly uplink: Mtu;
  readonly tunnel?: Mtu & { readonly adds: number };
  /** The pods' links with the largest MTU. */
  readonly pods?: Mtu;
}

/** Outer headers over IPv4: VXLAN's Ethernet, IP, UDP and VXLAN 14+20+8+8; IPIP one IP header. */
const ADDS: Readonly<Record<string, number>> = { vxlan: 50, ipip: 20 };

export const mtus: Source<'node', Mtus | 'none'> = (node, know) => {
  know.ahead([
    [node, 'uplink'],
    [node, 'overlay'],
    [node, 'podLinks'],
    [node, 'podBridge'],
  ]);
  const { link: uplink } = know.get(node, 'uplink');
  const overlay = know.get(node, 'overlay');
  const tunnel = overlay === 'none' ? undefined : overlay.link;
  // Cilium's device and links keep the underlay's MTU; its routes inside the pods tell the smaller one. By its name too:
  // what the poorest tools print of a device does not tell a tunnel from a link.
  const onRoutes = tunnel?.vxlan?.external || tunnel?.name.startsWith('cilium_');
  if (!uplink || onRoutes) return 'none';
  const adds = tunnel && ADDS[tunnel.kind || (tunnel.name === 'tunl0' ? 'ipip' : 'vxlan')];
  const bridge = know.get(node, 'podBridge');
  const veths = [
    ...(bridge === 'none' ? [] : bridge.ports),
    ...know.get(node, 'podLinks').flatMap(({ link }) => link ?? []),
  ];
  const pods = veths.toSorted((a, b) => b.mtu - a.mtu || (a.name < b.name ? -1 : 1))[0];
  return defined({
    uplink: size(uplink),
    tunnel: tunnel && adds !== undefined ? { ...size(tunnel), adds } : undefined,
    pods: pods && size(pods),
  }) as Mtus;
};

const size = ({ name, mtu }: Link): Mtu => ({ name, mtu });
