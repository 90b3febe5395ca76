import { expect, test } from 'vitest';
import { isUnreadable } from '../../src/facts/fact.js';
import { readCiliumTrackedAnswer } from '../../src/facts/asks/cilium.js';
import { readCiliumIdentities, readCiliumServices, readCiliumTracked } from '../../src/facts/read/cilium.js';
import { answered, captured } from './captured.js';

const FOLDER = 'cilium-1.16-kpr-vxlan';

test('the load balancer: each frontend with the backends of its slots', () => {
  const services = readCiliumServices(captured(`${FOLDER}/w1-bpf-lb-list.json`));
  if (isUnreadable(services)) throw new Error(services.unreadable);
  expect([...services.keys()]).toHaveLength(7);
  expect(services.get('10.201.2.243:80')).toEqual({
    address: '10.201.2.243',
    port: 80,
    flags: ['ClusterIP', 'non-routable'],
    backends: [
      { address: '10.200.2.51', port: 8080, text: '10.200.2.51:8080 (5) (1)' },
      { address: '10.200.1.51', port: 8080, text: '10.200.1.51:8080 (5) (2)' },
    ],
  });
  expect(services.get('192.168.108.21:30080')?.flags).toEqual(['NodePort']);
});

test('a slot whose backend is gone, and a frontend with backends of its own for connections from inside', () => {
  const services = readCiliumServices(
    JSON.stringify({
      '10.96.0.9:80 (0)': ['0.0.0.0:0 (8) (0) [ClusterIP, two-scopes] '],
      '10.96.0.9:80 (1)': ['backend 17 not found'],
      '10.96.0.9:80/i (0)': ['0.0.0.0:0 (8) (0) [ClusterIP, two-scopes] '],
      '10.96.0.9:80/i (1)': ['10.244.1.3:8080 (8) (1)'],
    }),
  );
  expect(services).toEqual(
    new Map([
      [
        '10.96.0.9:80',
        {
          address: '10.96.0.9',
          port: 80,
          flags: ['ClusterIP', 'two-scopes'],
          backends: [{ missing: 17, text: 'backend 17 not found' }],
          inside: [{ address: '10.244.1.3', port: 8080, text: '10.244.1.3:8080 (8) (1)' }],
        },
      ],
    ]),
  );
});

test('the ipcache: who an address is, and behind which peer', () => {
  const identities = readCiliumIdentities(captured(`${FOLDER}/w1-bpf-ipcache-list.json`));
  if (isUnreadable(identities)) throw new Error(identities.unreadable);
  const of = (cidr: string) => identities.find((each) => each.cidr === cidr);
  expect(of('0.0.0.0/0')).toMatchObject({ identity: 2 });
  expect(of('0.0.0.0/0')).not.toHaveProperty('tunnel');
  expect(of('10.200.0.152/32')).toMatchObject({ identity: 5911, tunnel: '192.168.108.11' });
  expect(of('10.200.1.167/32')).not.toHaveProperty('tunnel');
});

test.each(['', '[]', '{"10.96.0.1 (x)": ["?"]}', '{"10.96.0.1:80 (1)": ["somewhere"]}'])(
  'what is no dump of the load balancer is not read: %j',
  (text) => {
    expect(isUnreadable(readCiliumServices(text))).toBe(true);
  },
);

const tracked = (file: string) => {
  const read = readCiliumTrackedAnswer(answered('cilium-dbg', captured(`${FOLDER}/${file}`)));
  if (isUnreadable(read)) throw new Error(read.unreadable);
  return read.map(({ sourcePort, answered: has }) => ({ sourcePort, answered: has }));
};

test('connections: the sender’s node has no answer of what is lost, on either way', () => {
  const two = [52_372, 52_360].map((sourcePort) => ({ sourcePort, answered: false }));
  expect(tracked('w2-ct-list-lost-there.txt')).toEqual(two);
  expect(tracked('w1-ct-list-lost-there.txt')).toEqual([]);
});

test('connections: of two attempts that expired before the newest was sent, nothing is told', () => {
  const two = [45_474, 45_490].map((sourcePort) => ({ sourcePort, answered: false }));
  expect(tracked('w2-ct-list-lost-back.txt')).toEqual(two);
  expect(tracked('w1-ct-list-lost-back.txt')).toEqual(two.map((one) => ({ ...one, answered: true })));
});

test('connections: a dump that was cut off is not read, nor a line that is none', () => {
  const [first = ''] = captured(`${FOLDER}/w2-ct-list-lost-there.txt`).split('\n');
  expect(isUnreadable(readCiliumTrackedAnswer(answered('cilium-dbg', `${first}\n`)))).toBe(true);
  expect(isUnreadable(readCiliumTrackedAnswer(answered('cilium-dbg', '')))).toBe(true);
  expect(isUnreadable(readCiliumTracked('Error: Failed to retrieve entries'))).toBe(true);
});
