// A connection between pods of two nodes that timed out: what each node's connection tracking saw of it.
import type { Answer, Ask, Gap } from '../evidence/evidence.js';
import { ciliumTrackedAsk, readCiliumTrackedAnswer } from '../facts/asks/cilium.js';
import { conntrackEntriesAsk, readConntrackEntriesAnswer } from '../facts/asks/conntrack.js';
import {
  isUnreadable,
  readOnce,
  Unanswerable,
  type Answered,
  type Know,
  type Source,
  type Unreadable,
} from '../facts/fact.js';
import { sourceNode } from '../facts/sources/flow.js';
import { runRequest } from '../facts/sources/run.js';
import { nodeSubject, podSubject } from '../target/subject.js';
import { crossed } from './lost-between.js';

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
  readonly seenFrom: Seen;
  readonly seenTo: Seen;
  /** Prints what each node tracks of it, for people to run. */
  readonly commands: { readonly from: string; readonly to: string };
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
  const shouldPass = symptoms.every((symptom) => symptom === 'connected');
  const tuple = { source, destination: flow.address, destinationPort: flow.port, protocol: flow.protocol };
  // Asked only now: the entry is there from the first SYN until a minute or two after it.
  const tables = { from: tableOf(from, tuple, know), to: tableOf(to, tuple, know) };
  const { seenFrom, seenTo, gaps } = compared(tables, know);
  if (shouldPass && crossed({ seenFrom, seenTo }) === 'open')
    throw new Unanswerable([...gaps, ...(seenFrom === 'nothing' ? [noSuchConnection(from)] : [])]);
  return { from, to, seenFrom, seenTo, shouldPass, commands: { from: tables.from.command, to: tables.to.command } };
};

const noSuchConnection = (node: string): Gap => ({
  kind: 'not-collected',
  detail: `${node} tracks no such connection, so that nothing can be told of its way`,
});

/** An attempt that nothing but a SYN, or a datagram, was seen of. */
export interface Opening {
  readonly sourcePort: number;
  readonly answered: boolean;
}

interface Table {
  readonly node: string;
  readonly ask: Ask;
  readonly command: string;
  readonly read: (answer: Answered) => readonly Opening[] | Unreadable;
}
type Tuple = Parameters<typeof ciliumTrackedAsk>[0];

function tableOf(node: string, tuple: Tuple, know: Know): Table {
  const maps = know.peek(nodeSubject(node), 'ciliumMaps');
  const isNetfilter = maps.kind !== 'unknown' && maps.value === 'none';
  const ask = isNetfilter ? conntrackEntriesAsk(tuple) : ciliumTrackedAsk(tuple);
  return { node, ask, command: ask.tries[0]?.shown ?? '', read: isNetfilter ? ofNetfilter : readCiliumTrackedAnswer };
}

/** nf_conntrack_proto_tcp: where a handshake stands that has not been finished. */
const OPENING = new Set(['SYN_SENT', 'SYN_SENT2', 'SYN_RECV']);

/**
 * An attempt before the trouble began leaves an entry of the same addresses for two minutes (TIME_WAIT), and a connection
 * that somebody else holds open may live for days: neither is one of the attempts that timed out.
 */
function ofNetfilter(answer: Answered): readonly Opening[] | Unreadable {
  const entries = readConntrackEntriesAnswer(answer);
  if (isUnreadable(entries)) return entries;
  return entries
    .filter(({ state }) => state === undefined || OPENING.has(state))
    .map(({ original, unreplied }) => ({ sourcePort: original.sport, answered: !unreplied }));
}

interface Compared {
  readonly seenFrom: Seen;
  readonly seenTo: Seen;
  readonly gaps: readonly Gap[];
}

/** An entry of the same addresses may outlive its attempt: the one that was sent is known by its source port. */
function compared({ from, to }: { readonly from: Table; readonly to: Table }, know: Know): Compared {
  const requests = [from, to].map(({ node, ask }) => runRequest(know.get(nodeSubject(node), 'where'), ask));
  const [atFrom, atTo] = know.ask(requests);
  const [sent, received] = [openingsIn(atFrom, from), openingsIn(atTo, to)];
  const ports = new Set(sent.openings?.map(({ sourcePort }) => sourcePort));
  const same = received.openings?.filter(({ sourcePort }) => ports.size === 0 || ports.has(sourcePort));
  return { seenFrom: seen(sent.openings), seenTo: seen(same), gaps: [...sent.gaps, ...received.gaps] };
}

interface Looked {
  /** Absent: not read. */
  readonly openings?: readonly Opening[];
  readonly gaps: readonly Gap[];
}

function openingsIn(answer: Answer | undefined, { read }: Table): Looked {
  if (answer?.kind === 'refused') return { gaps: [answer.gap] };
  if (answer?.kind !== 'answered') return { gaps: [] };
  const openings = readOnce(answer, read);
  return isUnreadable(openings)
    ? { gaps: [{ kind: 'unreadable', detail: openings.unreadable }] }
    : { openings, gaps: [] };
}

function seen(openings: readonly Opening[] | undefined): Seen {
  if (openings === undefined) return 'not-read';
  if (openings.length === 0) return 'nothing';
  return openings.some(({ answered }) => answered) ? 'answered' : 'unanswered';
}
