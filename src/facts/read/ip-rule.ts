// `ip rule` as text.
import type { Unreadable } from '../fact.js';
import { isUnreadable } from '../fact.js';
import type { RoutingRule } from '../network.js';
import { notRead, readLines } from './answered.js';
import { cidr, integer } from './cidr.js';
import { present } from './tool-json.js';
import { split, words } from './words.js';

const KEYS = new Set('from to fwmark iif oif lookup proto'.split(' '));
const HARMLESS = new Set(['[detached]']);

export const readIpRule = (text: string): readonly RoutingRule[] | Unreadable => readLines(text, rule);

/** busybox prints no `not`: a rule with a selector may be the reverse of what it says. */
export function readBusyboxIpRule(text: string): readonly RoutingRule[] | Unreadable {
  const rules = readIpRule(text);
  if (isUnreadable(rules)) return rules;
  return rules.map((each) => {
    const plain = each.mark === undefined && each.iif === undefined && each.oif === undefined;
    if (each.from === '0.0.0.0/0' && each.to === '0.0.0.0/0' && plain) return each;
    const { table: _, ...rest } = each;
    return { ...rest, action: 'unknown' };
  });
}

function rule(line: string): RoutingRule | Unreadable {
  const match = /^(\d+):\s*(.*)$/.exec(line.trim());
  if (!match) return notRead('ip rule', line);
  const tokens = split(match[2] ?? '');
  const not = tokens[0] === 'not';
  const { values, flags } = words(not ? tokens.slice(1) : tokens, KEYS);
  const [mark, mask] = (values['fwmark'] ?? '').split('/');
  const value = integer(mark);
  const action = actionOf(values['lookup'], flags);
  return present<RoutingRule>({
    priority: Number(match[1]),
    from: cidr(values['from'] ?? 'all'),
    to: cidr(values['to'] ?? 'all'),
    not,
    mark: value === undefined ? undefined : { value, mask: integer(mask) ?? 0xffffffff },
    iif: values['iif'],
    oif: values['oif'],
    table: action === 'lookup' ? values['lookup'] : undefined,
    action,
    text: `${match[1]}: ${tokens.join(' ')}`,
  });
}

function actionOf(table: string | undefined, flags: readonly string[]): RoutingRule['action'] {
  const [action, ...more] = flags.filter((flag) => !HARMLESS.has(flag));
  if (more.length > 0) return 'unknown';
  if (action === 'blackhole' || action === 'unreachable' || action === 'prohibit') return action;
  return action === undefined && table !== undefined ? 'lookup' : 'unknown';
}
