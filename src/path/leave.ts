// Whether a packet of its own finds a way out of a namespace.
import { isLoopback } from '../facts/ip.js';
import type { Frame } from './packet.js';
import { type RouteQuestion, lookupRoute } from './route.js';
import { type Netns, confEither } from './world.js';

export const questionOf = (frame: Frame, bound: string | undefined): RouteQuestion => ({
  dst: frame.dst,
  mark: frame.mark,
  ...(frame.src === '' ? {} : { src: frame.src }),
  ...(bound === undefined ? {} : { oif: bound }),
});

/** __mkroute_output: a loopback address may leave a host only by a device with route_localnet. */
export const mayLeave = (netns: Netns, { src }: Frame, dev: string): boolean =>
  dev === 'lo' || !isLoopback(src) || confEither(netns, dev, 'route_localnet');

/** Certainly no way: with several next hops, or a rule that nobody knows, there may be one. */
export function isStranded(netns: Netns, frame: Frame, bound: string | undefined): boolean {
  const found = lookupRoute(netns, questionOf(frame, bound));
  if (found.kind !== 'route') return found.kind !== 'unknown';
  const { type, dev } = found.route;
  if (type === 'local') return false;
  return type !== 'unicast' || (dev !== undefined && !mayLeave(netns, frame, dev));
}
