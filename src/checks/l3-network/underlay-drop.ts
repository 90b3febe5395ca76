import { lostBetween, SHOWS } from '../../path/lost-between.js';
import { defineCheck, fail, pass, reads, skip } from '../check.js';
import { crossing, flow } from '../flow-samples.js';

export default defineCheck({
  id: 'underlay-drop',
  layer: 'L3',
  title: 'what leaves one node arrives at the other',
  about: 'flow',
  needs: ['crossing'],

  explain: {
    looksAt:
      'For an attempt between pods of two nodes that timed out: whether each node tracks that very connection, and ' +
      'whether anything that both nodes hold would stop it.',
    matters:
      'Security groups, hypervisors and source checks of clouds swallow tunnel packets or pod addresses. Nothing on ' +
      'any node shows it, and the nodes themselves reach each other.',
    misleads: 'A firewall of the receiving node drops tunnel packets before they are tracked: it is looked for first.',
  },

  judge({ crossing: seen }) {
    if (seen === 'none') return skip('answered in some way, or within one node');
    const { from, to, seenFrom, seenTo, commands } = seen;
    if (!seen.shouldPass) return skip('what the nodes hold stops it, or is not known to the end');
    const lost = lostBetween(seen);
    const arrived = seenFrom === 'answered' ? `${from} sees the answer` : `${to} sees the connection`;
    if (lost === undefined) return pass(`${arrived}: it is not lost between the nodes`);
    return fail({
      severity: 'outage',
      confidence: seenFrom === 'not-read' ? 'programmed' : 'observed',
      says: lost.says,
      cites: [
        { on: from, shows: SHOWS[seenFrom], command: commands.from },
        { on: to, shows: SHOWS[seenTo], command: commands.to },
      ],
      fix: [
        reads(
          `watch the wire of ${to} while you try again`,
          'tcpdump -ni any "udp port 8472 or udp port 4789 or proto 4"',
        ),
        reads('then look at what lies between the nodes: security groups, source checks, the hypervisor, a switch'),
      ],
      refute: reads(lost.refute, lost.command),
      also: [from, to].map((name) => ({ kind: 'node', name })),
    });
  },

  examples: {
    subject: flow(),
    fails: { crossing: crossing() },
    passes: { crossing: crossing({ seenTo: 'unanswered' }) },
  },
});
