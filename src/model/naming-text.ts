import type { Naming } from './naming.js';

type Told = Extract<Naming, { kind: 'lookup' }>;

/** NXDOMAIN, explained by what the cluster knows. */
export function notFoundText({ lookup, inner, elsewhere, search, ndots, external }: Told): string {
  if (inner?.exists)
    return `service/${inner.name} exists in ${inner.namespace}, but ${lookup.server} says that ${lookup.name} does not`;
  if (inner) {
    const where = elsewhere.length > 0 ? `; ${elsewhere.join(', ')} has one: ${inner.name}.${elsewhere[0] ?? ''}` : '';
    return `there is no service/${inner.name} in ${inner.namespace}${where}`;
  }
  const tried =
    external && ndots !== undefined && dots(lookup.name) < ndots
      ? `, after ${search.length} names with its search list (ndots ${ndots})`
      : '';
  return `${lookup.server} says that ${lookup.name} does not exist${tried}`;
}
const dots = (name: string): number => name.split('.').length - 1;

export function upstreamText({ lookup, upstreams, forwards }: Told): string {
  const failed = lookup.end === 'answered' ? `answered ${lookup.rcode ?? 'nothing'}` : 'did not answer';
  const [first] = upstreams;
  const why = first
    ? `CoreDNS has no answer from its upstream ${first.server} (${first.count} times in 5 minutes)`
    : `it forwards to ${forwards.join(', ') || 'an upstream'}`;
  return `${lookup.server} ${failed} for ${lookup.name} after ${lookup.elapsedMs} ms: ${why}`;
}
