// `ip -j rule`
import { isUnreadable, type Unreadable } from '../fact.js';
import type { RoutingRule } from '../network.js';
import { cidr, integer } from './cidr.js';
import { numberOf, parseRecords, present, textOf, type JsonObject } from './tool-json.js';

/** Selectors and actions we can walk. A rule with any other word may match or do anything: its action is `unknown`. */
const KNOWN = new Set(
  'priority not src srclen dst dstlen fwmark fwmask iif oif table action protocol iif_detached oif_detached'.split(' '),
);

export function readIpRuleJson(text: string): readonly RoutingRule[] | Unreadable {
  const records = parseRecords(text, 'ip -j rule');
  return isUnreadable(records) ? records : records.map(rule);
}

function rule(record: JsonObject): RoutingRule {
  const mark = integer(textOf(record, 'fwmark'));
  const table = textOf(record, 'table');
  const action = actionOf(record, table);
  return present<RoutingRule>({
    priority: numberOf(record, 'priority') ?? 0,
    from: selector(record, 'src'),
    to: selector(record, 'dst'),
    not: 'not' in record,
    mark: mark === undefined ? undefined : { value: mark, mask: integer(textOf(record, 'fwmask')) ?? 0xffffffff },
    iif: textOf(record, 'iif'),
    oif: textOf(record, 'oif'),
    table: action === 'lookup' ? table : undefined,
    action,
    text: ruleText(record, action),
  });
}

function actionOf(record: JsonObject, table: string | undefined): RoutingRule['action'] {
  if (Object.keys(record).some((key) => !KNOWN.has(key))) return 'unknown';
  const action = textOf(record, 'action');
  if (action === 'blackhole' || action === 'unreachable' || action === 'prohibit') return action;
  return table !== undefined && (action === undefined || action === 'lookup' || action === 'to_tbl')
    ? 'lookup'
    : 'unknown';
}

function selector(record: JsonObject, key: 'src' | 'dst'): string {
  const address = textOf(record, key) ?? 'all';
  const length = numberOf(record, `${key}len`);
  return cidr(length === undefined ? address : `${address}/${length}`);
}

function ruleText(record: JsonObject, action: RoutingRule['action']): string {
  const address = (key: 'src' | 'dst'): string => {
    const length = numberOf(record, `${key}len`);
    return `${textOf(record, key) ?? 'all'}${length === undefined ? '' : `/${length}`}`;
  };
  const mask = textOf(record, 'fwmask');
  const mark = textOf(record, 'fwmark');
  const extra = Object.keys(record)
    .filter((key) => !KNOWN.has(key))
    .map((key) => `${key} ${String(record[key])}`);
  const words = [
    'not' in record ? 'not' : '',
    `from ${address('src')}`,
    'dst' in record ? `to ${address('dst')}` : '',
    mark === undefined ? '' : `fwmark ${mark}${mask === undefined ? '' : `/${mask}`}`,
    ...(['iif', 'oif'] as const).map((key) => (key in record ? `${key} ${textOf(record, key)}` : '')),
    ...extra,
    textOf(record, 'table') === undefined ? (textOf(record, 'action') ?? action) : `lookup ${textOf(record, 'table')}`,
  ];
  return `${numberOf(record, 'priority') ?? 0}: ${words.filter((word) => word !== '').join(' ')}`;
}
