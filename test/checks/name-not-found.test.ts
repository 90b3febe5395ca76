import { expect, test } from 'vitest';
import check from '../../src/checks/l7-application/name-not-found.js';
import { LOOKUP, NAMING } from '../../src/checks/samples.js';
import { innerName } from '../../src/model/naming.js';
import { testCheck } from '../support/test-check.js';

const absent = { ...LOOKUP, rcode: 'NXDOMAIN', addresses: [] };
const inner = { namespace: 'shop', name: 'api', exists: false };
const outside = { ...NAMING, external: true, lookup: { ...absent, name: 'db.example' } };

testCheck(check, {
  passes: {
    'an address': [{ naming: { ...NAMING, lookup: LOOKUP } }, 'api.shop.svc.cluster.local: NOERROR 10.96.7.20'],
    'a name without addresses exists': [
      { naming: { ...NAMING, lookup: { ...LOOKUP, addresses: [] } } },
      'api.shop.svc.cluster.local: NOERROR',
    ],
  },
  fails: {
    'another namespace has it': [
      { naming: { ...NAMING, inner, elsewhere: ['store'], lookup: absent } },
      'outage',
      'there is no service/api in shop; store has one: api.store',
    ],
    'nobody has it': [{ naming: { ...NAMING, inner, lookup: absent } }, 'outage', 'there is no service/api in shop'],
    'it exists, and the nameserver does not know': [
      { naming: { ...NAMING, inner: { ...inner, exists: true }, lookup: absent } },
      'outage',
      'service/api exists in shop, but 10.96.0.10 says that api.shop.svc.cluster.local does not',
    ],
    'an external name with few dots': [
      { naming: { ...outside, search: ['a', 'b', 'c'], ndots: 5 } },
      'outage',
      '10.96.0.10 says that db.example does not exist, after 3 names with its search list (ndots 5)',
    ],
    'an external name with dots enough': [
      { naming: { ...outside, search: ['a'], ndots: 1 } },
      'outage',
      '10.96.0.10 says that db.example does not exist',
    ],
  },
  skips: {
    'no lookup': [{ naming: { kind: 'no-lookup' } }, 'the flow is no lookup'],
    silence: [
      { naming: { ...NAMING, lookup: { ...absent, end: 'timeout' } } },
      'nothing was answered, so nothing is said about the name',
    ],
  },
});

test('names of Services', () => {
  expect(innerName('api.shop.svc.cluster.local.', 'cluster.local')).toEqual({ namespace: 'shop', name: 'api' });
  expect(innerName('pod-0.api.shop.svc.cluster.local', 'cluster.local')).toBeUndefined();
  expect(innerName('www.example.com', 'cluster.local')).toBeUndefined();
});
