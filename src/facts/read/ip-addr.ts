// `ip addr` as text, of iproute2 and of busybox.
import { isUnreadable, type Unreadable } from '../fact.js';
import type { Address } from '../network.js';
import { notRead } from './answered.js';
import { split, words } from './words.js';

const KEYS = new Set(['scope', 'brd', 'peer', 'metric', 'proto']);

export function readIpAddr(text: string): readonly Address[] | Unreadable {
  const addresses: Address[] = [];
  let link = '';
  for (const line of text.split('\n')) {
    const head = /^\d+: ([^:@\s]+)[@:]/.exec(line);
    if (head) link = head[1] ?? '';
    if (!/^\s+inet6? /.test(line)) continue;
    const read = address(line, link);
    if (isUnreadable(read)) return read;
    addresses.push(read);
  }
  return link === '' && text.trim() !== '' ? notRead('ip addr', text) : addresses;
}

function address(line: string, link: string): Address | Unreadable {
  const [family, local = '', ...rest] = split(line);
  const [ip = '', prefix] = local.split('/');
  const { values } = words(rest, KEYS);
  if (link === '' || ip === '') return notRead('ip addr', line);
  const width = family === 'inet6' ? 128 : 32;
  return {
    link,
    family: width === 128 ? 6 : 4,
    ip,
    prefix: prefix === undefined ? width : Number(prefix),
    scope: values['scope'] ?? 'global',
  };
}
