import { unreadyText } from '../../model/unready.js';
import { podSubject } from '../../target/subject.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { describePod, getSlices, nodesOf } from '../commands.js';
import { endpoint, pod, service } from '../samples.js';

const UNREADY = [{ pod: 'api-7c9f-x2kq', why: 'Unhealthy: Readiness probe failed: statuscode: 503' }];
const BY_HAND = 'it has no selector, and no EndpointSlice written by hand has a ready address';

export default defineCheck({
  id: 'endpoints-not-ready',
  layer: 'L7',
  title: 'the Service has a ready endpoint',
  about: 'service',
  needs: ['object', 'endpoints', 'selectedPods', 'unready'],

  explain: {
    looksAt: 'The EndpointSlices of the Service, its selected pods, and the events of those that are not ready.',
    matters:
      'Only ready endpoints are programmed. With none, every node refuses connections to the Service itself: the ' +
      'answer comes from the client’s own node and no packet reaches a pod.',
    misleads: 'A pod that is Running is not yet ready, and a connection to its own address may still succeed.',
  },

  judge({ object, endpoints, selectedPods, unready }, subject) {
    if (object === 'absent') return skip('the Service does not exist');
    if (object.externalName) return skip('an ExternalName Service has no endpoints');
    const ready = new Set(endpoints.filter((each) => each.ready).map(({ ip }) => ip)).size;
    const addresses = new Set(endpoints.map(({ ip }) => ip)).size;
    if (ready > 0) return pass(`${ready} of ${addresses} endpoints ready`);
    const byHand = Object.keys(object.selector).length === 0;
    if (!byHand && selectedPods.length === 0) return skip('the selector matches no pod');
    const named = object.ports.some(({ targetPort }) => typeof targetPort === 'string');
    if (!byHand && unready.length === 0 && named) return skip('its pods are ready: its port name is in question');
    const why = unready.slice(0, 3).map((each) => ({ ...each, command: describePod(subject.namespace, each.pod) }));
    return fail({
      // kube-proxy falls back to endpoints that still serve while they terminate.
      severity: endpoints.some(({ serving, terminating }) => serving && terminating) ? 'degraded' : 'outage',
      confidence: 'declared',
      says: byHand ? BY_HAND : unreadyText(selectedPods.length, unready),
      cites: [
        { on: 'api', shows: `0 of ${addresses} endpoint addresses ready`, command: getSlices(subject) },
        ...why.map((each) => ({ on: 'api', shows: `pod/${each.pod}: ${each.why}`, command: each.command })),
      ],
      fix: [
        reads('see why, in its events and container states', why[0]?.command ?? getSlices(subject)),
        changes('repair what the events name: the probe, the image, the program'),
      ],
      refute: reads('would print true', getSlices(subject, 'jsonpath={.items[*].endpoints[*].conditions.ready}')),
      also: [...unready.map((each) => podSubject(subject.namespace, each.pod)), ...nodesOf(selectedPods)],
    });
  },

  examples: {
    subject: { kind: 'service', namespace: 'shop', name: 'api' },
    fails: { object: service(), endpoints: [], selectedPods: [pod({ ready: false })], unready: UNREADY },
    passes: { object: service(), endpoints: [endpoint()], selectedPods: [pod()], unready: [] },
  },
});
