// Small words of addresses, as tools print them.

/** `default`, a bare host or a prefix, as a CIDR. */
export function cidr(text: string, family: 4 | 6 = 4): string {
  if (text === 'default' || text === 'all' || text === 'any') return family === 4 ? '0.0.0.0/0' : '::/0';
  if (!text.includes('/')) return `${text}/${family === 4 ? 32 : 128}`;
  // busybox and old iproute2 leave out the zero bytes at the end of a prefix: `169.254/16`.
  const [ip = '', prefix = ''] = text.split('/');
  if (family === 6) return text;
  return `${[...ip.split('.'), '0', '0', '0'].slice(0, 4).join('.')}/${prefix}`;
}

export const familyOf = (ip: string): 4 | 6 => (ip.includes(':') ? 6 : 4);

/** `0x200` or `512`. */
export function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : undefined;
}
