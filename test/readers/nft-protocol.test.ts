import { expect, test } from 'vitest';
import { namedKey, namedStatement } from '../../src/facts/read/nft-protocol.js';
import { readNftJson } from '../../src/facts/read/nft-json.js';

test('a protocol printed as a number, for want of /etc/protocols, is the same protocol', () => {
  const type = ['ipv4_addr', 'inet_proto', 'inet_service'];
  expect(namedKey({ concat: ['10.201.0.10', 17, 53] }, type)).toEqual({ concat: ['10.201.0.10', 'udp', 53] });
  expect(namedKey({ concat: ['10.201.0.10', 'udp', 53] }, type)).toEqual({ concat: ['10.201.0.10', 'udp', 53] });
  expect(namedKey(6, 'inet_proto')).toBe('tcp');
  // A port 6 is a port, and a protocol without a name keeps its number.
  expect(namedKey(6, 'inet_service')).toBe(6);
  expect(namedKey(253, 'inet_proto')).toBe(253);
});

const match = (right: unknown) => ({ match: { op: '==', left: { meta: { key: 'l4proto' } }, right } }) as never;

test('so it is in a rule', () => {
  expect(namedStatement(match(6))).toEqual(match('tcp'));
  expect(namedStatement(match({ set: [6, 17] }))).toEqual(match({ set: ['tcp', 'udp'] }));
  const port = { match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right: 17 } } as never;
  expect(namedStatement(port)).toEqual(port);
});

test('a map of kube-proxy as nft 1.0.6 prints it without /etc/protocols', () => {
  const map = {
    family: 'ip',
    name: 'service-ips',
    table: 'kube-proxy',
    type: ['ipv4_addr', 'inet_proto', 'inet_service'],
    map: 'verdict',
    elem: [[{ concat: ['10.201.21.14', 6, 7] }, { goto: { target: 'service-IK3T752E-shop/tcp-echo/tcp/echo' } }]],
  };
  const tables = readNftJson(JSON.stringify({ nftables: [{ map }] }));
  expect(Array.isArray(tables) && tables[0].sets.get('service-ips')?.elements[0]?.key).toEqual({
    concat: ['10.201.21.14', 'tcp', 7],
  });
});
