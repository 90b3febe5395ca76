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
  const found = lookupRoute(netns, { dst: frame.src, src: frame.dst, iif: path.iif, mark: path.mark });
  if (found.kind === 'unknown') return { doubt: found.why };
  if (found.kind !== 'route') return false;
  const { route } = found;
  if (route.type !== 'unicast' && !(route.type === 'local' && path.acceptLocal)) return false;
  return path.loose || usesDevice(route, path.iif) || route.type === 'local';
}

export type SourceVerdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'drop'; readonly by: string; readonly command: string }
  | { readonly kind: 'unknown'; readonly why: string };
const PASS: SourceVerdict = { kind: 'pass' };

/** What the kernel checks between PREROUTING and its routing decision. */
export function validateSource(netns: Netns, frame: Frame, iif: string): SourceVerdict {
  const martian = martianReason(netns, frame, iif);
  if (martian) return { kind: 'drop', by: martian, command: 'ip -4 address' };
  const mode = confMax(netns, iif, 'rp_filter');
  if (mode === 0) return PASS;
  const verdict = reverseVerdict(netns, frame, iif);
  if (verdict.loose && verdict.strict) return PASS;
  if (mode === undefined) return { kind: 'unknown', why: `rp_filter of ${iif} on ${netns.id}, which was not read` };
  if (verdict.doubt !== undefined) return { kind: 'unknown', why: verdict.doubt };
  if (mode === 2 && verdict.loose) return PASS;
  const says =
    mode === 1
      ? `rp_filter=1 on ${iif}: the way back to ${frame.src} does not lead out of ${iif}`
      : `rp_filter=2 on ${iif}: there is no way back to ${frame.src}`;
  return { kind: 'drop', by: says, command: `sysctl net.ipv4.conf.all.rp_filter net.ipv4.conf.${iif}.rp_filter` };
}

function martianReason(netns: Netns, frame: Frame, iif: string): string | undefined {
  const localnet = confEither(netns, iif, 'route_localnet');
  if (frame.dst.startsWith('127.') && !localnet) return `martian destination ${frame.dst}: route_localnet=0 on ${iif}`;
  if (frame.src.startsWith('127.') && !localnet) return `martian source ${frame.src}: route_localnet=0 on ${iif}`;
  const source = lookupRoute(netns, { dst: frame.src, src: frame.dst, iif, mark: 0 });
  const isLocal = source.kind === 'route' && source.route.type === 'local';
  if (isLocal && !confEither(netns, iif, 'accept_local')) {
    return `martian source: ${frame.src} is an address of ${netns.id} itself and came in by ${iif}`;
  }
  return undefined;
}

function reverseVerdict(
  netns: Netns,
  frame: Frame,
  iif: string,
): { readonly strict: boolean; readonly loose: boolean; readonly doubt?: string } {
  const found = lookupRoute(netns, { dst: frame.src, src: frame.dst, iif, mark: 0 });
  if (found.kind === 'unknown') return { strict: false, loose: false, doubt: found.why };
  if (found.kind !== 'route' || found.route.type !== 'unicast') return { strict: false, loose: false };
  const strict = usesDevice(found.route, iif);
  // A device without an address of its own gets no second chance in loose mode.
  return { strict, loose: strict || addressesOf(netns, iif).length > 0 };
}
