// Lines of `/proc/sys/net/ipv4/ip_forward:1`.
import { unreadable, type Unreadable } from '../fact.js';
import type { Sysctls } from '../network.js';

export function readSysctls(text: string): Sysctls | Unreadable {
  const values: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const match = /^\/proc\/sys\/([^\s:]+)[: ](.*)$/.exec(line);
    // A device named `flannel.1` keeps its dot: keys are compared, never taken apart.
    if (match) values[(match[1] ?? '').replaceAll('/', '.')] = (match[2] ?? '').trim().replaceAll(/\s+/g, ' ');
  }
  return 'net.ipv4.ip_forward' in values ? values : unreadable('/proc/sys/net/ipv4/ip_forward was not printed');
}
