import { nodeSubject, podSubject } from '../../target/subject.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { flow } from '../flow-samples.js';

const BLACKHOLE = {
  kind: 'stops',
  netns: 'node/w1',
  does: 'has no route for the packet',
  by: '100: from all to 10.244.2.7 blackhole',
  command: 'ip rule show',
  share: 1,
} as const;

export default defineCheck({
  id: 'path-stops',
  layer: 'L3',
  title: 'the way of the flow leads to its end, and back',
  about: 'flow',
  needs: ['stopping'],

  explain: {
    looksAt:
      'The predicted path of the packet and of its answer, hop by hop through what the nodes hold: rules, routes, ' +
      'neighbours, bridges and packet filters. Only an end that is certain, and that what was tried bears out.',
    matters:
      'The kernel follows these very tables. Where they end the way, the packet ends there, for whatever reason they ' +
      'were written. A check that knows the reason stands above this one.',
    misleads: 'Each table looks right by itself: what counts is the one rule that this packet meets.',
  },

  judge({ stopping }) {
    if (stopping.kind === 'open') return skip(stopping.why);
    if (stopping.kind === 'goes') return pass('the packet and its answer are stopped nowhere');
    const { netns, does, by, command, share } = stopping;
    const [kind, ...rest] = netns.split('/');
    const name = rest.at(-1) ?? netns;
    const at = kind === 'pod' ? podSubject(rest[0] ?? '', name) : nodeSubject(name);
    const on = kind === 'pod' ? `pod/${name}` : name;
    return fail({
      severity: share > 0.99 ? 'outage' : 'degraded',
      confidence: 'programmed',
      says: `${on} ${does}: ${by}`,
      cites: [{ on, shows: by, command }],
      fix: [
        reads(`see it on ${on}, and who wrote it`, command),
        changes('take it away, or correct it where it comes from: what a program wrote comes back'),
      ],
      refute: reads(`on ${on} this would not show ${by}`, command),
      also: [at],
    });
  },

  examples: {
    subject: flow(),
    fails: { stopping: BLACKHOLE },
    passes: { stopping: { kind: 'goes' } },
  },
});
