import { expect, test } from 'vitest';
import { judgePath } from './path-end.js';
import type { FlowSaid } from './product.js';

type Step = FlowSaid['steps'][number];
const step = (hop: string, says: string, more: Partial<Step> = {}): Step => ({
  hop,
  says,
  cites: '',
  mark: 'ok',
  ...more,
});
const flow = (steps: readonly Step[], hops: FlowSaid['hops'] = []): FlowSaid => ({
  name: 'pod/web -> svc/api',
  observed: '',
  predicted: '',
  agree: 'agree',
  hops,
  steps,
});
const BROKEN = { name: 'node/w2', state: 'broken', says: 'dropped' };
const FREE = { name: 'node/w1', state: 'ok', says: 'passes' };

const rejected = flow(
  [step('node/w2', 'rejected', { mark: 'stop', cites: '-j REJECT' }), step('pod/web (reply)', 'the answer fits')],
  [FREE, BROKEN],
);

const stopped = flow(
  [
    step('node/w1', 'routed', { cites: 'default via 10.0.0.1' }),
    step('node/w2 (reply)', 'passes', { cites: '-P OUTPUT ACCEPT' }),
    step('node/w2 (reply)', 'dropped', { mark: 'stop', cites: '-P FORWARD DROP', command: 'iptables-save' }),
  ],
  [FREE, BROKEN],
);

test.each([
  ['the step that stops it', { hop: 'node/w2', cites: 'FORWARD DROP' }, true],
  ['its command', { hop: 'node/w2', cites: 'iptables-save' }, true],
  ['not a step before it', { hop: 'node/w2', cites: 'OUTPUT' }, false],
  ['not another hop', { hop: 'node/w1', cites: 'default' }, false],
])('a stopped path ends with %s', (_, wanted, holds) => {
  expect(judgePath([stopped], wanted).holds).toBe(holds);
});

test('a path that is refused ends there, not where the refusal comes to', () => {
  expect(judgePath([rejected], { hop: 'node/w2', cites: 'REJECT' }).holds).toBe(true);
});

test('a path that is lost sight of ends with all that its last hop did, and with the question', () => {
  const steps = [
    step('pod/web', 'out'),
    step('node/w1', 'routed', { cites: 'default via 10.0.0.1' }),
    step('node/w1', 'out of eth0'),
  ];
  const open = flow(steps, [{ name: 'node/w1', state: 'unknown', says: 'whether the network routes it' }]);
  expect(judgePath([open], { hop: 'node/w1', cites: 'default via' })).toEqual({
    holds: true,
    words: 'node/w1: routed | default via 10.0.0.1 | out of eth0 | whether the network routes it',
  });
});

test('the first path that is not free is the one to tell, and without any the one that was asked for', () => {
  const free = flow([step('node/w1', 'passes')], [FREE]);
  expect(judgePath([free, stopped], { hop: 'node/w2', cites: 'DROP' }).holds).toBe(true);
  expect(judgePath([free], { hop: 'node/w1', cites: 'passes' }).holds).toBe(true);
  expect(judgePath([], { hop: 'node/w1', cites: '' })).toEqual({ holds: false, words: 'no path' });
});
