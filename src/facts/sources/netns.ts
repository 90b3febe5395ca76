// Facts that any network namespace has, a node's and a pod's alike.
import { gapText } from '../../evidence/evidence.js';
import type { Subject } from '../../target/subject.js';
import { addressesAsk, readAddresses } from '../asks/addresses.js';
import { bridgePortsAsk, fdbAsk, readBridgePorts, readFdb } from '../asks/bridge.js';
import {
  conntrackStatsAsk,
  conntrackTableAsk,
  readConntrackStatsAnswer,
  readConntrackTableAnswer,
} from '../asks/conntrack.js';
import { countersAsk, linkCountersAsk, readCounters, readLinkCounters } from '../asks/counters.js';
import { linksAsk, readLinks } from '../asks/links.js';
import { neighboursAsk, readNeighbours } from '../asks/neighbours.js';
import { ipsetsAsk, iptablesAsk, nftAsk, readNetfilter } from '../asks/netfilter.js';
import { readRoutes, routesAsk } from '../asks/routes.js';
import { readRules, rulesAsk } from '../asks/rules.js';
import { listenersAsk, readListeners } from '../asks/sockets.js';
import { readSysctlsAnswer, sysctlsAsk } from '../asks/sysctls.js';
import { Unanswerable, type Know, type Source, type Unreadable } from '../fact.js';
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
import { ranAt, reading, runRequest } from './run.js';

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
type NetnsSources = { readonly [F in keyof NetnsFacts]: Source<'node' | 'pod', NetnsFacts[F]> };

/** A node's own namespace and a pod's answer the same questions. */
export const netnsSources: NetnsSources = {
  links: ranAt(reading(linksAsk, readLinks)),
  addresses: ranAt(reading(addressesAsk, readAddresses)),
  routes: ranAt(reading(routesAsk, readRoutes)),
  rules: ranAt(reading(rulesAsk, readRules)),
  neighbours: ranAt(reading(neighboursAsk, readNeighbours)),
  fdb: ranAt(reading(fdbAsk, readFdb)),
  bridgePorts: ranAt(reading(bridgePortsAsk, readBridgePorts)),
  sockets: ranAt(reading(listenersAsk, readListeners)),
  sysctls: ranAt(reading(sysctlsAsk, readSysctlsAnswer)),
  netfilter: readAllNetfilter,
  counters: ranAt(reading(countersAsk, readCounters)),
  linkCounters: ranAt(reading(linkCountersAsk, readLinkCounters)),
  conntrackTable: ranAt(reading(conntrackTableAsk, readConntrackTableAnswer)),
  conntrackStats: ranAt(reading(conntrackStatsAsk, readConntrackStatsAnswer)),
};

/** Three dumps, asked together: iptables of both backends, native tables, and the sets either may look into. */
function readAllNetfilter(subject: Subject<'node'> | Subject<'pod'>, know: Know): Netfilter | Unreadable {
  const where = know.get(subject as Subject<'node'>, 'where');
  const answers = know.ask([iptablesAsk, nftAsk, ipsetsAsk].map((ask) => runRequest(where, ask)));
  const [iptables = '', nft = '', ipsets = ''] = answers.map((answer) =>
    answer.kind === 'refused' ? gapText(answer.gap) : answer.kind === 'absent' ? 'absent' : answer,
  );
  if (typeof iptables === 'string' && typeof nft === 'string')
    throw new Unanswerable(answers.flatMap((answer) => (answer.kind === 'refused' ? answer.gap : [])));
  return readNetfilter({ iptables, nft, ipsets });
}
