// How ranges of IPv4 addresses lie to each other. What is no IPv4 range contains nothing and meets nobody.
import { inCidr, ipNumber, parseCidr } from '../facts/ip.js';

export function contains(range: string, ip: string): boolean {
  const cidr = parseCidr(range);
  const number = ipNumber(ip);
  return cidr !== undefined && number !== undefined && inCidr(number, cidr);
}

/** Two CIDRs share an address exactly when the shorter prefix contains the other's base. */
export function overlap(left: string, right: string): boolean {
  const [a, b] = [parseCidr(left), parseCidr(right)];
  if (!a || !b) return false;
  return a.length <= b.length ? inCidr(b.base, a) : inCidr(a.base, b);
}

/** `right` lies in `left` and is smaller. */
export function within(left: string, right: string): boolean {
  const [a, b] = [parseCidr(left), parseCidr(right)];
  return a !== undefined && b !== undefined && a.length < b.length && inCidr(b.base, a);
}
