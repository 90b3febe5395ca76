// Rules that nobody can decide from a dump, and that matter. What we say of a packet that meets one is tested by
// deciding the rule both ways: where that makes a difference, the only right answer is "not known".
import { readIptablesSave } from '../../src/facts/read/iptables-save.js';
import { isUnreadable } from '../../src/facts/fact.js';
import type { Iptables, IptablesRule, Json, Netfilter, NftTable } from '../../src/facts/netfilter.js';
import type { Dice } from './random.js';
import { PODS } from './situation.js';

const NAME = 'undecided';
const COMMENT = `-m comment --comment ${NAME}`;

const MATCHES = [
  '-m bpf --bytecode "2,6 0 0 65535,6 0 0 0"',
  '-m u32 --u32 "0x0=0x0:0xffffffff"',
  '-m string ! --string "nowhere" --algo bm',
  '-m limit --limit 5/sec --limit-burst 20',
  '-m hashlimit --hashlimit-upto 5/sec --hashlimit-mode srcip --hashlimit-name x',
  '-m quota --quota 2000',
  '-m connlimit --connlimit-above 3',
  '-m recent --rcheck --seconds 60 --name seen',
  '-m cpu --cpu 0',
  '-m length --length 0:40',
  '-m ttl --ttl-gt 60',
  '-m time --timestart 00:00:00 --timestop 12:00:00',
  '-m dscp ! --dscp 0x0a',
  '-m policy --dir in --pol none',
  '-m socket',
] as const;
const OUTPUT_ONLY = ['-m owner --uid-owner 0', '-m owner ! --gid-owner 12', '-m cgroup --cgroup 1'] as const;

interface Undecided {
  readonly table: string;
  readonly rule: string;
}

export function undecidedRule(dice: Dice, tables: readonly string[]): Undecided {
  const [table, hook, effect] = dice.pick(PLACES.filter(([name]) => tables.includes(name)));
  const fits = MATCHES.filter(
    (match) => !(match.includes('socket') && hook !== 'PREROUTING' && hook !== 'INPUT'),
  ).filter((match) => !(match.includes('policy') && !['PREROUTING', 'INPUT', 'FORWARD'].includes(hook)));
  const match = hook === 'OUTPUT' ? dice.pick([...OUTPUT_ONLY, ...fits]) : dice.pick(fits);
  return { table, rule: `-A ${hook} ${COMMENT} ${match} ${effect(dice)}` };
}

const PLACES: readonly (readonly [table: string, hook: string, effect: (dice: Dice) => string])[] = [
  ['filter', 'FORWARD', () => '-j REJECT --reject-with icmp-net-prohibited'],
  ['filter', 'FORWARD', () => '-j DROP'],
  ['filter', 'INPUT', () => '-j REJECT --reject-with icmp-net-prohibited'],
  ['filter', 'OUTPUT', () => '-j REJECT --reject-with icmp-net-prohibited'],
  ['nat', 'PREROUTING', (dice) => `-j DNAT --to-destination ${dice.pick(PODS)}`],
  ['nat', 'OUTPUT', (dice) => `-j DNAT --to-destination ${dice.pick(PODS)}`],
  ['mangle', 'PREROUTING', () => '-j DROP'],
  ['mangle', 'FORWARD', () => '-j DROP'],
];

const NFT_MATCHES = [
  'meta length 0-40',
  'ip ttl > 60',
  'limit rate 5/second burst 20 packets',
  'quota 2000 bytes',
  'ip dscp != 10',
  'meta cpu 0',
  '@nh,64,8 > 60',
  'ct bytes < 60',
  'ct count over 3',
] as const;

/** A base chain ahead of the wild ones at the same hook. */
export function undecidedChain(dice: Dice): string {
  const hook = dice.pick(['forward', 'input', 'prerouting']);
  const verdict = hook === 'prerouting' ? 'drop' : dice.pick(['drop', 'reject with icmp net-prohibited']);
  const rule = `${dice.pick(NFT_MATCHES)} ${verdict} comment "${NAME}"`;
  return `  chain ${NAME} { type filter hook ${hook} priority -145; policy accept;\n    ${rule}\n  }`;
}

/** The rules of a node as if the undecidable one matched always (`yes`) or never. */
export function decided(netfilter: Netfilter, yes: boolean): Netfilter {
  return {
    ...netfilter,
    iptables: netfilter.iptables.map((dump) => decidedDump(dump, yes)),
    nft: netfilter.nft.map((table) => decidedTable(table, yes)),
  };
}

export const isUndecided = ({ text }: { readonly text: string }): boolean => text.includes(COMMENT);

function decidedDump(dump: Iptables, yes: boolean): Iptables {
  const tables = [...dump.tables].map(([name, table]) => {
    const chains = [...table.chains].map(([chain, held]) => {
      const rules = held.rules.flatMap((rule) => (isUndecided(rule) ? (yes ? [always(rule)] : []) : [rule]));
      return [chain, { ...held, rules }] as const;
    });
    return [name, { ...table, chains: new Map(chains) }] as const;
  });
  return { ...dump, tables: new Map(tables) };
}

function always(rule: IptablesRule): IptablesRule {
  const target = rule.text.slice(rule.text.lastIndexOf(' -j '));
  const dump = readIptablesSave(`*x\n:${rule.chain} - [0:0]\n-A ${rule.chain}${target}\nCOMMIT\n`, 'nft');
  const made = isUnreadable(dump) ? undefined : dump.tables.get('x')?.chains.get(rule.chain)?.rules[0];
  if (!made) throw new Error(`not a rule: ${rule.text}`);
  return made;
}

const isStop = (statement: Json): boolean =>
  typeof statement === 'object' && statement !== null && ('drop' in statement || 'reject' in statement);

function decidedTable(table: NftTable, yes: boolean): NftTable {
  const chains = [...table.chains].map(([name, chain]) => {
    if (name !== NAME) return [name, chain] as const;
    const rules = yes ? chain.rules.map((rule) => ({ ...rule, statements: rule.statements.filter(isStop) })) : [];
    return [name, { ...chain, rules }] as const;
  });
  return { ...table, chains: new Map(chains) };
}
