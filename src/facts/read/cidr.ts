// Small words of addresses, as tools print them.

/** `default`, a bare host or a prefix, as a CIDR. */
export function cidr(text: string): string {
  if (text === 'default' || text === 'all' || text === 'any') return '0.0.0.0/0';
  const v6 = text.includes(':');
  if (!text.includes('/')) return `${text}/${v6 ? 128 : 32}`;
  if (v6) return text;
  // Old iproute2 leaves out the zero bytes at the end of a prefix: `169.254/16`.
  const [ip = '', prefix = ''] = text.split('/');
  return `${[...ip.split('.'), '0', '0', '0'].slice(0, 4).join('.')}/${prefix}`;
}

/** `0x200` or `512`. */
export function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : undefined;
}
