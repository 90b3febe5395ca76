import check from '../../src/checks/l7-application/selector-matches-nothing.js';
import { pod, service } from '../../src/checks/samples.js';
import { testCheck } from '../support/test-check.js';

const two = { app: 'api', tier: 'web' };
const none = { selectedPods: [], neighbours: [] };

testCheck(check, {
  passes: {
    'one pod carries the labels': [
      { object: service(), selectedPods: [pod()], neighbours: [] },
      'app=api matches 1 pods',
    ],
  },
  fails: {
    'an empty namespace': [{ object: service(), ...none }, 'outage', 'no pod in shop carries app=api'],
    'a typing mistake': [
      { object: service({ selector: { app: 'apii' } }), selectedPods: [], neighbours: [pod()] },
      'outage',
      'no pod in shop carries app=apii; the nearest, pod/api-7c9f-x2kq, has app=api',
    ],
    'one of two labels missing': [
      { object: service({ selector: two }), selectedPods: [], neighbours: [pod()] },
      'outage',
      'no pod in shop carries app=api,tier=web; the nearest, pod/api-7c9f-x2kq, has no label tier',
    ],
    'pods that have nothing in common': [
      { object: service(), selectedPods: [], neighbours: [pod({ labels: { app: 'queue' } })] },
      'outage',
      'no pod in shop carries app=api',
    ],
  },
  skips: {
    'an absent Service': [{ object: 'absent', ...none }, 'the Service does not exist'],
    'no selector': [{ object: service({ selector: {} }), ...none }, 'no selector: its endpoints are kept by hand'],
    ExternalName: [
      { object: service({ externalName: 'db.example.com', selector: {} }), ...none },
      'an ExternalName Service selects no pods',
    ],
  },
});
