import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../src/facts/observation.js';
import type { Branch, Hop, Outcome } from '../../src/path/prediction.js';
import { flowReport } from '../../src/report/flow-report.js';

const hop = (netns: string, says = `through ${netns}`): Hop => ({ netns, steps: [{ kind: 'route', says }] });
const TO = { src: '10.0.1.2', dst: '10.0.2.3', sport: 40_000, dport: 80 };
const ARRIVED: Outcome = {
  kind: 'delivered',
  netns: 'pod/shop/api',
  address: TO.dst,
  port: TO.dport,
  socket: 'listens',
};
const HOPS = [hop('pod/shop/web'), hop('node/w1'), hop('node/w2'), hop('pod/shop/api')];

function reported(ending: Pick<Branch, 'outcome'> & Partial<Branch>, tries: readonly Attempt[] = []) {
  const branch: Branch = { probability: 1, hops: HOPS, symptom: 'unknown', blind: [], arrives: TO, ...ending };
  const subject = {
    kind: 'flow',
    source: { kind: 'pod', namespace: 'shop', name: 'web' },
    protocol: 'tcp',
    address: TO.dst,
    port: TO.dport,
  } as const;
  const seen = { subject, observed: 'none', tries, path: { nodes: [], pods: [] } } as const;
  return flowReport(seen, { kind: 'known', value: { branches: [branch], symptoms: [branch.symptom] }, from: [] });
}
const attempt = (end: Attempt['end']): Attempt => ({ end, elapsedMs: 1, raw: '' });
const strip = (report: ReturnType<typeof reported>) => report.hops.map(({ name, state }) => `${name} ${state}`);
const questions = (report: ReturnType<typeof reported>) =>
  report.steps.filter(({ mark }) => mark === 'unknown').map(({ hop: at, says }) => `${at}: ${says}`);

describe('a question stands on the strip and among the steps where it arose', () => {
  const open = { kind: 'unknown', undecided: ['whether'], possible: [] } as const;
  test('on the way', () => {
    const report = reported({ outcome: { ...open, netns: 'node/w1' } });
    expect(strip(report)).toEqual(['pod/web ok', 'node/w1 unknown', 'node/w2 ok', 'pod/api ok']);
    expect(questions(report)).toEqual(['node/w1: cannot be told: whether']);
    expect(report.steps.map(({ hop: at }) => at)).toEqual(['pod/web', 'node/w1', 'node/w1', 'node/w2', 'pod/api']);
  });
  test('where the walk ends', () => {
    const report = reported({ hops: HOPS.slice(0, 2), outcome: open });
    expect(strip(report)).toEqual(['pod/web ok', 'node/w1 unknown']);
    expect(questions(report)).toEqual(['node/w1: cannot be told: whether']);
  });
  test('of the answer, on a node that the way there did not touch', () => {
    const reply = { hops: [hop('pod/shop/api'), hop('node/w3')], outcome: open };
    const report = reported({ outcome: ARRIVED, reply });
    expect(strip(report).at(-1)).toBe('node/w3 unknown');
    expect(questions(report)).toEqual(['node/w3 (reply): on the way back: cannot be told: whether']);
  });
});

test('a stop on a node that is passed twice stands where it is passed last', () => {
  const outcome: Outcome = { kind: 'dropped', netns: 'node/w1', by: 'DROP' };
  const report = reported({ hops: [hop('node/w1'), hop('node/w2'), hop('node/w1')], outcome });
  expect(strip(report)).toEqual(['node/w1 ok', 'node/w2 ok', 'node/w1 broken']);
  expect(questions(report)).toEqual([]);
});

test('rules that led to the one which stops a packet are told before it', () => {
  const drop = { kind: 'drop', says: 'dropped', cites: '-A B -j DROP', trail: ['-A A -j B', '-A B -j DROP'] } as const;
  const outcome: Outcome = { kind: 'dropped', netns: 'node/w1', by: '-A B -j DROP' };
  const { steps } = reported({ hops: [{ netns: 'node/w1', steps: [drop] }], outcome });
  expect(steps).toEqual([
    { hop: 'node/w1', says: 'dropped', trail: ['-A A -j B'], cites: '-A B -j DROP', mark: 'stop' },
  ]);
});

test('a neighbour that does not answer may be told of too late for an attempt', () => {
  const outcome: Outcome = { kind: 'neighbour-unreachable', netns: 'node/w2', by: 'nobody' };
  const late = attempt('timeout');
  expect(reported({ outcome, symptom: 'no-route' }, [late]).agree).toBe('agree');
  const lost: Outcome = { kind: 'dropped', netns: 'node/w2', by: 'DROP' };
  expect(reported({ outcome: lost, symptom: 'no-route' }, [late]).agree).toBe('contradict');
});

test('an ICMP error that came for one attempt may have been withheld from others', () => {
  const outcome: Outcome = { kind: 'refused', how: 'icmp-port-unreachable', netns: 'node/w2', by: 'REJECT' };
  const agreeing = (how: typeof outcome.how, ...ends: readonly Attempt['end'][]) =>
    reported({ outcome: { ...outcome, how }, symptom: 'refused' }, ends.map(attempt)).agree;
  expect(agreeing('icmp-port-unreachable', 'refused', 'timeout')).toBe('agree');
  expect(agreeing('icmp-port-unreachable', 'timeout')).toBe('contradict');
  expect(agreeing('icmp-port-unreachable', 'refused', 'connected')).toBe('contradict');
  expect(agreeing('rst', 'refused', 'timeout')).toBe('contradict');
});

test('what a redirect of the pod itself answers says nothing of the other end', () => {
  const outcome: Outcome = { ...ARRIVED, netns: 'pod/shop/web', address: '127.0.0.1', port: 15_001 };
  const report = reported({ hops: [hop('pod/shop/web')], outcome });
  expect(strip(report)).toEqual(['pod/web unknown']);
  expect(questions(report)).toEqual([
    'pod/web: redirected to its own 127.0.0.1:15001: what listens there answers, and whether it reaches 10.0.2.3 was not seen',
  ]);
  expect(strip(reported({ outcome: ARRIVED })).at(-1)).toBe('pod/api ok');
});
