// A connection between pods of two nodes that timed out: what each node's connection tracking saw of it.
import type { Answer } from '../evidence/evidence.js';
import { conntrackEntriesAsk, readConntrackEntriesAnswer } from '../facts/asks/conntrack.js';
import { isUnreadable, type Source } from '../facts/fact.js';
import type { ConntrackEntry } from '../facts/network.js';
import { sourceNode } from '../facts/sources/flow.js';
import { runRequest } from '../facts/sources/run.js';
import { nodeSubject, podSubject } from '../target/subject.js';

declare module '../facts/fact.js' {
  interface FlowFacts {
    /** `none`: it was answered in some way, or stays on one node. */
    crossing: Crossing | 'none';
  }
}
export type Seen = 'nothing' | 'unanswered' | 'answered' | 'not-read';
export interface Crossing {
  readonly from: string;
  readonly to: string;
  readonly source: string;
  readonly seenFrom: Seen;
  readonly seenTo: Seen;
  /** By all that both nodes hold, it should have been answered. */
  readonly shouldPass: boolean;
}

export const crossing: Source<'flow', Crossing | 'none'> = (flow, know) => {
  const to = flow.pod?.node;
  if (flow.source.kind !== 'pod' || to === undefined || flow.host !== undefined) return 'none';
  know.ahead([
    [flow, 'attempts'],
    [flow, 'predicted'],
  ]);
  const { tries } = know.get(flow, 'attempts');
  const from = sourceNode(flow.source, know);
  if (tries.length === 0 || !tries.every(({ end }) => end === 'timeout') || from === to) return 'none';
  const object = know.get(podSubject(flow.source.namespace, flow.source.name), 'object');
  const source = object === 'absent' ? undefined : object.ips.find((ip) => !ip.includes(':'));
  if (source === undefined) return 'none';
  const { symptoms } = know.get(flow, 'predicted');
  const entries = { source, destination: flow.address, destinationPort: flow.port, protocol: flow.protocol };
  // Asked only now: the entry is there from the first SYN until two minutes after it.
  const ask = conntrackEntriesAsk(entries);
  const wheres = [from, to].map((name) => know.get(nodeSubject(name), 'where'));
  const [seenFrom = 'not-read', seenTo = 'not-read'] = know
    .ask(wheres.map((where) => runRequest(where, ask)))
    .map(seen);
  return { from, to, source, seenFrom, seenTo, shouldPass: symptoms.every((symptom) => symptom === 'connected') };
};

function seen(answer: Answer): Seen {
  const entries = answer.kind === 'answered' ? readConntrackEntriesAnswer(answer) : undefined;
  return entries === undefined || isUnreadable(entries) ? 'not-read' : trackedAs(entries);
}

/** nf_conntrack_proto_tcp: where a handshake stands that has not been finished. */
const OPENING = new Set(['SYN_SENT', 'SYN_SENT2', 'SYN_RECV']);

/**
 * What a node's tracking tells of attempts that timed out. An attempt before the trouble began leaves an entry of the
 * same addresses for two minutes (TIME_WAIT), and a connection that somebody else holds open may live for days.
 */
export function trackedAs(entries: readonly ConntrackEntry[]): Seen {
  const ours = entries.filter(({ state }) => state === undefined || OPENING.has(state));
  if (ours.length === 0) return 'nothing';
  return ours.some(({ unreplied }) => !unreplied) ? 'answered' : 'unanswered';
}
