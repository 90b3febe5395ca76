// Address ranges of policies, IPv4 and IPv6, and what they match of each kind of end.
import type { PolicedEnd } from '../../model/policed.js';
import { inCidr, ipNumber, parseCidr } from '../../facts/ip.js';
import type { Told } from './dialect.js';
import { no, unknown, YES, type Match } from './match.js';
import { endText, type Traffic } from './traffic.js';

export interface Block {
  readonly cidr: string;
  readonly except: readonly string[];
}

export function blockMatch(block: Block, { peer, dialect }: Traffic): Match {
  switch (peer.kind) {
    case 'outside':
      return peer.address === undefined ? clientMatch(block) : addressMatch(block, peer.address);
    case 'pod':
      return asTold(addressMatch(block, peer.pod.ip ?? ''), dialect.blocksSeePods, {
        who: `the address of ${endText(peer)}`,
        by: dialect.name,
      });
    default:
      return asTold(nodeMatch(block, peer), dialect.blocksSeeNodes, { who: `node/${peer.name}`, by: dialect.name });
  }
}

/** A block that would not match matters to no dialect. */
function asTold(match: Match, sees: Told, { who, by }: { readonly who: string; readonly by: string }): Match {
  if (match.kind === 'no' || sees === true) return match;
  if (sees === false) return no(0.5, () => `${who} lies in the block, and ${by} matches it by selectors only`);
  return unknown(`whether ipBlocks match ${who} is left to the enforcer, and what ${by} does is not known`);
}

function addressMatch({ cidr, except }: Block, ip: string): Match {
  if (!within(cidr, ip)) return no(0, () => `${ip} is outside ${cidr}`);
  const hole = except.find((one) => within(one, ip));
  return hole === undefined ? YES : no(0.5, () => `${ip} is in ${hole}, an exception of ${cidr}`);
}

function clientMatch({ cidr, except }: Block): Match {
  if (cidr.endsWith('/0') && except.length === 0) return YES;
  return unknown(`the client’s address is not known, so ${cidr} cannot be decided`);
}

/** What leaves a node over an overlay carries the overlay's address, which lies in the node's pod range. */
function nodeMatch(block: Block, { name, addresses, podCidrs }: Extract<PolicedEnd, { kind: 'node' }>): Match {
  const own = addresses.map((ip) => addressMatch(block, ip));
  const overlay = podCidrs.map((range) => addressMatch(block, range.split('/')[0] ?? ''));
  const all = [...own, ...overlay];
  const [first] = all;
  if (!first) return unknown(`no address of node/${name} is known`);
  if (all.every(({ kind }) => kind === first.kind)) return first;
  return unknown(
    `node/${name} may send from its own address or from its overlay’s, and ${block.cidr} holds one of them`,
  );
}

/** Whether a block and a range share addresses that no exception takes out. */
export function coversPart({ cidr, except }: Block, range: string): boolean {
  const shares = within(cidr, base(range)) || within(range, base(cidr));
  return (
    shares &&
    !except.some((hole) => within(hole, base(range)) && Number(hole.split('/')[1]) <= Number(range.split('/')[1]))
  );
}

const base = (of: string): string => of.split('/')[0] ?? of;

export function within(cidr: string, ip: string): boolean {
  if (!cidr.includes(':') && !ip.includes(':')) {
    const [number, range] = [ipNumber(ip), parseCidr(cidr)];
    return number !== undefined && range !== undefined && inCidr(number, range);
  }
  const length = cidr.split('/')[1] ?? '128';
  const [at, from] = [ipv6Number(ip), ipv6Number(base(cidr))];
  if (at === undefined || from === undefined) return false;
  const shift = BigInt(128 - Number(length));
  return at >> shift === from >> shift;
}

function ipv6Number(text: string): bigint | undefined {
  if (!text.includes(':')) return undefined;
  const [head = '', tail] = text.split('::');
  const [left, right] = [words(head), words(tail)];
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const all = [...left, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...right];
  if (all.length !== 8 || !all.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return undefined;
  return all.reduce((sum, word) => sum * 65_536n + BigInt(Number.parseInt(word, 16)), 0n);
}
const words = (half: string | undefined): readonly string[] => (half ? half.split(':') : []);
