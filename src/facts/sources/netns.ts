// Facts that any network namespace has, a node's and a pod's alike.
import { gapText, type Answer } from '../../evidence/evidence.js';
import { CLUSTER, type Subject } from '../../target/subject.js';
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
import { Unanswerable, type Answered, type Know, type Source, type Unreadable } from '../fact.js';
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

/** Agents whose policies are rules over ipsets: their sets are read beside the rules. */
const SETS_OF = new Set(['kube-router', 'calico-node', 'canal', 'weave-net', 'azure-npm']);

/**
 * iptables of both backends, native tables, and the sets that rules may look into. Few rules do where no policy is
 * enforced, and the program that lists sets often stands in another container: then it is asked only when one does.
 */
function readAllNetfilter(subject: Subject<'node'> | Subject<'pod'>, know: Know): Netfilter | Unreadable {
  const where = know.get(subject as Subject<'node'>, 'where');
  const agents = know.peek(CLUSTER, 'agents');
  const sets = runRequest(where, ipsetsAsk);
  if (agents.kind !== 'unknown' && agents.value.some(({ app }) => SETS_OF.has(app))) know.begin([sets]);
  const answers = know.ask([iptablesAsk, nftAsk].map((ask) => runRequest(where, ask)));
  const [iptables = '', nft = ''] = answers.map(toldOr);
  if (typeof iptables === 'string' && typeof nft === 'string')
    throw new Unanswerable(answers.flatMap((answer) => (answer.kind === 'refused' ? answer.gap : [])));
  if (typeof iptables === 'string' || !iptables.text.includes('--match-set')) return readNetfilter({ iptables, nft });
  return readNetfilter({ iptables, nft, ipsets: toldOr(know.ask([sets])[0]) });
}

/** The answer, or in a few words why there is none. */
function toldOr(answer: Answer | undefined): Answered | string {
  if (answer?.kind === 'answered') return answer;
  return answer?.kind === 'refused' ? gapText(answer.gap) : 'absent';
}
