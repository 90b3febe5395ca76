// IPv4 addresses as numbers: a walk compares thousands of them. Whatever is not IPv4 has no number.

const cidrs = new Map<string, Cidr | undefined>();

export interface Cidr {
  readonly base: number;
  readonly mask: number;
  readonly length: number;
}

export function ipNumber(text: string): number | undefined {
  let value = 0;
  let part = 0;
  let digits = 0;
  let parts = 1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x2e) {
      if (digits === 0) return undefined;
      value = value * 256 + part;
      part = 0;
      digits = 0;
      parts += 1;
    } else if (code >= 0x30 && code <= 0x39) {
      part = part * 10 + (code - 0x30);
      digits += 1;
      if (part > 255) return undefined;
    } else {
      return undefined;
    }
  }
  return parts === 4 && digits > 0 ? value * 256 + part : undefined;
}

export const ipText = (value: number): string =>
  `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;

const maskOf = (length: number): number => (length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0);

/** `10.0.0.0/8`, `10.0.0.1` or, as iptables prints odd masks, `10.0.0.1/255.0.0.255`. */
export function parseCidr(text: string): Cidr | undefined {
  const known = cidrs.get(text);
  if (known !== undefined || cidrs.has(text)) return known;
  const slash = text.indexOf('/');
  const base = ipNumber(slash < 0 ? text : text.slice(0, slash));
  const tail = slash < 0 ? '32' : text.slice(slash + 1);
  const mask = tail.includes('.') ? ipNumber(tail) : maskOf(Number(tail));
  const cidr =
    base === undefined || mask === undefined || Number(tail) > 32
      ? undefined
      : { base: (base & mask) >>> 0, mask, length: tail.includes('.') ? 32 : Number(tail) };
  cidrs.set(text, cidr);
  return cidr;
}

export function isWithin(ip: string, range: string): boolean {
  const number = ipNumber(ip);
  const cidr = parseCidr(range);
  return number !== undefined && cidr !== undefined && inCidr(number, cidr);
}

export const inCidr = (ip: number, cidr: Cidr): boolean => (ip & cidr.mask) >>> 0 === cidr.base;

export const isLoopback = (ip: string): boolean => ip.startsWith('127.');
