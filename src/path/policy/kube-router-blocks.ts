// A rule's ipBlocks as kube-router v2.2.1 takes them (policy.go, evalIPBlockPeer): all of them are entries of one hash:net set.
import { ipText, parseCidr } from '../../facts/ip.js';
import type { PolicedEnd } from '../../model/policed.js';
import { blockMatch, within, type Block } from './block.js';
import { anyOf, no, unknown, type Match } from './match.js';
import { endText, type Traffic } from './traffic.js';

/** The blocks of one rule, whoever enforces it. */
export function blocksMatch(blocks: readonly Block[], traffic: Traffic): Match {
  const match = anyOf(blocks.map((one) => blockMatch(one, traffic)));
  if (match.kind !== 'yes' || traffic.dialect.blocksAreOneSet !== true) return match;
  const holes = addressesOf(traffic.peer).map((ip) => ({ ip, hole: holeOf(ip, blocks) }));
  const [out] = holes.filter(({ hole }) => hole !== undefined);
  if (!out) return match;
  if (holes.some(({ hole }) => hole === undefined))
    return unknown(`${endText(traffic.peer)} may send from ${out.ip}, which is in the exception ${out.hole}, or not`);
  return no(0.5, () => {
    return `${out.ip} is in ${out.hole}, an exception that kube-router applies to all blocks of the rule`;
  });
}

function addressesOf(end: PolicedEnd): readonly string[] {
  if (end.kind === 'pod') return end.pod.ip === undefined ? [] : [end.pod.ip];
  if (end.kind === 'outside') return end.address === undefined ? [] : [end.address];
  return [...end.addresses, ...end.podCidrs.map((range) => range.split('/')[0] ?? range)];
}

/**
 * Ranges as ipset prints them, and whether each is an exception. An entry that comes twice is what it was last:
 * `ipset restore -exist` overwrites its flags.
 */
export function blockEntries(blocks: readonly Block[]): ReadonlyMap<string, 'match' | 'nomatch'> {
  const entries = new Map<string, 'match' | 'nomatch'>();
  for (const { cidr, except } of blocks) {
    for (const range of halves(cidr)) entries.set(range, 'match');
    for (const range of except.flatMap(halves)) entries.set(range, 'nomatch');
  }
  return entries;
}

/** hash:net holds no /0, so kube-router writes two halves; ipset prints the base of a range, and no /32. */
function halves(cidr: string): readonly string[] {
  const range = parseCidr(cidr);
  if (!range) return [cidr];
  if (range.length === 0) return ['0.0.0.0/1', '128.0.0.0/1'];
  return [`${ipText(range.base)}${range.length === 32 ? '' : `/${range.length}`}`];
}

/** The exception that keeps an address out. The kernel looks from the longest prefix down and stops at the first it finds. */
function holeOf(ip: string, blocks: readonly Block[]): string | undefined {
  const [longest] = [...blockEntries(blocks)]
    .map(([range, flag]) => ({ cidr: range.includes('/') ? range : `${range}/32`, flag }))
    .filter(({ cidr }) => within(cidr, ip))
    .toSorted((a, b) => lengthOf(b.cidr) - lengthOf(a.cidr));
  return longest?.flag === 'nomatch' ? longest.cidr : undefined;
}
const lengthOf = (cidr: string): number => Number(cidr.split('/')[1]);
