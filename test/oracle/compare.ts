// Does what the kernel did fit one of the ways we said the packet may go?
import { endingOf } from '../../src/path/conclude.js';
import type { Branch, Outcome, Prediction, Refusal, Symptom } from '../../src/path/prediction.js';
import type { Observed, Seen } from './kernel.js';
import { type Rivals, type Stopped, inOneOrder } from './rivals.js';
import { type Trail, firstDifference } from './trail.js';
import { NODE_ID } from './oracle-world.js';
import { type Sent, isSender } from './situation.js';

export interface Told {
  /** What came out where, in words; empty when nothing did. */
  readonly lines: readonly string[];
}
export type Comparison =
  | { readonly kind: 'agree' | 'unanswered' }
  | { readonly kind: 'disagree'; readonly kernel: Told; readonly ours: readonly Told[]; readonly rules?: string };

const CODES: Readonly<Partial<Record<Refusal, string>>> = {
  'icmp-net-unreachable': '3/0',
  'icmp-host-unreachable': '3/1',
  'icmp-proto-unreachable': '3/2',
  'icmp-port-unreachable': '3/3',
  'icmp-net-prohibited': '3/9',
  'icmp-host-prohibited': '3/10',
  'icmp-admin-prohibited': '3/13',
  'icmp-ttl-exceeded': '11/0',
};
const NO_ROUTE = { 'net-unreachable': '3/0', 'host-unreachable': '3/1', prohibited: '3/13', blackhole: '' } as const;
const ERRNO: Readonly<Record<Symptom, readonly string[]>> = {
  connected: ['connected'],
  answered: ['connected'],
  refused: ['ECONNREFUSED'],
  timeout: ['waiting', 'sent'],
  'no-route': ['EHOSTUNREACH'],
  'net-unreachable': ['ENETUNREACH'],
  'not-permitted': ['EPERM', 'EACCES'],
  sent: ['sent'],
  'protocol-unreachable': ['ENOPROTOOPT'],
  'invalid-argument': ['EINVAL'],
  unknown: [],
};

/** One way a packet may go, and the rules it matches on it. */
export interface Way {
  readonly branch: Branch;
  readonly trail: Trail;
}
export interface Predicted {
  readonly prediction: Prediction;
  readonly ways: readonly Way[];
}

/** First the ends: what came out where, and what the socket was told. Then the rules between, one by one. */
export function compare(sent: Sent, { prediction, ways }: Predicted, { lines, trail, rivals }: Seeing): Comparison {
  const kernel = { lines };
  const known = prediction.branches.filter((branch) => isKnown(branch));
  // A branch stands for all ways that come to the same for the client; what else could be seen of them may differ.
  const standing = ways.map(({ branch }) => branch).filter((way) => known.some((branch) => standsFor(branch, way)));
  const ours = [...known, ...standing].flatMap((branch) => told(sent, branch));
  const fits = (each: Told): boolean => sameLines(each.lines, kernel.lines);
  if (!ours.some(fits))
    return known.length < prediction.branches.length ? { kind: 'unanswered' } : { kind: 'disagree', kernel, ours };
  const fitting = ways.filter(({ branch }) => isKnown(branch) && told(sent, branch).some(fits));
  const differences = fitting.map((way) => {
    if (!trail) return undefined;
    const legs = inOneOrder({ ours: seenOf(sent, way, trail), kernel: trail }, rivals, stoppedOn(way));
    return firstDifference(legs.ours, legs.kernel, legsOf(way, trail));
  });
  if (!trail || fitting.length === 0 || differences.includes(undefined)) return { kind: 'agree' };
  return { kind: 'disagree', kernel, ours, rules: differences.join(' | ') };
}
const stoppedOn = ({ branch: { outcome, reply } }: Way): Stopped => ({
  there: outcome.kind !== 'delivered',
  back: reply?.outcome.kind !== 'delivered',
});
const standsFor = (branch: Branch, way: Branch): boolean => isKnown(way) && endingOf(branch) === endingOf(way);

/** A port that the kernel draws stands as 0 in ours. */
const sameLines = (ours: readonly string[], kernel: readonly string[]): boolean =>
  ours.length === kernel.length &&
  ours.every((line, at) => line === kernel[at] || (ANY_PORT.test(line) && alike(line, kernel[at] ?? '')));
/** One that the kernel draws, from all or from a range. */
const ANY_PORT = /:(?:0|65536) >/;
const alike = (line: string, kernel: string): boolean =>
  line.replace(ANY_PORT, ' >') === kernel.replace(/:\d+ >/, ' >');

/** Of what comes round by the loopback device with a port that the kernel drew, nothing tells whose it is. */
const seenOf = (sent: Sent, { trail }: Way, { there }: Trail): Trail =>
  isLost(sent) && RANDOM.test(there.at(-1) ?? '') ? { ...trail, there: trail.there.slice(0, there.length) } : trail;

const RANDOM = /random-fully|fully-random/;
const TH_DPORT = /"protocol":"th","field":"dport"/;
function legsOf({ branch: { outcome }, trail }: Way, { there, back }: Trail): readonly (keyof Trail)[] {
  // With a port that the kernel drew, rules about ports are open questions on the way back, and ways over them join.
  if (there.some((text) => RANDOM.test(text))) return ['there'];
  // So are rules that read a port where an ICMP error, the only packet with no port, has its checksum.
  if (codeOf(outcome) !== undefined && [...back, ...trail.back].some((text) => TH_DPORT.test(text))) return ['there'];
  // A datagram of its own that a host refuses fails in sendto(): the ICMP error that goes out as well changes nothing.
  if (outcome.kind === 'refused' && outcome.how === 'not-permitted') return ['there'];
  // Rationed, see told(): an error that was not sent matches no rule.
  return outcome.kind === 'no-route' && back.length === 0 ? ['there'] : ['there', 'back'];
}

export interface Seeing {
  /** What the kernel did: see kernelLines. */
  readonly lines: readonly string[];
  /** Absent where rules cannot be compared: ways were joined over an open question. */
  readonly trail?: Trail;
  readonly rivals: Rivals;
}

export const isKnown = ({ outcome, reply }: Branch): boolean =>
  outcome.kind !== 'unknown' && reply?.outcome.kind !== 'unknown';

const tuple = ({ src, dst, sport, dport }: { src: string; dst: string; sport?: number; dport?: number }): string =>
  `${src}:${sport ?? 0} > ${dst}:${dport ?? 0}`;

export function kernelLines(sent: Sent, { seen, results }: Observed): readonly string[] {
  const said = results[String(sent.id)] ?? 'nothing';
  // A connection that was reset had been made: rules with dice may refuse its third packet, which is not predicted.
  const result = sent.dev === undefined ? [`socket ${said === 'ECONNRESET' ? 'connected' : said}`] : [];
  if (isLost(sent)) return result;
  const lines = seen.filter((each) => concerns(sent, each)).map((each) => seenLine(sent, each));
  return [...new Set([...result, ...lines])].toSorted();
}

/** A packet of the node's own has a number of the kernel's choice: with a port at random nothing tells it outside. */
const isLost = ({ dev, byNumber }: Sent): boolean => dev === undefined && byNumber === true;

function concerns(sent: Sent, seen: Seen): boolean {
  if (seen.about) return sent.dev === undefined ? seen.about.sport === sent.sport : seen.about.id === sent.id;
  if (sent.dev === undefined) return seen.sport === sent.sport && (sent.protocol === 'udp' || seen.flags === 'SYN');
  if (seen.dport === sent.sport) return true;
  if (!sent.byNumber) return seen.sport === sent.sport;
  // The kernel's own answers may have any number, and they go to a sender; a port that it drew may be any sender's.
  return !isSender(seen.dport) && (seen.id === sent.id || seen.id === (sent.id | 0x8000));
}

function seenLine(sent: Sent, seen: Seen): string {
  if (seen.about) return `${seen.dev}: icmp ${seen.type}/${seen.code} to ${seen.dst} about ${tuple(seen.about)}`;
  const isForward = seen.sport === sent.sport || (seen.id === sent.id && seen.dport !== sent.sport);
  const what = isForward ? 'packet' : seen.flags?.includes('RST') ? 'reset' : 'answer';
  return `${seen.dev}: ${what} ${tuple(seen)}`;
}

/** What a branch would show at the devices and the socket. */
export function told(sent: Sent, branch: Branch): readonly Told[] {
  const { outcome, reply, arrives } = branch;
  const lines: string[] = [];
  const isFar = outcome.kind === 'delivered' && outcome.netns !== NODE_ID;
  if (isFar) lines.push(`${devOf(outcome.netns)}: packet ${tuple(arrives)}`);
  if (sent.dev === undefined) {
    // Every listener answers a datagram.
    const isAnswered = branch.symptom === 'sent' && reply?.outcome.kind === 'delivered';
    const results = isAnswered ? ['answered'] : ERRNO[branch.symptom];
    return results.map((result) => ({ lines: [`socket ${result}`, ...(isLost(sent) ? [] : lines)].toSorted() }));
  }
  if (reply) lines.push(...answerLines(outcome, branch));
  // Errors about routes are rationed per peer (ip_rt_error_burst), whatever icmp_ratelimit says: they may be missing.
  const rationed = outcome.kind === 'no-route' ? [{ lines: [] }] : [];
  return [{ lines: lines.toSorted() }, ...rationed];
}

const devOf = (netns: string): string => netns.replace('far/', '');

function answerLines(outcome: Outcome, { reply }: Branch): readonly string[] {
  if (!reply || (reply.outcome.kind !== 'delivered' && reply.outcome.kind !== 'untranslated')) return [];
  const at = reply.outcome.netns;
  if (at === NODE_ID || !reply.arrives) return [];
  const code = codeOf(outcome);
  const { arrives } = reply;
  if (code !== undefined)
    return [`${devOf(at)}: icmp ${code} to ${arrives.dst} about ${tuple(arrives.about ?? arrives)}`];
  const what = outcome.kind === 'refused' ? 'reset' : 'answer';
  return [`${devOf(at)}: ${what} ${tuple(arrives)}`];
}

function codeOf(outcome: Outcome): string | undefined {
  if (outcome.kind === 'refused') return CODES[outcome.how];
  if (outcome.kind === 'no-route') return NO_ROUTE[outcome.how];
  if (outcome.kind === 'neighbour-unreachable') return '3/1';
  return outcome.kind === 'loop' ? '11/0' : undefined;
}
