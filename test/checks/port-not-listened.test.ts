import check from '../../src/checks/l4-transport/port-not-listened.js';
import { FLOW_TO_POD } from '../../src/checks/samples.js';
import { testCheck } from '../support/test-check.js';

const pod = {
  kind: 'pod',
  pod: { namespace: 'shop', name: 'api-1', node: 'w1' },
  here: [] as string[],
  others: [] as number[],
  observed: 'refused',
} as const;
const missing = { kind: 'name-missing', service: { namespace: 'shop', name: 'api' }, port: 'http' } as const;
const udp = { ...FLOW_TO_POD, protocol: 'udp' as const, port: 53 };

testCheck(check, {
  passes: {
    'any address': [{ listening: { ...pod, here: ['0.0.0.0'] } }, '0.0.0.0 listens on 8080/tcp'],
    'IPv6 serves IPv4 too': [{ listening: { ...pod, here: ['::'] } }, ':: listens on 8080/tcp'],
    'the pod’s own address': [{ listening: { ...pod, here: ['10.244.1.7'] } }, '10.244.1.7 listens on 8080/tcp'],
    'something answered, whoever it was': [{ listening: { ...pod, observed: 'connected' } }, '8080/tcp was answered'],
  },
  fails: {
    'another port': [
      { listening: { ...pod, others: [8081, 9090] } },
      'outage',
      'nothing in pod/api-1 listens on 10.244.1.7:8080/tcp; it listens on 8081, 9090',
    ],
    'no port at all, not tried': [
      { listening: { ...pod, observed: 'none' } },
      'outage',
      'nothing in pod/api-1 listens on 10.244.1.7:8080/tcp; it listens on no tcp port',
    ],
    'an address that is not the pod’s': [
      { listening: { ...pod, here: ['10.9.9.9'] } },
      'outage',
      'nothing in pod/api-1 listens on 10.244.1.7:8080/tcp; only 10.9.9.9 listens on it',
    ],
    'a timeout has another cause': [
      { listening: { ...pod, observed: 'timeout', others: [8081] } },
      'risk',
      'nothing in pod/api-1 listens on 10.244.1.7:8080/tcp; it listens on 8081',
    ],
    UDP: [
      { listening: { ...pod, others: [5353] } },
      'outage',
      'nothing in pod/api-1 listens on 10.244.1.7:53/udp; it listens on 5353',
      udp,
    ],
    'a name no pod declares': [
      { listening: { ...missing, declared: ['8080', 'web (8081)'] } },
      'outage',
      'service/api sends to the port named http, which none of its pods declares; they declare 8080, web (8081)',
    ],
    'a name, and pods without ports': [
      { listening: { ...missing, declared: [] } },
      'outage',
      'service/api sends to the port named http, which none of its pods declares; they declare no port',
    ],
  },
  skips: {
    'loopback only is another illness': [
      { listening: { ...pod, here: ['127.0.0.1', '::1'] } },
      '8080/tcp is listened on by loopback only',
    ],
    'no pod at the end': [
      { listening: { kind: 'does-not-apply', why: 'the flow ends at no one pod' } },
      'the flow ends at no one pod',
    ],
  },
});
