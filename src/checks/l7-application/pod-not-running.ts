import { podSubject } from '../../target/subject.js';
import { changes, defineCheck, fail, pass, reads } from '../check.js';
import { describePod, getPod } from '../commands.js';
import { FLOW_TO_POD } from '../samples.js';

const CRASHING = {
  namespace: 'shop',
  name: 'api-7c9f-x2kq',
  what: 'pod/api-7c9f-x2kq does not run',
  why: 'CrashLoopBackOff: back-off 40s restarting failed container',
} as const;

export default defineCheck({
  id: 'pod-not-running',
  layer: 'L7',
  title: 'the pods at both ends run',
  about: 'flow',
  needs: ['idle'],

  explain: {
    looksAt: 'Phase, container states and events of the source pod and of the pod that the flow ends at.',
    matters:
      'A pod that waits to be scheduled has no address; one whose containers end has an address, and its kernel refuses ' +
      'what comes to it. Nothing is wrong with the network then.',
    misleads: 'The address of a crashing pod answers pings: its network namespace lives on without its containers.',
  },

  judge({ idle }) {
    const [first] = idle;
    if (!first) return pass('the pods at both ends run');
    const all = idle.map(({ what, why }) => `${what}: ${why}`);
    return fail({
      severity: 'outage',
      confidence: 'declared',
      says: all.join('; '),
      cites: idle.map(({ namespace, name, why }) => ({ on: 'api', shows: why, command: describePod(namespace, name) })),
      fix: [
        reads('see its events and container states', describePod(first.namespace, first.name)),
        changes('repair what they name: the image, the command, the node it waits for'),
      ],
      refute: reads(
        'would print a container that runs',
        getPod(first, 'jsonpath={.status.containerStatuses[*].state.running}'),
      ),
      also: idle.map(({ namespace, name }) => podSubject(namespace, name)),
    });
  },

  examples: {
    subject: FLOW_TO_POD,
    fails: { idle: [CRASHING] },
    passes: { idle: [] },
  },
});
