// Addresses without netlink: fib_trie has them, the connected routes say on which device.
import { isUnreadable, type Unreadable } from '../fact.js';
import type { Address, Route } from '../network.js';
import { frameOf, frames } from './frames.js';
import { readFibTrie } from './fib-trie.js';
import { readMain } from './proc-route.js';
import { split } from './words.js';

export function readProcAddresses(text: string): readonly Address[] | Unreadable {
  const all = frames(text);
  const main = readMain(frameOf(all, 'route'));
  if (isUnreadable(main)) return main;
  const connected = main.filter((route) => route.type === 'unicast' && route.via === undefined);
  const v4 = readFibTrie(all[0]?.text ?? '')
    .filter((each) => each.table === 'local' && each.type === 'local' && each.dst.endsWith('/32'))
    .map((each) => address(each.dst.slice(0, -3), connected));
  const v6 = frameOf(all, 'if_inet6').split('\n').filter(Boolean).map(inet6);
  return [...v4, ...v6];
}

/**
 * A /32 address has no connected route, so its device is not told and stays empty; flannel's `10.180.0.0` lies in the
 * bridge's /24 all the same, but a network's own number is never an address of that network.
 */
function address(ip: string, connected: readonly Route[]): Address {
  if (ip.startsWith('127.')) return { link: 'lo', family: 4, ip, prefix: 8, scope: 'host' };
  const route = connected
    .filter((each) => covers(each.dst, ip) && !each.dst.startsWith(`${ip}/`))
    .toSorted((a, b) => Number(b.dst.split('/')[1]) - Number(a.dst.split('/')[1]))[0];
  const prefix = Number(route?.dst.split('/')[1] ?? 32);
  return { link: route?.dev ?? '', family: 4, ip, prefix: prefix === 0 ? 32 : prefix, scope: 'global' };
}

function covers(dst: string, ip: string): boolean {
  const [base = '', length = '0'] = dst.split('/');
  const shift = 32 - Number(length);
  return shift === 32 || number(base) >>> shift === number(ip) >>> shift;
}

const number = (ip: string): number => ip.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);

/** `fe80…  index prefix scope flags name`, net/ipv6/addrconf.c. */
function inet6(line: string): Address {
  const [hex = '', , prefix = '', scope = '', , link = ''] = split(line);
  const scopes: Readonly<Record<string, string>> = { '00': 'global', '10': 'host', '20': 'link', '40': 'site' };
  return { link, family: 6, ip: ipv6(hex), prefix: Number.parseInt(prefix, 16), scope: scopes[scope] ?? scope };
}

/** Thirty-two digits in RFC 5952's short form. */
export function ipv6(hex: string): string {
  const groups = (hex.match(/.{4}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(16));
  const runs = [
    ...groups
      .map((each) => (each === '0' ? '0' : 'x'))
      .join('')
      .matchAll(/0{2,}/g),
  ];
  const longest = runs.toSorted((a, b) => b[0].length - a[0].length)[0];
  if (longest === undefined) return groups.join(':');
  return `${groups.slice(0, longest.index).join(':')}::${groups.slice(longest.index + longest[0].length).join(':')}`;
}
