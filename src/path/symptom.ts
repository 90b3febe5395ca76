// From how a packet fared to what the client sees of it.
import type { NoRoute, Outcome, Refusal, Symptom } from './prediction.js';

const REFUSED: Readonly<Record<Refusal, Symptom>> = {
  rst: 'refused',
  'icmp-port-unreachable': 'refused',
  'icmp-net-unreachable': 'net-unreachable',
  'icmp-net-prohibited': 'net-unreachable',
  'icmp-host-unreachable': 'no-route',
  'icmp-host-prohibited': 'no-route',
  'icmp-admin-prohibited': 'no-route',
  'icmp-ttl-exceeded': 'no-route',
  'icmp-proto-unreachable': 'protocol-unreachable',
  'not-permitted': 'not-permitted',
};

const SOFT = new Set<Refusal>(['icmp-net-unreachable', 'icmp-host-unreachable', 'icmp-ttl-exceeded']);

/** connect() of the sender itself: ENETUNREACH, EHOSTUNREACH, EACCES, and EINVAL for a blackhole of its own. */
const OWN_ROUTE: Readonly<Record<NoRoute, Symptom>> = {
  'net-unreachable': 'net-unreachable',
  'host-unreachable': 'no-route',
  prohibited: 'not-permitted',
  blackhole: 'invalid-argument',
};
const FAR_ROUTE: Readonly<Record<NoRoute, Symptom>> = {
  'net-unreachable': 'net-unreachable',
  'host-unreachable': 'no-route',
  prohibited: 'no-route',
  blackhole: 'timeout',
};

export interface Fate {
  readonly protocol: 'tcp' | 'udp';
  readonly outcome: Outcome;
  /** What became of the answer, when there was one. */
  readonly reply?: Outcome;
  /** The outcome came about in the client's own namespace. */
  readonly isOwn: boolean;
}

export function symptomOf({ protocol, outcome, reply, isOwn }: Fate): Symptom {
  if (outcome.kind === 'unknown' || outcome.kind === 'leaves') return 'unknown';
  if (reply?.kind === 'unknown' || reply?.kind === 'leaves') return 'unknown';
  // An answer that is lost leaves the client waiting, whatever it would have said.
  if (reply && reply.kind !== 'delivered') return 'timeout';
  switch (outcome.kind) {
    case 'delivered':
      if (protocol === 'udp') return 'sent';
      return outcome.socket === 'listens' ? 'connected' : 'answered';
    case 'refused':
      // A connected UDP socket is told of "hard" errors only (icmp_err_convert): these two pass unnoticed.
      if (protocol === 'udp' && SOFT.has(outcome.how)) return 'timeout';
      return reply || outcome.how === 'not-permitted' ? REFUSED[outcome.how] : 'timeout';
    case 'no-route':
      if (isOwn) return OWN_ROUTE[outcome.how];
      if (protocol === 'udp' && outcome.how !== 'prohibited') return 'timeout';
      return reply ? FAR_ROUTE[outcome.how] : 'timeout';
    case 'neighbour-unreachable':
      if (protocol === 'udp' && !isOwn) return 'timeout';
      return isOwn || reply ? 'no-route' : 'timeout';
    case 'loop':
      return reply && protocol === 'tcp' ? 'no-route' : 'timeout';
    default:
      return 'timeout';
  }
}
