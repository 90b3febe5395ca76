// The rules a packet matched, in order: as the kernel traced them, and as our walk says. One text a rule, the same in both.
import type { Iptables, Netfilter, NftRule, NftTable } from '../../src/facts/netfilter.js';
import { type Log, type Scenario, hopsOf } from '../../src/path/scenario.js';
import type { Step } from '../../src/path/prediction.js';

import { type Sent, isSender } from './situation.js';

/** What tells a traced packet from all others; an ICMP error only tells which packet it quotes. */
interface Who {
  readonly id: number;
  readonly size: number;
  readonly protocol: number;
  readonly sport?: number;
  readonly dport?: number;
  readonly flags?: number;
  readonly quotes?: { readonly id: number; readonly size: number };
}
/** Table, chain, then handle (nf_tables) or number (legacy) of the rule and what it did, or `policy` and which. */
export type Record = readonly ['nft' | 'legacy', string, string, number | 'policy', string];
export type Trace = readonly [Who, Record];

export interface Trail {
  readonly there: readonly string[];
  readonly back: readonly string[];
}

/** The chain of the switch that turns tracing on: not part of what is tried. */
export const SWITCH = 'netdiag_trace';
/** Once a hook: its rule, and not the policy that comes after. */
const isSwitch = ([, table, , rule]: Record): boolean => table === SWITCH && rule !== 'policy';
const [SYN, RST, SYN_ACK] = [0x02, 0x04, 0x12];
/** What the first segment or a datagram is answered with; datagrams have no flags. */
const isReply = (flags: number): boolean => flags === 0 || flags === SYN_ACK || (flags & RST) !== 0;

/**
 * Retransmissions of what was asked, and later segments, have another number; but what the kernel answers itself has
 * none, be it the SYN,ACK or the RST of a rule that refuses the client's ACK to it.
 */
const isSame = (who: Who, of: Who): boolean => who.id === of.id && who.flags === of.flags;

export function traceOf(
  { sport: port, byNumber, id, dev }: Pick<Sent, 'sport' | 'byNumber' | 'id' | 'dev'>,
  traces: readonly Trace[],
  textOf: (record: Record) => string | undefined,
): Trail {
  // No chain comes behind the one that gives it another source port.
  const isFirst = ({ sport, flags = 0 }: Who): boolean => sport === port && (flags === 0 || flags === SYN);
  const first = traces.find(([who]) => isFirst(who))?.[0];
  // A far end answers with the number of what it answers; its port may have become another.
  const answersTo = (number: number): boolean => byNumber === true && number === (id | 0x8000);
  // The port that is drawn for one packet may be another's own. What the kernel answers itself by TCP has no number, and
  // what the node sends has one that the kernel drew: it tells nothing, and may be that of any.
  const isOfAnother = ({ id: number, protocol }: Who): boolean =>
    byNumber === true && dev !== undefined && protocol === 6 && number > 0x8000 && !answersTo(number);
  const isAnswer = ({ id: number, dport, flags = 0, protocol, quotes }: Who): boolean =>
    protocol === 1
      ? first !== undefined && quotes?.id === first.id && quotes.size === first.size
      : (dport === port || (answersTo(number) && !isSender(dport))) && isReply(flags);
  const answers = traces.flatMap(([who]) => (isAnswer(who) && !isOfAnother(who) ? [who] : []));
  const answer = answers.find(({ id: number }) => answersTo(number)) ?? answers[0];
  const texts = (of: Who | undefined, is: (who: Who) => boolean): readonly string[] =>
    traces.flatMap(([who, record]) => (of && isSame(who, of) && is(who) ? (textOf(record) ?? []) : []));
  return { there: texts(first, isFirst), back: texts(answer, isAnswer) };
}

/** A port that is drawn for another packet may be this one's own: then two answers come to it, and nothing tells which. */
export function isAmbiguous(
  { sport: port, byNumber }: Pick<Sent, 'sport' | 'byNumber'>,
  traces: readonly Trace[],
): boolean {
  if (byNumber !== true) return false;
  const isAnswer = ({ dport, flags = 0, protocol }: Who): boolean => dport === port && protocol !== 1 && isReply(flags);
  const answers = traces.flatMap(([who]) => (isAnswer(who) ? [who.id] : []));
  return new Set(answers).size > 1;
}

/** A busy machine is slow to answer, and a SYN or its answer goes out twice: then the dice were rolled twice. */
export function isRepeated(
  { sport: port, protocol }: Pick<Sent, 'sport' | 'protocol'>,
  traces: readonly Trace[],
): boolean {
  const requests = traces.filter(([{ sport, flags }]) => sport === port && flags === SYN).map(([{ id }]) => id);
  // An answer keeps its number when it is sent again, but no packet meets the switch of one hook twice.
  const answers = traces.filter(
    ([{ dport, flags }, record]) => dport === port && flags === SYN_ACK && isSwitch(record),
  );
  const hooks = answers.map(([{ id }, [, , chain]]) => `${id} ${chain}`);
  return protocol === 'tcp' && (new Set(requests).size > 1 || new Set(hooks).size < hooks.length);
}

const placeOf = ({ backend }: Iptables, table: string): string => (backend === 'legacy' ? `legacy ${table}` : table);
const nftPolicy = (table: NftTable, chain: string): string => `nft ${table.family} ${table.name} ${chain} policy drop`;

/** Told by its handle; what it holds is counted in the words of nft's JSON. */
const asJson = ({ text, statements }: NftRule): string => `${byHandle(text)} ${JSON.stringify(statements)}`;

/** Handles of iptables-nft rules stand in no dump of iptables: they come from nft, by `table chain` in order. */
export type Handles = ReadonlyMap<string, readonly number[]>;

export function recordTexts({ iptables, nft }: Netfilter, handles: Handles): (record: Record) => string | undefined {
  const dumps = new Map(iptables.map((dump) => [dump.backend, dump]));
  return ([source, table, chain, rule, verdict]) => {
    if (table === SWITCH) return undefined;
    const native = source === 'nft' ? nft.find(({ name }) => name === table) : undefined;
    if (native) {
      if (rule === 'policy') return verdict === 'drop' ? nftPolicy(native, chain) : undefined;
      const held = native.chains.get(chain)?.rules.find(({ handle }) => handle === rule);
      return held ? asJson(held) : `${table} ${rule}?`;
    }
    const dump = dumps.get(source);
    const held = dump?.tables.get(table)?.chains.get(chain);
    if (!dump || !held) return `${source} ${table} ${chain} ${rule}?`;
    const at = source === 'legacy' ? Number(rule) - 1 : (handles.get(`${table} ${chain}`) ?? []).indexOf(Number(rule));
    const found = rule === 'policy' ? undefined : held.rules[at];
    if (found) return `${placeOf(dump, table)} ${found.text}`;
    // The legacy log numbers the end of a chain one beyond its last rule.
    const isEnd = rule === 'policy' || (source === 'legacy' && at === held.rules.length);
    if (!isEnd) return `${source} ${table} ${chain} ${rule}?`;
    const isDrop = source === 'legacy' ? verdict === 'policy' && held.policy === 'DROP' : verdict === 'drop';
    return isDrop ? `${placeOf(dump, table)} -P ${chain} DROP` : undefined;
  };
}

export const trailOf = (way: Scenario): Trail => trailIn(way, undefined);

/** Only what one namespace matched, where one is named. */
export const trailIn = ({ there, log }: Scenario, netns: string | undefined): Trail =>
  there ? { there: textsOf(there.log, netns), back: textsOf(log, netns) } : { there: textsOf(log, netns), back: [] };

function textsOf(log: Log | undefined, netns: string | undefined): readonly string[] {
  const steps = hopsOf(log).flatMap((hop) => hop.steps.map((step) => ({ at: hop.netns, step })));
  let isWrapped = false;
  return steps.flatMap(({ at, step }) => {
    // The datagram around it has rules of its own, and other ports to be told by.
    if (step.kind === 'encapsulate' || step.kind === 'decapsulate') isWrapped = step.kind === 'encapsulate';
    return isWrapped || (netns !== undefined && at !== netns) ? [] : stepTexts(step);
  });
}

function stepTexts({ kind, says, cites, trail = [] }: Step): readonly string[] {
  const label = says.split(':')[0] ?? '';
  const isNft = label.startsWith('nft ');
  const place = label.split(' ').slice(0, -1).join(' ');
  const texts = trail.map((text) => (isNft ? text : `${place} ${text}`));
  if (kind !== 'drop') return texts;
  if (isNft) return cites === 'policy drop' ? [...texts, `${label} policy drop`] : texts;
  return cites?.startsWith('-P ') ? [...texts, `${place} ${cites}`] : texts;
}

/** Rules that change nothing that matters, and roll dice for it: the walk does not ask whether they match. */
const isIdleChance = (text: string): boolean =>
  /-m statistic /.test(text) && (!/ -[jg] /.test(text) || / -j (?:LOG|NFLOG|TOS|DSCP) /.test(text));

/** Which client kube-proxy's affinity knows is in no dump: the walk rolls dice for the backends that both ways choose from. */
const backendChosen = (text: string): string =>
  text.replace(/-A KUBE-SVC-\S+ (?:-m recent --rcheck .* |-m statistic .* )?-j (KUBE-SEP-\S+)$/, 'chooses $1');

/** A rule of nft is told by its handle: what was recorded may word it otherwise. */
export const byHandle = (text: string): string => text.replace(/^(\S+ \S+ \S+ handle \d+):.*$/, '$1:');
const telling = (text = ''): string => byHandle(backendChosen(text));

/** Undefined where they agree. */
export function firstDifference(ours: Trail, kernel: Trail, legs: readonly (keyof Trail)[]): string | undefined {
  for (const leg of legs) {
    const seen = kernel[leg].filter((text) => !isIdleChance(text));
    const length = Math.max(ours[leg].length, seen.length);
    for (let at = 0; at < length; at += 1) {
      if (telling(ours[leg][at]) !== telling(seen[at]))
        return `${leg}, rule ${at + 1}: kernel ${seen[at] ?? 'none'}; ours ${ours[leg][at] ?? 'none'}`;
    }
  }
  return undefined;
}
