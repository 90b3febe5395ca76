// The maps of Cilium's programs, read through its own tool, which opens them in the agent's bpffs without the agent's help.
import type { Ask } from '../../evidence/evidence.js';
import type { CiliumMaps } from '../ebpf.js';
import { isUnreadable, type Unreadable } from '../fact.js';
import { readCiliumEndpoints, readCiliumIdentities, readCiliumPolicies, readCiliumServices } from '../read/cilium.js';
import { command, staticAsk } from './ask.js';

/** One identity and address for every pod of the cluster: 150,000 pods print about 20 MB. */
const MAX_BYTES = 32 * 1024 * 1024;

const dump = (id: string, words: string): Ask => ({
  ...staticAsk(id, [command('cilium-dbg', `cilium-dbg ${words} -o json`)]),
  maxBytes: MAX_BYTES,
});

export const ciliumAsks: readonly Ask[] = [
  dump('cilium services', 'bpf lb list'),
  dump('cilium endpoints', 'bpf endpoint list'),
  dump('cilium identities', 'bpf ipcache list'),
  dump('cilium policies', 'bpf policy get --all'),
];

export function readCiliumMaps([lb = '', lxc = '', ipcache = '', policy = '']: readonly string[]):
  CiliumMaps | Unreadable {
  const services = readCiliumServices(lb);
  if (isUnreadable(services)) return services;
  const endpoints = readCiliumEndpoints(lxc);
  if (isUnreadable(endpoints)) return endpoints;
  const identities = readCiliumIdentities(ipcache);
  if (isUnreadable(identities)) return identities;
  const policies = readCiliumPolicies(policy);
  return isUnreadable(policies) ? policies : { services, endpoints, identities, policies };
}
