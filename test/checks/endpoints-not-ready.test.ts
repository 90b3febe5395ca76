import { expect, test } from 'vitest';
import check from '../../src/checks/l7-application/endpoints-not-ready.js';
import { container, endpoint, pod, service, servicePort } from '../../src/checks/samples.js';
import { reason } from '../../src/model/unready.js';
import { testCheck } from '../support/test-check.js';

const object = service({ ports: [servicePort({ targetPort: 8080 })] });
const sick = pod({ ready: false });
const unready = [
  { pod: 'api-1', why: 'CrashLoopBackOff: back-off 5m0s restarting failed container' },
  { pod: 'api-2', why: 'x' },
];

testCheck(check, {
  passes: {
    'one of two ready': [
      {
        object,
        endpoints: [endpoint(), endpoint({ ip: '10.244.2.9', ready: false })],
        selectedPods: [pod()],
        unready: [],
      },
      '1 of 2 endpoints ready',
    ],
    'two ports of one pod are one endpoint': [
      { object, endpoints: [endpoint(), endpoint({ portName: 'metrics' })], selectedPods: [pod()], unready: [] },
      '1 of 1 endpoints ready',
    ],
  },
  fails: {
    'all crash': [
      { object, endpoints: [endpoint({ ready: false })], selectedPods: [sick, sick], unready },
      'outage',
      'none of 2 selected pods is ready: pod/api-1: CrashLoopBackOff: back-off 5m0s restarting failed container, and 1 more',
    ],
    'the last ones are draining': [
      {
        object,
        endpoints: [endpoint({ ready: false, terminating: true })],
        selectedPods: [pod({ deleting: true })],
        unready: [{ pod: 'api-1', why: 'is being deleted' }],
      },
      'degraded',
      'none of 1 selected pods is ready: pod/api-1: is being deleted',
    ],
    'ready pods that no slice holds': [
      { object, endpoints: [], selectedPods: [pod()], unready: [] },
      'outage',
      '1 selected pods are ready, but no EndpointSlice holds one: the controller that writes them lags or is down',
    ],
    'endpoints kept by hand, none there': [
      { object: service({ selector: {} }), endpoints: [], selectedPods: [], unready: [] },
      'outage',
      'it has no selector, and no EndpointSlice written by hand has a ready address',
    ],
  },
  skips: {
    'an absent Service': [
      { object: 'absent', endpoints: [], selectedPods: [], unready: [] },
      'the Service does not exist',
    ],
    ExternalName: [
      { object: service({ externalName: 'db.example.com' }), endpoints: [], selectedPods: [], unready: [] },
      'an ExternalName Service has no endpoints',
    ],
    'no pods at all': [{ object, endpoints: [], selectedPods: [], unready: [] }, 'the selector matches no pod'],
    'a named port': [
      { object: service(), endpoints: [], selectedPods: [pod()], unready: [] },
      'its pods are ready: its port name is in question',
    ],
  },
});

const event = (name: string, message: string, lastAt: string) => ({
  reason: name,
  message,
  type: 'Warning',
  count: 1,
  lastAt,
});

test('why a pod is not ready, the most telling first', () => {
  const probed = container({ ready: false, readiness: 'GET /ready on port 8080' });
  expect(reason(pod({ ready: false, containers: [probed] }), [])).toBe(
    'readiness probe GET /ready on port 8080 does not succeed',
  );
  expect(
    reason(pod({ ready: false, containers: [probed] }), [
      event('Unhealthy', 'Readiness probe failed: 503', '2026-01-01T00:00:02Z'),
      event('FailedMount', 'older', '2026-01-01T00:00:01Z'),
    ]),
  ).toBe('Unhealthy: Readiness probe failed: 503');
  expect(
    reason(pod({ containers: [container({ running: false, waiting: 'ImagePullBackOff: no such image' })] }), []),
  ).toBe('ImagePullBackOff: no such image');
  expect(
    reason(pod({ phase: 'Pending', containers: [], notReady: 'Unschedulable: 0/3 nodes are available' }), []),
  ).toBe('Unschedulable: 0/3 nodes are available');
});
