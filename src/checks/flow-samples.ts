// Flows and what is predicted of them, for the examples of checks.
import type { Crossing } from '../path/crossing.js';
import type { Branch, Outcome, Prediction, Step } from '../path/prediction.js';
import type { Subject } from '../target/subject.js';

export const flow = (different: Partial<Subject<'flow'>> = {}): Subject<'flow'> => ({
  kind: 'flow',
  source: { kind: 'pod', namespace: 'shop', name: 'web' },
  protocol: 'tcp',
  address: '10.244.2.7',
  port: 8080,
  pod: { namespace: 'shop', name: 'api-7c9f-x2kq', node: 'w2' },
  ...different,
});

const ARRIVES = { src: '10.244.1.4', dst: '10.244.2.7', sport: 40_000, dport: 8080 };

const DELIVERED = {
  kind: 'delivered',
  netns: 'pod/shop/web',
  address: '10.244.2.7',
  port: 8080,
  socket: 'listens',
} as const;

/** One branch that gets there and back, or ends on w2 with the given step. */
export function prediction(kind: 'delivered' | 'dropped' | 'unknown', step?: Step, share = 1): Prediction {
  const hops = [{ netns: 'node/w2', steps: step ? [step] : [] }];
  const outcome = outcomeOf(kind, step);
  const symptom = kind === 'unknown' ? 'unknown' : kind === 'dropped' ? 'timeout' : 'connected';
  const branch: Branch = { probability: share, hops, outcome, symptom, blind: [], arrives: ARRIVES };
  const reply = kind === 'delivered' ? { reply: { hops, outcome: DELIVERED } } : {};
  return { branches: [{ ...branch, ...reply }], symptoms: [symptom] };
}

function outcomeOf(kind: 'delivered' | 'dropped' | 'unknown', step: Step | undefined): Outcome {
  if (kind === 'delivered') return DELIVERED;
  const undecided = ['the packet filter of node/w2, which could not be read'];
  if (kind === 'unknown') return { kind, undecided, possible: [] };
  const at = { netns: 'node/w2', by: step?.cites ?? '' };
  return step?.kind === 'refuse' ? { kind: 'refused', how: 'icmp-host-prohibited', ...at } : { kind: 'dropped', ...at };
}

export const crossing = (different: Partial<Crossing> = {}): Crossing => ({
  from: 'w1',
  to: 'w2',
  seenFrom: 'unanswered',
  seenTo: 'nothing',
  commands: { from: 'conntrack -L -p tcp -d 10.244.2.7', to: 'conntrack -L -p tcp -d 10.244.2.7' },
  shouldPass: true,
  ...different,
});
