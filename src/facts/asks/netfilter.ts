// What filters and rewrites packets in a network namespace: both iptables backends, native nft tables, sets.
// iptables-save and never -L: -L of the legacy backend waits for ever on a held xtables lock.
import type { Ask } from '../../evidence/evidence.js';
import { type Unreadable, isUnreadable, readOnce, unreadable } from '../fact.js';
import type { Iptables, Netfilter, NftTable } from '../netfilter.js';
import type { Ipset } from '../network.js';
import type { Answered } from '../read/answered.js';
import { readIpsetSave } from '../read/ipset-save.js';
import { readIptablesSave } from '../read/iptables-save.js';
import { readNftJson } from '../read/nft-json.js';

// The legacy binary may load modules where no legacy table exists, so the kernel is asked first which there are.
const LEGACY = `names=
if { read -r name; } 2>/dev/null < /proc/net/ip_tables_names; then names=$name; fi
if [ -n "$names" ]; then
  if command -v iptables-legacy-save >/dev/null 2>&1; then echo '#backend legacy'; iptables-legacy-save -c || exit $?
  else echo '#unread legacy iptables tables'; fi
fi`;

export const iptablesAsk: Ask = {
  id: 'iptables',
  tries: [
    {
      tool: 'iptables-nft-save',
      needs: ['iptables-nft-save'],
      script: `echo '#backend nft'\niptables-nft-save -c || exit $?\n${LEGACY}`,
      shown: 'iptables-nft-save -c; iptables-legacy-save -c',
    },
    {
      tool: 'xtables-nft-multi',
      needs: ['xtables-nft-multi'],
      script: `echo '#backend nft'\nxtables-nft-multi iptables-save -c || exit $?\n${LEGACY}`,
      shown: 'xtables-nft-multi iptables-save -c; iptables-legacy-save -c',
    },
    {
      // One binary shows one half. Which one it is stands in its first line, or in its version where it prints nothing.
      tool: 'iptables-save',
      needs: ['iptables-save'],
      script: `case $(iptables-save -V 2>&1) in
*nf_tables*) echo '#backend nft'; iptables-save -c || exit $?
${LEGACY} ;;
*) echo '#backend legacy'; iptables-save -c || exit $?; echo '#unread iptables rules of the nft backend' ;;
esac`,
      shown: 'iptables-save -c',
    },
  ],
  phase: 'static',
  timeoutSeconds: 20,
  maxBytes: 64 * 1024 * 1024,
};

// Never the whole ruleset: 55,000 rules of iptables-nft cost 506 MB there. Their tables come by iptables-nft-save.
export const nftAsk: Ask = {
  id: 'nft',
  tries: [
    {
      tool: 'nft',
      needs: ['nft'],
      script: `tables=$(nft list tables) || exit $?
printf '%s\\n' "$tables" | while read -r word family name rest; do
  [ "$word" = table ] || continue
  case "$family $name" in ip6\\ *|arp\\ *|ip\\ raw|ip\\ mangle|ip\\ nat|ip\\ filter|ip\\ security) continue ;; esac
  nft -j list table "$family" "$name" 2>/dev/null || printf '\\n#unread %s %s\\n' "$family" "$name"
done`,
      shown: 'nft list tables; nft -j list table <family> <name>',
    },
  ],
  phase: 'static',
  timeoutSeconds: 20,
  maxBytes: 64 * 1024 * 1024,
};

export const ipsetsAsk: Ask = {
  id: 'ipsets',
  tries: [
    { tool: 'ipset', needs: ['ipset'], script: 'ipset save', shown: 'ipset save' },
    { tool: 'ipset', needs: ['ipset'], script: 'ipset list -o save', shown: 'ipset list -o save' },
  ],
  phase: 'static',
  timeoutSeconds: 20,
  maxBytes: 64 * 1024 * 1024,
};

export interface IptablesRead {
  readonly iptables: readonly Iptables[];
  readonly unread: readonly string[];
}
export interface NftRead {
  readonly tables: readonly NftTable[];
  readonly unread: readonly string[];
}

const unreadNames = (text: string): readonly string[] =>
  [...text.matchAll(/^#unread (.+)$/gm)].map(([, name = '']) => name);

export function readIptables(answer: Answered): IptablesRead | Unreadable {
  const iptables: Iptables[] = [];
  const sections = answer.text.split(/^#backend (nft|legacy)$/m);
  if (sections.length < 3) return unreadable(`iptables-save named no backend: ${answer.text.slice(0, 120)}`);
  for (let at = 1; at < sections.length; at += 2) {
    const read = readIptablesSave(sections[at + 1] ?? '', sections[at] === 'nft' ? 'nft' : 'legacy');
    if (isUnreadable(read)) return read;
    iptables.push(read);
  }
  // "Table `filter' is incompatible, use 'nft' tool": its rules act on packets and are not in this dump.
  const incompatible = iptables.flatMap(({ warnings }) => warnings.filter((text) => text.includes('incompatible')));
  return { iptables, unread: [...unreadNames(answer.text), ...incompatible] };
}

export function readNft(answer: Answered): NftRead | Unreadable {
  const tables = readNftJson(answer.text.replace(/^#.*$/gm, ''));
  return isUnreadable(tables) ? tables : { tables, unread: unreadNames(answer.text) };
}

export const readIpsets = (answer: Answered): readonly Ipset[] | Unreadable => readIpsetSave(answer.text);

/** An answer, or in a few words why there is none. */
export interface NetfilterAnswers {
  readonly iptables?: Answered | string;
  readonly nft?: Answered | string;
  readonly ipsets?: Answered | string;
}

/** Joins the three dumps. One that is missing or unreadable is named in `unread`, where it taints every verdict. */
export function readNetfilter(answers: NetfilterAnswers): Netfilter | Unreadable {
  const iptables = readOr(answers.iptables, readIptables);
  const nft = readOr(answers.nft, readNft);
  const ipsets = readOr(answers.ipsets, readIpsets);
  if (isUnreadable(iptables) && isUnreadable(nft)) return iptables;
  return {
    iptables: isUnreadable(iptables) ? [] : iptables.iptables,
    nft: isUnreadable(nft) ? [] : nft.tables,
    // A set that was not read is missing from this list, and a rule that names it cannot be decided.
    ipsets: isUnreadable(ipsets) ? [] : ipsets,
    unread: [
      ...(isUnreadable(iptables) ? [`iptables rules (${iptables.unreadable})`] : iptables.unread),
      ...(isUnreadable(nft) ? [`native nft tables (${nft.unreadable})`] : nft.unread),
    ],
  };
}

const readOr = <T>(
  answer: Answered | string | undefined,
  read: (answer: Answered) => T | Unreadable,
): T | Unreadable => (typeof answer === 'object' ? readOnce(answer, read) : unreadable(answer ?? 'not asked'));
