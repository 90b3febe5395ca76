// Would the answer go back the way the packet came? fib_validate_source, and the rpfilter match that imitates it.
import type { Truth } from './chain.js';
import type { Frame } from './packet.js';
import { lookupRoute, usesDevice } from './route.js';
import { type Netns, addressesOf, confEither, confMax } from './world.js';

export interface ReversePath {
  readonly iif: string;
  readonly loose: boolean;
  readonly mark: number;
  readonly acceptLocal: boolean;
}

/** As xt_rpfilter asks it: the source must be reachable, strictly by the very device. */
export function passesReversePath(netns: Netns, frame: Frame, path: ReversePath): Truth {
  if (path.iif === 'lo') return true;
  const found = lookupRoute(netns, { dst: frame.src, src: frame.dst, mark: path.mark });
  if (found.kind === 'unknown') return { doubt: found.why };
  if (found.kind !== 'route') return false;
  const { route } = found;
  if (route.type !== 'unicast' && !(route.type === 'local' && path.acceptLocal)) return false;
  return path.loose || usesDevice(route, path.iif);
}

export type SourceVerdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'drop'; readonly by: string; readonly command: string }
  | { readonly kind: 'unknown'; readonly why: string };
const PASS: SourceVerdict = { kind: 'pass' };

export interface Validation {
  readonly frame: Frame;
  readonly iif: string;
  /** Where it is to be passed on to; absent for what is delivered here. */
  readonly oif?: string;
}

/** What the kernel checks of the source when it has found a route for the destination. */
export function validateSource(netns: Netns, { frame, iif, oif }: Validation): SourceVerdict {
  // The answer is imagined to come in by the device that the packet would leave by.
  const found = lookupRoute(netns, {
    dst: frame.src,
    src: frame.dst,
    mark: 0,
    ...(oif === undefined ? {} : { iif: oif }),
  });
  if (found.kind === 'unknown') return { kind: 'unknown', why: found.why };
  if (found.kind === 'route' && found.route.type === 'local' && !confEither(netns, iif, 'accept_local')) {
    const by = `martian source: ${frame.src} is an address of ${netns.id} itself and came in by ${iif}`;
    return { kind: 'drop', by, command: 'ip -4 address' };
  }
  const mode = confMax(netns, iif, 'rp_filter');
  if (mode === 0) return PASS;
  const isRouted = found.kind === 'route' && (found.route.type === 'unicast' || found.route.type === 'local');
  const strict = isRouted && usesDevice(found.route, iif);
  if (strict) return PASS;
  if (mode === undefined) {
    const of = iif === '' ? 'the link that the packet came in by' : iif;
    return { kind: 'unknown', why: `rp_filter of ${of} on ${netns.id}, which was not read` };
  }
  // In loose mode any route will do, but a device without an address of its own gets no second look.
  if (mode === 2 && isRouted && addressesOf(netns, iif).length > 0) return PASS;
  const says =
    mode === 1
      ? `rp_filter=1 on ${iif}: the way back to ${frame.src} does not lead out of ${iif}`
      : `rp_filter=2 on ${iif}: there is no way back to ${frame.src}`;
  return { kind: 'drop', by: says, command: `sysctl net.ipv4.conf.all.rp_filter net.ipv4.conf.${iif}.rp_filter` };
}

/** Loopback addresses on a wire, which no route is looked up for. */
export function martianReason(netns: Netns, frame: Frame, iif: string): string | undefined {
  const localnet = confEither(netns, iif, 'route_localnet');
  if (frame.dst.startsWith('127.') && !localnet) return `martian destination ${frame.dst}: route_localnet=0 on ${iif}`;
  if (frame.src.startsWith('127.') && !localnet) return `martian source ${frame.src}: route_localnet=0 on ${iif}`;
  return undefined;
}
