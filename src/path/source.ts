// Which of its addresses a namespace uses: for what it sends itself, and for what it masquerades.
import type { Address, Route } from '../facts/network.js';
import { DROP, type Flow } from './chain.js';
import { inCidr, ipNumber, parseCidr } from '../facts/ip.js';
import { type Netns, addressesOf, isUnread } from './world.js';

const isWide = ({ scope }: Address): boolean =>
  scope !== 'link' && scope !== 'host' && scope !== '253' && scope !== '254';

/** inet_select_addr: on the device, one in the next hop's subnet first; else the first of any device that is not link scope. */
export function selectAddress(netns: Netns, dev: string, towards: string): string | undefined {
  const own = addressesOf(netns, dev).filter(isWide);
  const target = ipNumber(towards);
  const near = own.find(({ ip, prefix }) => {
    const cidr = parseCidr(`${ip}/${prefix}`);
    return cidr !== undefined && target !== undefined && inCidr(target, cidr);
  });
  const other = netns.addresses.find((address) => address.family === 4 && isWide(address));
  return (near ?? own[0] ?? other)?.ip;
}

export const masqueradeAddress = selectAddress;

/** Without an address to give, the kernel drops what it was told to translate; whose addresses nobody read may have one. */
export const addressless = (netns: Netns, dev: string | undefined): Flow =>
  isUnread(netns, 'addresses')
    ? { kind: 'unknown', why: `the addresses of ${dev ?? 'the way out'}, which were not read` }
    : DROP;

/** The address a process gets when it asks for none. */
export function sourceFor(
  netns: Netns,
  route: Route,
  hop: { readonly dev: string; readonly via?: string; readonly dst: string },
): string | undefined {
  if (route.src !== undefined) return route.src;
  if (route.type === 'local') return hop.dst;
  return selectAddress(netns, hop.dev, hop.via ?? hop.dst);
}
