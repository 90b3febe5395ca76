// Facts that any network namespace has, a node's and a pod's alike.
import type { SourcesOf } from '../fact.js';
import type { Netfilter } from '../netfilter.js';
import type {
  Address,
  ConntrackStats,
  ConntrackTable,
  Counters,
  FdbEntry,
  Link,
  LinkCounters,
  Neighbour,
  Route,
  RoutingRule,
  Socket,
  Sysctls,
} from '../network.js';
import type { Around } from '../read/answered.js';

export interface NetnsFacts {
  links: readonly Link[];
  addresses: readonly Address[];
  routes: readonly Route[];
  rules: readonly RoutingRule[];
  neighbours: readonly Neighbour[];
  fdb: readonly FdbEntry[];
  /** Hairpin and state of each bridge port, by its name. */
  bridgePorts: Readonly<Record<string, { readonly hairpin: boolean; readonly state: string }>>;
  sockets: readonly Socket[];
  sysctls: Sysctls;
  netfilter: Netfilter;
  /** nstat's counters before and after the attempts. */
  counters: Around<Counters>;
  linkCounters: Around<Readonly<Record<string, LinkCounters>>>;
  conntrackTable: ConntrackTable;
  conntrackStats: Around<ConntrackStats>;
}
export type NetnsSources = Pick<SourcesOf<'node'>, keyof NetnsFacts>;
