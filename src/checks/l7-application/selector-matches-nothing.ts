import { shown } from '../../evidence/shell.js';
import { nearest, selectorText, type Near } from '../../model/nearest.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { pod, service } from '../samples.js';

export default defineCheck({
  id: 'selector-matches-nothing',
  layer: 'L7',
  title: 'the selector of the Service matches pods',
  about: 'service',
  needs: ['object', 'selectedPods', 'neighbours'],

  explain: {
    looksAt: 'The selector of the Service against the labels of every pod in its namespace.',
    matters:
      'A Service whose selector matches no pod has no endpoints. kube-proxy then refuses each connection at once, ' +
      'which reads as if the application were not listening.',
    misleads: 'A workload scaled to zero looks the same: the selector is right, and there is no pod to match.',
  },

  judge({ object, selectedPods, neighbours }, { namespace, name }) {
    if (object === 'absent') return skip('the Service does not exist');
    if (object.externalName) return skip('an ExternalName Service selects no pods');
    const labels = selectorText(object.selector);
    if (labels === '') return skip('no selector: its endpoints are kept by hand');
    if (selectedPods.length > 0) return pass(`${labels} matches ${selectedPods.length} pods`);
    const closest = nearest(object.selector, neighbours)[0];
    const list = shown`kubectl -n ${namespace} get pods --show-labels`;
    return fail({
      severity: 'outage',
      confidence: 'declared',
      says: `no pod in ${namespace} carries ${labels}${closest ? `; the nearest, pod/${closest.pod.name}, ${hint(closest)}` : ''}`,
      cites: [
        { on: 'api', shows: `selector ${labels}`, command: shown`kubectl -n ${namespace} get service ${name} -o wide` },
        { on: 'api', shows: `${neighbours.length} pods in the namespace, none with these labels`, command: list },
      ],
      fix: [
        reads('compare the selector with the labels pods have', list),
        changes(
          'correct the selector, or the labels in the pod template',
          shown`kubectl -n ${namespace} edit service ${name}`,
        ),
      ],
      refute: reads('would print a pod', shown`kubectl -n ${namespace} get pods -l ${labels}`),
    });
  },

  examples: {
    subject: { kind: 'service', namespace: 'shop', name: 'api' },
    fails: { object: service({ selector: { app: 'apii' } }), selectedPods: [], neighbours: [pod()] },
    passes: { object: service(), selectedPods: [pod()], neighbours: [] },
  },
});

const hint = ({ differs }: Near): string =>
  `has ${differs.map(({ key, found }) => (found === undefined ? `no label ${key}` : `${key}=${found}`)).join(' and ')}`;
