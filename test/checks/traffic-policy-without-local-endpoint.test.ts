import { expect, test } from 'vitest';
import check from '../../src/checks/l4-transport/traffic-policy-without-local-endpoint.js';
import { endpoint, FLOW_TO_SERVICE, pod, service, servicePort } from '../../src/checks/samples.js';
import type { FlowEnds } from '../../src/model/flow-ends.js';
import { where } from '../../src/model/local-policy.js';
import { testCheck } from '../support/test-check.js';

const named = { namespace: 'shop', name: 'api' };
const applies = { kind: 'applies', policy: 'internalTrafficPolicy', service: named, node: 'w2' } as const;

testCheck(check, {
  passes: {
    'one endpoint on the node': [
      { localPolicy: { ...applies, local: 1, elsewhere: [] } },
      '1 endpoints on w2, where internalTrafficPolicy is Local',
    ],
  },
  fails: {
    'all endpoints on another node': [
      { localPolicy: { ...applies, local: 0, elsewhere: ['w1'] } },
      'outage',
      'internalTrafficPolicy of service/api is Local and w2 has no endpoint of it; w1 has',
    ],
  },
  skips: {
    'no endpoint anywhere is another illness': [
      { localPolicy: { ...applies, local: 0, elsewhere: [] } },
      'the Service has no usable endpoint anywhere',
    ],
    'policy Cluster': [{ localPolicy: { kind: 'does-not-apply', why: 'x' } }, 'x'],
  },
});

const itp = service({ internalTrafficPolicy: 'Local' });
const etp = service({
  type: 'NodePort',
  externalTrafficPolicy: 'Local',
  ports: [servicePort({ nodePort: 30_080 })],
});
const there: FlowEnds = { source: pod({ name: 'web' }), sourceNode: 'w2', endpoints: [endpoint()] };
const toNode = { ...FLOW_TO_SERVICE, address: '192.168.0.1', port: 30_080 };

test('where a policy of Local leaves a flow', () => {
  expect(where(FLOW_TO_SERVICE, { ...there, service: itp })).toEqual({ ...applies, local: 0, elsewhere: ['w1'] });
  expect(where(FLOW_TO_SERVICE, { ...there, sourceNode: 'w1', service: itp })).toMatchObject({ local: 1 });
  expect(where(FLOW_TO_SERVICE, { ...there, service: etp })).toEqual({
    kind: 'does-not-apply',
    why: 'the Service sends to every endpoint of the cluster',
  });
  expect(where(toNode, { ...there, service: etp, addressNode: 'cp' })).toEqual({
    kind: 'applies',
    policy: 'externalTrafficPolicy',
    service: named,
    node: 'cp',
    local: 0,
    elsewhere: ['w1'],
  });
  expect(where(toNode, { ...there, service: etp, addressNode: 'w2' })).toEqual({
    kind: 'does-not-apply',
    why: 'what starts on the node itself goes to every endpoint',
  });
  const balanced = { ...toNode, source: { kind: 'outside' as const }, address: '203.0.113.9' };
  expect(where(balanced, { endpoints: [endpoint()], service: etp })).toEqual({
    kind: 'does-not-apply',
    why: 'which node translates it is not the cluster’s to say',
  });
});

test('draining endpoints count when none is ready', () => {
  const draining = endpoint({ node: 'w2', ready: false, terminating: true });
  expect(where(FLOW_TO_SERVICE, { ...there, service: itp, endpoints: [draining] })).toMatchObject({ local: 1 });
  expect(where(FLOW_TO_SERVICE, { ...there, service: itp, endpoints: [draining, endpoint()] })).toMatchObject({
    local: 0,
    elsewhere: ['w1'],
  });
});
