import { isLoopback } from '../../model/listening.js';
import { podSubject } from '../../target/subject.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { getPod } from '../commands.js';
import { FLOW_TO_POD } from '../samples.js';
import { execIn, SOCKETS } from '../listeners.js';

const pod = { namespace: 'shop', name: 'api-7c9f-x2kq', node: 'w1' };

export default defineCheck({
  id: 'listens-on-loopback',
  layer: 'L4',
  title: 'the program listens where others can reach it',
  about: 'flow',
  needs: ['listening'],

  explain: {
    looksAt: 'The local addresses of the sockets that listen on the flow’s port in the destination pod.',
    matters:
      'A program bound to 127.0.0.1 or ::1 answers only itself. Everybody else is refused by the pod’s kernel, although ' +
      'the port is open.',
    misleads: 'kubectl port-forward and a curl inside the pod come by loopback: both succeed and prove nothing.',
  },

  judge({ listening }, { port, protocol }) {
    if (listening.kind === 'does-not-apply') return skip(listening.why);
    if (listening.kind === 'name-missing') return skip('the Service sends to a port that no pod names');
    const { here, observed, pod: of } = listening;
    if (observed === 'connected') return pass(`${port}/${protocol} was answered`);
    if (here.length === 0) return skip(`nothing listens on ${port}/${protocol}`);
    if (!here.every(isLoopback)) return pass(`${here.join(', ')} listens on ${port}/${protocol}`);
    return fail({
      severity: observed === 'timeout' ? 'risk' : 'outage',
      confidence: observed === 'refused' ? 'observed' : 'programmed',
      says: `pod/${of.name} listens on ${here.join(' and ')} only, so ${port}/${protocol} is refused to everybody else`,
      cites: [
        { on: `pod/${of.name}`, shows: `LISTEN ${here.map((ip) => `${ip}:${port}`).join(', ')}`, command: SOCKETS },
      ],
      fix: [
        reads('see which address the program was told to bind', getPod(of, 'jsonpath={.spec.containers[*].args}')),
        changes('bind the program to 0.0.0.0 (or ::), often --host, --bind or an environment variable'),
      ],
      refute: reads(`would show ${port} on 0.0.0.0, :: or the pod’s address`, execIn(of)),
      also: [podSubject(of.namespace, of.name)],
    });
  },

  examples: {
    subject: FLOW_TO_POD,
    fails: { listening: { kind: 'pod', pod, here: ['127.0.0.1'], others: [], observed: 'refused' } },
    passes: { listening: { kind: 'pod', pod, here: ['0.0.0.0'], others: [], observed: 'connected' } },
  },
});
