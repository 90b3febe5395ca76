import { readByTool } from '../read/answered.js';
import { readIpAddr } from '../read/ip-addr.js';
import { readIpAddrJson } from '../read/ip-addr-json.js';
import { readProcAddresses } from '../read/proc-addresses.js';
import { busyboxIp, command, iproute2, staticAsk } from './ask.js';

export const addressesAsk = staticAsk('addresses', [
  command('ip-json', 'ip -j addr'),
  iproute2('ip addr'),
  busyboxIp('ip addr'),
  {
    tool: 'proc',
    needs: ['cat'],
    // fib_trie knows addresses without their device; the main table's connected routes tell which.
    script: String.raw`cat /proc/net/fib_trie && printf '\036route\n' && cat /proc/net/route && printf '\036if_inet6\n' && { cat /proc/net/if_inet6 2>/dev/null || true; }`,
    shown: 'cat /proc/net/fib_trie /proc/net/route /proc/net/if_inet6',
  },
]);

export const readAddresses = readByTool({
  'ip-json': readIpAddrJson,
  ip: readIpAddr,
  'busybox-ip': readIpAddr,
  proc: readProcAddresses,
});
