// What is wrong with a node's tunnel device, as a clause that follows its name; undefined when nothing is.
import type { Overlay } from './overlay.js';

export function wrongOverlay({
  link,
  wants: { source, vni, port, local, address },
  addresses,
  nodeAddresses,
}: Overlay): string | undefined {
  if (!link) return `does not exist, while ${source} tell of it`;
  if (!link.up) return 'is down: nothing leaves for the pods of other nodes';
  const tunnel = link.vxlan?.external ? undefined : link.vxlan;
  if (tunnel && vni !== undefined && tunnel.vni !== vni) return `has VNI ${tunnel.vni} instead of ${vni}`;
  if (tunnel && port !== undefined && tunnel.port !== port) return `uses UDP port ${tunnel.port} instead of ${port}`;
  const from = tunnel?.local;
  if (from !== undefined && !nodeAddresses.includes(from)) return `sends from ${from}, which the node does not hold`;
  // A published address that no link holds is a NAT’s in front of the node: then the two differ rightly.
  if (from !== undefined && local !== undefined && from !== local && nodeAddresses.includes(local))
    return `sends from ${from}, while the other nodes send to ${local}`;
  return address === undefined || addresses.includes(address) ? undefined : `does not hold its address ${address}`;
}
