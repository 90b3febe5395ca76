// The maps of Cilium's programs, read through its own tool, which opens them in the agent's bpffs without the agent's help.
import type { Ask } from '../../evidence/evidence.js';
import { sh, shown, verbatim } from '../../evidence/shell.js';
import type { CiliumMaps, CiliumTracked } from '../ebpf.js';
import { isUnreadable, unreadable, type Answered, type Unreadable } from '../fact.js';
import {
  readCiliumEndpoints,
  readCiliumIdentities,
  readCiliumPolicies,
  readCiliumServices,
  readCiliumTracked,
} from '../read/cilium.js';
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

/** The tuple that a client sent. */
interface SentTuple {
  readonly source: string;
  readonly destination: string;
  readonly destinationPort: number;
  readonly protocol: 'tcp' | 'udp';
}

/** Said behind the dump: without it the tool failed or was cut off, and what grep did not find was perhaps there. */
const WHOLE = 'dumped to the end';
const TABLE = verbatim('cilium-dbg bpf ct list global');
/** seen_non_syn (bpf/lib/conntrack.h): a handshake that went on. Ended ones stay in the table until it is swept. */
const BEGUN = verbatim('grep -v SeenNonSyn');

const literal = (address: string): string => address.replaceAll('.', '[.]');

/**
 * Attempts that came to nothing, as Cilium tracks what pods do: netfilter's table, which `conntrack` prints, never meets their packets. The
 * tool prints the whole table and takes no filter, so this is asked only about a connection that timed out.
 */
export function ciliumTrackedAsk({ source, destination, destinationPort, protocol }: SentTuple): Ask {
  const tuple = `${literal(source)}:[0-9]* -> ${literal(destination)}:${destinationPort} `;
  const pattern = `^${protocol.toUpperCase()} [A-Z]* ${tuple}`;
  return staticAsk(`cilium tracked ${protocol} ${source} > ${destination} ${destinationPort}`, [
    {
      tool: 'cilium-dbg',
      needs: ['cilium-dbg', 'grep'],
      script: sh`{ ${TABLE} && echo ${WHOLE}; } | ${BEGUN} | grep -e ${pattern} -e ${`^${WHOLE}$`}`,
      shown: shown`${TABLE} | ${BEGUN} | grep ${pattern}`,
    },
  ]);
}

/** CT_SYN_TIMEOUT: what expires this much earlier than another had expired when that one was sent. */
const SYN_SECONDS = 60;

export function readCiliumTrackedAnswer({ text }: Answered): readonly CiliumTracked[] | Unreadable {
  const lines = text.trimEnd().split('\n');
  if (lines.at(-1) !== WHOLE) return unreadable('cilium-dbg did not print its connections to the end');
  const tracked = readCiliumTracked(lines.slice(0, -1).join('\n'));
  if (isUnreadable(tracked)) return tracked;
  const newest = Math.max(...tracked.map(({ expires }) => expires));
  return tracked.filter(({ expires }) => expires > newest - SYN_SECONDS);
}
