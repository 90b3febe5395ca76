import { isLoopback, reachable } from '../../model/listening.js';
import { podSubject } from '../../target/subject.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { getPod, getService } from '../commands.js';
import { FLOW_TO_POD } from '../samples.js';
import { execIn, nameMissing, SOCKETS } from '../listeners.js';

const pod = { namespace: 'shop', name: 'api-7c9f-x2kq', node: 'w1' };

export default defineCheck({
  id: 'port-not-listened',
  layer: 'L4',
  title: 'somebody listens where the flow ends',
  about: 'flow',
  needs: ['listening'],

  explain: {
    looksAt: 'The sockets in the destination pod, and for a Service that sends to a named port who declares the name.',
    matters:
      'The packet arrives, and the kernel of the pod answers with a reset: refused, though the network is sound.',
    misleads: 'containerPort in a pod is a note for people: it opens nothing, and its absence closes nothing.',
  },

  judge({ listening }, { address, port: number, protocol, service }) {
    if (listening.kind === 'does-not-apply') return skip(listening.why);
    if (listening.kind === 'name-missing') return nameMissing(listening);
    const { here, others, observed, pod: of } = listening;
    const port = `${number}/${protocol}`;
    if (observed === 'connected') return pass(`${port} was answered`);
    const heard = here.filter((bound) => reachable(bound, address));
    if (heard.length > 0) return pass(`${heard.join(', ')} listens on ${port}`);
    if (here.length > 0 && here.every(isLoopback)) return skip(`${port} is listened on by loopback only`);
    const instead = others.length > 0 ? `it listens on ${others.join(', ')}` : `it listens on no ${protocol} port`;
    const elsewhere = here.length > 0 ? `only ${here.join(', ')} listens on it` : instead;
    return fail({
      // A timeout has another cause; nobody listening would come to light after that.
      severity: observed === 'refused' || observed === 'none' || observed === 'mixed' ? 'outage' : 'risk',
      confidence: observed === 'refused' ? 'observed' : 'programmed',
      says: `nothing in pod/${of.name} listens on ${address}:${port}; ${elsewhere}`,
      cites: [
        { on: `pod/${of.name}`, shows: `${others.length} other ports listened on, ${number} not`, command: SOCKETS },
        ...(service ? [{ on: 'api', shows: `service/${service.name} sends here`, command: getService(service) }] : []),
      ],
      fix: [
        reads('compare with the port the program was told to use', getPod(of, 'jsonpath={.spec.containers[*].args}')),
        changes('correct targetPort of the Service, or the port the program listens on'),
      ],
      refute: reads('would print a listening socket', execIn(of)),
      also: [podSubject(of.namespace, of.name)],
    });
  },

  examples: {
    subject: FLOW_TO_POD,
    fails: { listening: { kind: 'pod', pod, here: [], others: [8081], observed: 'refused' } },
    passes: { listening: { kind: 'pod', pod, here: ['0.0.0.0'], others: [], observed: 'connected' } },
  },
});
