// What a client can see of an illness. An errno that an illness cannot produce is not explained by it.
import type { FlowSeen } from './lies-on.js';

type Seen = FlowSeen['observed'];

const HEALTHY: readonly Seen[] = ['connected'];
const UNTOLD: readonly Seen[] = ['none', 'unknown'];

export const healthy = (seen: Seen): boolean => HEALTHY.includes(seen);
export const failing = (seen: Seen): boolean => !HEALTHY.includes(seen) && !UNTOLD.includes(seen);

/** An answer of refusal: by RST or ICMP from a kernel that got the packet, or by the client’s own (Cilium, EPERM). */
const ANSWERED: readonly Seen[] = ['refused', 'reset', 'not-permitted', 'silent', 'mixed'];

/** Illnesses of which a client always gets an answer. */
const ANSWERING = new Set([
  'port-not-listened',
  'host-not-listening',
  'listens-on-loopback',
  'selector-matches-nothing',
  'endpoints-not-ready',
]);

/** Illnesses that swallow packets: nobody is left to refuse. */
const SWALLOWING = new Set([
  'link-down',
  'link-errors',
  'overlay-device-broken',
  'overlay-peer-wrong',
  'veth-detached',
  'hairpin-off',
  'bridge-netfilter-off',
  'cni-agent-down',
  'cni-address-stale',
  'forwarding-off',
  'reverse-path-drop',
  'masquerade-missing',
  'mtu-mismatch',
  'path-mtu-black-hole',
  'underlay-drop',
  'conntrack-saturation',
  'conntrack-stale-entry',
  'traffic-policy-without-local-endpoint',
]);

export function explains(check: string, seen: Seen): boolean {
  if (!failing(seen)) return false;
  if (ANSWERING.has(check)) return ANSWERED.includes(seen);
  return SWALLOWING.has(check) ? seen !== 'refused' && seen !== 'reset' : true;
}
