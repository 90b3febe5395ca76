import check from '../../src/checks/l4-transport/listens-on-loopback.js';
import { testCheck } from '../support/test-check.js';

const pod = {
  kind: 'pod',
  pod: { namespace: 'shop', name: 'api-1', node: 'w1' },
  here: [] as string[],
  others: [] as number[],
  observed: 'refused',
} as const;

testCheck(check, {
  passes: {
    'loopback and everywhere': [
      { listening: { ...pod, here: ['0.0.0.0', '127.0.0.1'] } },
      '0.0.0.0, 127.0.0.1 listens on 8080/tcp',
    ],
    'a local proxy passes it on': [
      { listening: { ...pod, here: ['127.0.0.1'], observed: 'connected' } },
      '8080/tcp was answered',
    ],
  },
  fails: {
    'IPv4 loopback': [
      { listening: { ...pod, here: ['127.0.0.1'] } },
      'outage',
      'pod/api-1 listens on 127.0.0.1 only, so 8080/tcp is refused to everybody else',
    ],
    'both loopbacks, not tried': [
      { listening: { ...pod, here: ['127.0.0.1', '::1'], observed: 'none' } },
      'outage',
      'pod/api-1 listens on 127.0.0.1 and ::1 only, so 8080/tcp is refused to everybody else',
    ],
    'any address of 127/8, behind another fault': [
      { listening: { ...pod, here: ['127.0.0.53'], observed: 'timeout' } },
      'risk',
      'pod/api-1 listens on 127.0.0.53 only, so 8080/tcp is refused to everybody else',
    ],
  },
  skips: {
    'nobody listens': [{ listening: pod }, 'nothing listens on 8080/tcp'],
    'a missing port name': [
      { listening: { kind: 'name-missing', service: { namespace: 'shop', name: 'api' }, port: 'http', declared: [] } },
      'the Service sends to a port that no pod names',
    ],
  },
});
