import type { Where } from '../../evidence/evidence.js';
import { nodeSubject, podSubject, type Place, type Subject } from '../../target/subject.js';
import { connectAsk, datagramAsk } from '../asks/attempt.js';
import { conntrackEntriesAsk, readConntrackEntriesAnswer } from '../asks/conntrack.js';
import { lookupAsk } from '../asks/lookup.js';
import { sweepAsk } from '../asks/sweep.js';
import { readAnswer, Unanswerable, type Know, type SourcesOf, type Unreadable } from '../fact.js';
import type { ConntrackEntry } from '../network.js';
import type { Attempts, Lookup, SizeSweep } from '../observation.js';
import { readAttempts } from '../read/attempt.js';
import { readLookup } from '../read/lookup.js';
import { readSweep } from '../read/sweep.js';
import { reading, runAt } from './run.js';

declare module '../fact.js' {
  interface FlowFacts {
    /** Real connections from the source's own namespace. */
    attempts: Attempts;
    /** Only for flows to a nameserver that carry a `host`: the lookup itself. */
    lookup: Lookup;
    /** DF-flagged pings of growing size, from a pod to a pod on another node: no smaller link lies between others. */
    sweep: SizeSweep | 'not-needed';
    /** Entries about this flow's address in the source node's table, never the whole table. */
    tracked: readonly ConntrackEntry[];
  }
}

/** A balanced address is tried more often than one backend: one lost SYN in three tells of a sick half. */
const TRIES = { service: 4, backend: 2 } as const;

export const flowSources = {
  attempts(flow, know) {
    needAddress(flow);
    if (flow.host !== undefined) return attemptOf(know.get(flow, 'lookup'));
    const to = {
      address: flow.address,
      port: flow.port,
      count: flow.tries ?? (flow.pod ? TRIES.backend : TRIES.service),
    };
    if (flow.source.kind === 'outside') return fromHere(flow, to, know);
    const ask = flow.protocol === 'udp' ? datagramAsk(to) : connectAsk(to);
    return runAt(know, standing(flow, know), reading(ask, readAttempts));
  },
  lookup(flow, know) {
    const { host: name, address: server } = flow;
    if (name === undefined) throw new Unanswerable([{ kind: 'not-collected', detail: 'no name was asked about' }]);
    return runAt(know, standing(flow, know), reading(lookupAsk({ server, name }), readLookup({ server, name })));
  },
  sweep(flow, know) {
    const where = standing(flow, know);
    if (
      !flow.pod?.node ||
      flow.address === '' ||
      flow.host !== undefined ||
      where.kind !== 'pod' ||
      where.node === flow.pod.node
    )
      return 'not-needed';
    return runAt(know, where, reading(sweepAsk(flow.address), readSweep));
  },
  tracked(flow, know) {
    needAddress(flow);
    const node = sourceNode(flow.source, know);
    const ask = conntrackEntriesAsk({ destination: flow.address, destinationPort: flow.port, protocol: flow.protocol });
    return runAt(know, know.get(nodeSubject(node), 'where'), reading(ask, readConntrackEntriesAnswer));
  },
} satisfies Partial<SourcesOf<'flow'>>;

/** A pod that waits for its node has none. */
export function needAddress({ address, pod }: Subject<'flow'>): void {
  if (address === '')
    throw new Unanswerable([{ kind: 'unreachable', detail: `pod/${pod?.name ?? ''} has no address` }]);
}

/** From the machine that runs us, which is outside as far as we can be. */
function fromHere(
  { protocol, pod, service }: Subject<'flow'>,
  to: { readonly address: string; readonly port: number; readonly count: number },
  know: Know,
): Attempts | Unreadable {
  if (pod && service)
    throw new Unanswerable([{ kind: 'not-collected', detail: 'a client outside does not dial the pods of a Service' }]);
  if (protocol === 'udp')
    throw new Unanswerable([{ kind: 'not-collected', detail: 'datagrams are not sent from outside the cluster' }]);
  return readAnswer(know.ask([{ via: 'here', ...to }])[0], readAttempts);
}

/** A nameserver that answered, whatever it said of the name, was reached. */
function attemptOf({ tool, end, elapsedMs, raw }: Lookup): Attempts {
  const seen = end === 'answered' ? 'connected' : end;
  return { tool, tries: [{ end: seen, elapsedMs, raw }] };
}

/**
 * Where the packet starts. Waits until every node on the way can be asked too, so that counters are read before and
 * after the attempt and not a round later.
 */
function standing(flow: Subject<'flow'>, know: Know): Where {
  const where = placeWhere(flow.source, know);
  const nodes = [where.kind === 'pod' ? where.node : where.name, flow.pod?.node].filter((name) => name !== undefined);
  for (const name of nodes) know.peek(nodeSubject(name), 'where');
  return where;
}

function placeWhere(place: Place, know: Know): Where {
  if (place.kind === 'pod') return know.get(podSubject(place.namespace, place.name), 'where');
  if (place.kind === 'node') return know.get(nodeSubject(place.name), 'where');
  throw new Unanswerable([{ kind: 'unreachable', detail: 'nobody can be asked to connect from outside the cluster' }]);
}

export function sourceNode(place: Place, know: Know): string {
  if (place.kind === 'node') return place.name;
  const where = placeWhere(place, know);
  return where.kind === 'pod' ? where.node : where.name;
}
