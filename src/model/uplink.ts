// The link of a node that holds the address the cluster knows it by: what overlays and routed packets leave through.
import { unreadable, type Source } from '../facts/fact.js';
import type { Link } from '../facts/network.js';
import { defined } from '../facts/read/untyped.js';

declare module '../facts/fact.js' {
  interface NodeFacts {
    uplink: Uplink;
  }
}
export interface Uplink {
  /** The Node's InternalIP. */
  readonly ip: string;
  /** Absent when no link holds that address: it may be another machine's, or a NAT's. */
  readonly link?: Link;
}

export const uplink: Source<'node', Uplink> = (node, know) => {
  know.ahead([
    [node, 'object'],
    [node, 'addresses'],
    [node, 'links'],
  ]);
  const object = know.get(node, 'object');
  if (object === 'absent') return unreadable(`node ${node.name} does not exist`);
  const ip = object.internalIps.find((each) => !each.includes(':'));
  if (ip === undefined) return unreadable(`node ${node.name} has no IPv4 InternalIP`);
  const name = know.get(node, 'addresses').find((address) => address.ip === ip)?.link;
  return defined({ ip, link: know.get(node, 'links').find((link) => link.name === name) }) as Uplink;
};
