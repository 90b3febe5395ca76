import { readByTool } from '../read/answered.js';
import { readIpNeigh } from '../read/ip-neigh.js';
import { readIpNeighJson } from '../read/ip-neigh-json.js';
import { readProcArp } from '../read/proc-arp.js';
import { busyboxIp, command, iproute2, staticAsk } from './ask.js';

export const neighboursAsk = staticAsk('neighbours', [
  command('ip-json', 'ip -j neigh'),
  iproute2('ip neigh'),
  busyboxIp('ip neigh'),
  command('proc', 'cat /proc/net/arp'),
]);

export const readNeighbours = readByTool({
  'ip-json': readIpNeighJson,
  ip: readIpNeigh,
  'busybox-ip': readIpNeigh,
  proc: readProcArp,
});
