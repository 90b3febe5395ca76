// What the checks of listening sockets have in common.
import { shown, verbatim } from '../evidence/shell.js';
import type { Listening } from '../model/listening.js';
import { serviceSubject } from '../target/subject.js';
import { changes, fail, reads, type Judgement } from './check.js';
import { getService, getSlices } from './commands.js';

/** Works in any image that has cat; LISTEN is state 0A, ports are hexadecimal. */
export const SOCKETS = 'cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6';

export const execIn = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
  shown`kubectl -n ${namespace} exec ${name} -- ${verbatim(SOCKETS)}`;

/** A named targetPort that no pod declares: EndpointSlices then hold no port, and kube-proxy refuses. */
export function nameMissing({ service, port, declared }: Extract<Listening, { kind: 'name-missing' }>): Judgement {
  const pods = declared.length > 0 ? `they declare ${declared.join(', ')}` : 'they declare no port';
  return fail({
    severity: 'outage',
    confidence: 'declared',
    says: `service/${service.name} sends to the port named ${port}, which none of its pods declares; ${pods}`,
    cites: [
      { on: 'api', shows: `targetPort: ${port}`, command: getService(service) },
      { on: 'api', shows: `no endpoint has that port; ${pods}`, command: getSlices(service) },
    ],
    fix: [
      reads('compare targetPort with the ports of the pod template', getService(service)),
      changes('name the port in the pod template, or send to a number'),
    ],
    refute: reads('would print the port number', getSlices(service, 'jsonpath={.items[*].ports}')),
    also: [serviceSubject(service.namespace, service.name)],
  });
}
