// UDP flows that conntrack keeps translating to a backend that is no more.
import type { Source } from '../facts/fact.js';
import type { ConntrackEntry } from '../facts/network.js';
import type { FlowEnds } from './flow-ends.js';

declare module '../facts/fact.js' {
  interface FlowFacts {
    staleEntries: StaleEntries;
  }
}
export type StaleEntries =
  | { readonly kind: 'does-not-apply'; readonly why: string }
  | {
      readonly kind: 'read';
      readonly node: string;
      readonly address: string;
      readonly port: number;
      readonly service: { readonly namespace: string; readonly name: string };
      readonly entries: number;
      readonly stale: readonly {
        readonly client: string;
        /** Of the flow's own source. */
        readonly own: boolean;
        readonly answersFrom: string;
        readonly text: string;
      }[];
    };

export const staleEntries: Source<'flow', StaleEntries> = (flow, know) => {
  if (flow.protocol !== 'udp')
    return { kind: 'does-not-apply', why: 'TCP clients notice a dead backend and connect anew' };
  const ends = know.get(flow, 'ends');
  const { service, sourceNode, source } = ends;
  if (flow.pod || !service?.clusterIps.includes(flow.address) || sourceNode === undefined)
    return { kind: 'does-not-apply', why: 'the flow goes to no address of a Service' };
  const entries = know.get(flow, 'tracked').filter(({ protocol }) => protocol === 'udp');
  const stale = entries.filter((entry) => isStale(entry, ends));
  return {
    kind: 'read',
    node: sourceNode,
    address: flow.address,
    port: flow.port,
    service: { namespace: service.namespace, name: service.name },
    entries: entries.length,
    stale: stale.map(({ original, reply, text }) => ({
      client: original.src,
      own: source?.ips.includes(original.src) ?? false,
      answersFrom: reply.src,
      text,
    })),
  };
};

/** Leads to an address that is no endpoint, ready or not; or to the Service itself, translated by nobody and unanswered. */
export function isStale({ unreplied, original, reply }: ConntrackEntry, { endpoints }: FlowEnds): boolean {
  if (reply.src === original.dst) return unreplied;
  return !endpoints.some(({ ip }) => ip === reply.src);
}

export function staleText({ stale, entries, address, port, node }: Extract<StaleEntries, { kind: 'read' }>): string {
  const [first] = stale;
  const own = stale.filter((entry) => entry.own).length;
  const whose = own > 0 ? `${own} of the source’s own` : `of ${first?.client ?? 'nobody'}`;
  const to =
    first?.answersFrom === address
      ? 'not translated at all'
      : `kept to ${first?.answersFrom ?? '?'}, which is no endpoint`;
  return `${stale.length} of ${entries} tracked UDP flows to ${address}:${port} on ${node} are ${to} (${whose})`;
}
