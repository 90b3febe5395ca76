import { readByTool } from '../read/answered.js';
import { readIpRoute } from '../read/ip-route.js';
import { readIpRouteJson } from '../read/ip-route-json.js';
import { readProcRoute } from '../read/proc-route.js';
import { busyboxIp, command, iproute2, staticAsk } from './ask.js';

export const routesAsk = staticAsk('routes', [
  command('ip-json', 'ip -j -4 route show table all'),
  iproute2('ip -4 route show table all'),
  busyboxIp('ip -4 route show table all'),
  {
    tool: 'proc',
    needs: ['cat'],
    // /proc/net/route holds the main table alone; fib_trie adds which other tables there are, and local addresses.
    script: String.raw`cat /proc/net/route && printf '\036fib_trie\n' && cat /proc/net/fib_trie`,
    shown: 'cat /proc/net/route /proc/net/fib_trie',
  },
]);

export const readRoutes = readByTool({
  'ip-json': readIpRouteJson,
  ip: readIpRoute,
  'busybox-ip': readIpRoute,
  proc: readProcRoute,
});
