// Reads the text of iptables-save, of either backend. 55,000 rules are usual: a line is only cut up, and parsed later.
import { type Unreadable, unreadable } from '../fact.js';
import type { Iptables, IptablesRule, IptablesTable } from '../netfilter.js';
import { SavedRule } from './iptables-rule.js';

const BRACKET = 0x5b;

interface OpenChain {
  readonly name: string;
  readonly policy?: 'ACCEPT' | 'DROP';
  readonly rules: IptablesRule[];
}

const CHAIN = /^:(\S+) (\S+)/;

export function readIptablesSave(text: string, backend: Iptables['backend']): Iptables | Unreadable {
  const tables = new Map<string, IptablesTable>();
  const warnings: string[] = [];
  let name = '';
  let open: Map<string, OpenChain> | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const first = line[0];
    if (first === '#') {
      if (/incompatible|Warning/.test(line)) warnings.push(line.slice(1).trim());
    } else if (first === '*') {
      name = line.slice(1).trim();
      open = new Map();
    } else if (open === undefined) {
      return unreadable(`not in iptables-save form: ${line.slice(0, 120)}`);
    } else if (first === ':') {
      if (!declare(open, line)) return unreadable(`not a chain of iptables-save: ${line.slice(0, 120)}`);
    } else if (line.startsWith('COMMIT')) {
      tables.set(name, { name, chains: open });
      open = undefined;
    } else if (!append(open, line)) {
      return unreadable(`not a rule of iptables-save: ${line.slice(0, 120)}`);
    }
  }
  // A table without its COMMIT was cut off: the rules that are missing may be those that matter.
  return open ? unreadable(`table ${name} ends without COMMIT`) : { backend, tables, warnings };
}

function declare(chains: Map<string, OpenChain>, line: string): boolean {
  const found = CHAIN.exec(line);
  if (!found) return false;
  const [, name = '', policy] = found;
  const chain: OpenChain = policy === 'ACCEPT' || policy === 'DROP' ? { name, policy, rules: [] } : { name, rules: [] };
  chains.set(name, chain);
  return true;
}

function append(chains: Map<string, OpenChain>, line: string): boolean {
  const counted = line.charCodeAt(0) === BRACKET;
  const start = counted ? line.indexOf('] ') + 2 : 0;
  if (!line.startsWith('-A ', start)) return false;
  const space = line.indexOf(' ', start + 3);
  const chain = chains.get(line.slice(start + 3, space < 0 ? line.length : space));
  if (!chain) return false;
  chain.rules.push(new SavedRule(line, { chain: chain.name, position: chain.rules.length + 1, start, options: space }));
  return true;
}
