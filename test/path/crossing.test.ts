// Where a connection between two nodes was lost, by what each node's own tracking says of it.
import { expect, test } from 'vitest';
import { flow, prediction } from '../../src/checks/flow-samples.js';
import { pod } from '../../src/checks/samples.js';
import { requestKey, type Answer, type Ask, type Evidence, type Where } from '../../src/evidence/evidence.js';
import { ciliumTrackedAsk } from '../../src/facts/asks/cilium.js';
import { conntrackEntriesAsk } from '../../src/facts/asks/conntrack.js';
import type { CiliumMaps } from '../../src/facts/ebpf.js';
import { checkSources } from '../../src/path/check-sources.js';
import { nodeSubject, podSubject } from '../../src/target/subject.js';
import { answered, captured } from '../readers/captured.js';
import { given, madeFrom } from '../support/made.js';

const CILIUM = 'cilium-1.16-kpr-vxlan';
const MAPS: CiliumMaps = { services: new Map(), endpoints: [], identities: [], policies: new Map() };
const SOURCE = '10.200.2.141';
const ASKED = flow({ address: '10.200.1.205', pod: { namespace: 'shop', name: 'api', node: 'w1' } });
const TUPLE = { source: SOURCE, destination: ASKED.address, destinationPort: ASKED.port, protocol: ASKED.protocol };
const LOST = { kind: 'refused', gap: { kind: 'timeout', afterMs: 5000, detail: 'no answer' } } as const;

const nodeAt = (name: string): Where => ({ kind: 'node', name, agents: [], ready: true });
const client: Where = {
  kind: 'pod',
  namespace: 'shop',
  name: 'web',
  node: 'w2',
  hostNetwork: false,
  containers: [],
  containerIds: [],
};

interface Seen {
  readonly ask: Ask;
  readonly maps: CiliumMaps | 'none';
  readonly w1: Answer;
  readonly w2: Answer;
}

function told({ ask, maps, w1, w2 }: Seen, predicted = prediction('delivered')) {
  const evidence = Object.entries({ w1, w2 }).map(([name, answer]): [string, Evidence] => {
    const request = { via: 'run', where: nodeAt(name), ask } as const;
    return [requestKey(request), { id: name, request, at: '', answer }];
  });
  const world = [
    given(ASKED, {
      attempts: { tool: 'nc', tries: [{ end: 'timeout', elapsedMs: 4000, raw: '' }] },
      predicted,
    }),
    given(podSubject('shop', 'web'), { object: { ...pod(), ips: [SOURCE] }, where: client }),
    ...['w1', 'w2'].map((name) => given(nodeSubject(name), { where: nodeAt(name), ciliumMaps: maps })),
  ];
  return madeFrom(checkSources.flow, ASKED, { world, evidence: new Map(evidence) })('crossing');
}

const cilium = (w2: Answer, w1: Answer) => told({ ask: ciliumTrackedAsk(TUPLE), maps: MAPS, w1, w2 });
const dump = (file: string) => answered('cilium-dbg', captured(`${CILIUM}/${file}`));
const NOTHING = dump('w1-ct-list-lost-there.txt');

test('Cilium: sent and never received, and answered without the answer coming back', () => {
  expect(cilium(dump('w2-ct-list-lost-there.txt'), NOTHING)).toMatchObject({
    value: { from: 'w2', to: 'w1', seenFrom: 'unanswered', seenTo: 'nothing', shouldPass: true },
  });
  expect(cilium(dump('w2-ct-list-lost-back.txt'), dump('w1-ct-list-lost-back.txt'))).toMatchObject({
    value: { seenFrom: 'unanswered', seenTo: 'answered' },
  });
});

test('what arrived of an earlier attempt says nothing of this one', () => {
  expect(cilium(dump('w2-ct-list-lost-there.txt'), dump('w1-ct-list-lost-back.txt'))).toMatchObject({
    value: { seenFrom: 'unanswered', seenTo: 'nothing' },
  });
});

test('where one node could not be looked at, or the sender’s tracks nothing, nothing is told', () => {
  expect(cilium(dump('w2-ct-list-lost-there.txt'), LOST)).toMatchObject({ kind: 'unknown', gaps: [LOST.gap] });
  expect(cilium(LOST, NOTHING)).toMatchObject({ kind: 'unknown', gaps: [LOST.gap] });
  expect(cilium(NOTHING, NOTHING)).toMatchObject({
    kind: 'unknown',
    gaps: [{ detail: 'w2 tracks no such connection, so that nothing can be told of its way' }],
  });
});

const netfilter = (state: string, reply: string): Answer =>
  answered(
    'conntrack',
    `ipv4     2 tcp      6 118 ${state} src=${SOURCE} dst=10.200.1.205 sport=40000 dport=8080 ${reply}src=10.200.1.205 dst=${SOURCE} sport=8080 dport=40000 mark=0 use=1\n`,
  );

test('netfilter: an entry that is no handshake any more is not of this attempt', () => {
  const ask = conntrackEntriesAsk(TUPLE);
  const w2 = netfilter('SYN_SENT', '[UNREPLIED] ');
  expect(told({ ask, maps: 'none', w2, w1: netfilter('SYN_RECV', '') })).toMatchObject({
    value: { seenFrom: 'unanswered', seenTo: 'answered' },
  });
  expect(told({ ask, maps: 'none', w2, w1: netfilter('TIME_WAIT', '') })).toMatchObject({
    value: { seenFrom: 'unanswered', seenTo: 'nothing' },
  });
});
