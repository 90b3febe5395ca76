// Whether a device or a bridge's port passes anything at all.
import type { Link } from '../facts/network.js';
import { type Netns, linkOf } from './world.js';

export function brokenLink(link: Link): string | undefined {
  if (!link.up) return `${link.name} is down`;
  return link.carrier ? undefined : `${link.name} has no carrier`;
}

export function shutPort({ port, name }: Link): string | undefined {
  const state = port?.state.toLowerCase() ?? '';
  return state === '' || state === 'forwarding' ? undefined : `bridge port ${name} is ${state}`;
}

export function downBridge(netns: Netns, bridge: string): string | undefined {
  const link = linkOf(netns, bridge);
  return link && !link.up ? `bridge ${bridge} is down` : undefined;
}

/** No frame gets through here, an ARP request no more than any other. */
export const isDeaf = (link: Link | undefined): boolean =>
  link !== undefined && (brokenLink(link) !== undefined || shutPort(link) !== undefined);
