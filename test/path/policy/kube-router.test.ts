// What kube-router is made to hold, written down from its own source (v2.2.1), and what differs from the policies.
import { expect, test } from 'vitest';
import type { Netfilter } from '../../../src/facts/netfilter.js';
import { isUnreadable } from '../../../src/facts/fact.js';
import { readNetfilter } from '../../../src/facts/asks/netfilter.js';
import { DIALECTS } from '../../../src/path/policy/dialect.js';
import { trafficsOf } from '../../../src/path/policy/intended.js';
import { driftsOf } from '../../../src/path/policy/kube-router.js';
import { peerSet, selectedSet } from '../../../src/path/policy/kube-router-names.js';
import { policedOf, policyOf, type Manifest } from './cluster.js';
import { R } from './recipes.js';

const API = '10.244.2.7';
const CLIENT = '10.244.1.4';

interface Held {
  /** Names of policies that the pod's chain runs through; `anyhow` those without an address. */
  readonly runs?: readonly string[];
  readonly anyhow?: readonly string[];
  readonly chain?: boolean;
  readonly unread?: string;
  /** A rule that looks into a set. */
  readonly looks?: boolean;
  /** Set name and members. */
  readonly sets?: Readonly<Record<string, readonly string[]>>;
}

const run = (name: string, where: string): string =>
  `-A KUBE-POD-FW-AAAAAAAAAAAAAAAA ${where}-m comment --comment "run through nw policy ${name}" -j KUBE-NWPLCY-BBBBBBBBBBBBBBBB`;

const answer = (text: string) =>
  ({ kind: 'answered', tool: '', text, exit: 0, stderr: '', elapsedMs: 0, through: '' }) as const;

function held({ runs = [], anyhow = [], chain = true, sets = {}, unread, looks = false }: Held): Netfilter {
  const jump = `-A KUBE-ROUTER-FORWARD -d ${API}/32 -m comment --comment "rule to jump traffic destined to POD name:api namespace: shop to chain KUBE-POD-FW-AAAAAAAAAAAAAAAA" -j KUBE-POD-FW-AAAAAAAAAAAAAAAA`;
  const lines = [
    '*filter',
    ':FORWARD ACCEPT [0:0]',
    ':KUBE-ROUTER-FORWARD - [0:0]',
    ':KUBE-POD-FW-AAAAAAAAAAAAAAAA - [0:0]',
    ':KUBE-NWPLCY-BBBBBBBBBBBBBBBB - [0:0]',
    ...(chain ? [jump] : []),
    ...runs.map((name) => run(name, `-d ${API}/32 `)),
    ...anyhow.map((name) => run(name, '')),
    ...(looks ? ['-A KUBE-NWPLCY-BBBBBBBBBBBBBBBB -m set --match-set KUBE-DST-AAAA dst -j MARK'] : []),
    'COMMIT',
  ];
  const saved = Object.entries(sets).flatMap(([name, members]) => [
    `create ${name} ${members.some((one) => one.includes('/')) ? 'hash:net' : 'hash:ip'} family inet hashsize 1024 maxelem 65536 timeout 0`,
    ...members.map(
      (member) =>
        `add ${name} ${member.replace(' nomatch', '')} timeout 0${member.endsWith('nomatch') ? ' nomatch' : ''}`,
    ),
  ]);
  const read = readNetfilter({
    iptables: answer(`#backend nft\n${lines.join('\n')}\n${unread === undefined ? '' : `#unread ${unread}\n`}`),
    ipsets: answer(saved.join('\n')),
    nft: answer(''),
  });
  if (isUnreadable(read)) throw new Error(read.unreadable);
  return read;
}

function told(manifests: readonly Manifest[], has: Held, from = 'shop/client'): readonly string[] | undefined {
  const policed = policedOf(manifests.map(policyOf), { from, to: 'shop/api', port: 8080 });
  const traffic = trafficsOf(policed, DIALECTS['kube-router']).find(({ direction }) => direction === 'Ingress')!;
  return driftsOf({ node: 'w2', traffic, netfilter: held(has) })?.map(({ says, hits }) => `${hits}: ${says}`);
}

const policy = policyOf(R.onlyClient);
const SELECTED = selectedSet(policy, 'Ingress');
const ADMITTED = peerSet(policy, { direction: 'Ingress', rule: 0, of: 'pod' });
const right = { runs: ['only-client'], sets: { [SELECTED]: [API], [ADMITTED]: [CLIENT] } };

test('names are kube-router’s: base32 of the SHA-256 of namespace, name, rule and family', () => {
  // printf %s shop + only-client + IPv4 | sha256sum, in base32.
  expect([SELECTED, ADMITTED]).toEqual(['KUBE-DST-GOBKP3SJG3CZOSOG', 'KUBE-SRC-7L7YQQS44J5ON2HB']);
});

test.each<[string, Manifest[], Held, string[], string?]>([
  ['all is as it should be', [R.onlyClient], right, []],
  ['no policy, no chain needed', [], { chain: false }, []],
  [
    'the chain of a new pod is not there yet',
    [R.onlyClient],
    { chain: false },
    ['opens: w2 has no chain of kube-router’s for pod/api, so only-client is not enforced there'],
  ],
  [
    'a policy that is not run through, the only one',
    [R.onlyClient],
    { sets: right.sets },
    ['opens: w2 does not run pod/api through only-client'],
  ],
  [
    'a policy that is not run through, beside another',
    [R.onlyClient, R.denyAll],
    { runs: ['deny-all'], sets: { [selectedSet(policyOf(R.denyAll), 'Ingress')]: [API] } },
    ['closes: w2 does not run pod/api through only-client'],
  ],
  [
    'a policy that is gone',
    [],
    { runs: ['yesterday'], sets: right.sets },
    ['closes: w2 still runs pod/api through yesterday, which does not select it'],
  ],
  [
    'a peer deleted from its set by hand',
    [R.onlyClient],
    { ...right, sets: { [SELECTED]: [API], [ADMITTED]: ['10.244.1.99'] } },
    [`closes: w2 has not put pod/client (${CLIENT}) into ${ADMITTED} of only-client, which ingress rule 1 admits`],
  ],
  [
    'a set that was never made',
    [R.onlyClient],
    { ...right, sets: { [SELECTED]: [API] } },
    [`closes: w2 has not put pod/client (${CLIENT}) into ${ADMITTED} of only-client, which ingress rule 1 admits`],
  ],
  [
    'the pod itself missing from what the policy selects',
    [R.onlyClient],
    { ...right, sets: { [SELECTED]: ['10.244.2.9'], [ADMITTED]: [CLIENT] } },
    [`closes: w2 has not put pod/api (${API}) into ${SELECTED} of only-client, which it selects`],
  ],
  [
    'an address that now is another pod’s',
    [R.onlyClient],
    { ...right, sets: { [SELECTED]: [API], [ADMITTED]: [CLIENT, '10.244.1.9'] } },
    [`opens: w2 still has pod/db (10.244.1.9) in ${ADMITTED} of only-client, whose ingress rule 1 does not admit it`],
    'shop/db',
  ],
  ['a policy of both types, run through anyhow', [R.both], both(['10.244.2.7', '10.244.1.9']), [], 'shop/db'],
  ['blocks as they are written', [R.podRange], blocks(['10.244.0.0/16', '10.244.2.0/24 nomatch']), []],
  ['the whole world is two halves', [R.anywhere], blocks(['0.0.0.0/1', '128.0.0.0/1'], 'anywhere'), []],
  [
    'an exception that is missing',
    [R.podRange],
    blocks(['10.244.0.0/16']),
    ['opens: w2 lacks 10.244.2.0/24 nomatch for ingress rule 1 of pod-range'],
  ],
  [
    'a block that was taken back',
    [R.podRange],
    blocks(['10.244.0.0/16', '10.244.2.0/24 nomatch', '203.0.113.0/24']),
    ['opens: w2 still holds 203.0.113.0/24 for ingress rule 1 of pod-range'],
  ],
])('%s', (...[, manifests, has, expected, from]) => {
  expect(told(manifests, has, from)).toEqual(expected);
});

function blocks(members: readonly string[], name = 'pod-range'): Held {
  const of = { namespace: 'shop', name };
  const set = peerSet(of, { direction: 'Ingress', rule: 0, of: 'ipblock' });
  return { runs: [name], sets: { [selectedSet(of, 'Ingress')]: [API], [set]: members } };
}

function both(members: readonly string[]): Held {
  const of = { namespace: 'shop', name: 'both' };
  const set = peerSet(of, { direction: 'Ingress', rule: 0, of: 'pod' });
  return { anyhow: ['both'], sets: { [selectedSet(of, 'Ingress')]: members, [set]: members } };
}

test('half of the rules convict, and do not acquit', () => {
  const unread = 'legacy iptables tables';
  expect(told([R.onlyClient], { ...right, unread })).toBeUndefined();
  expect(told([R.onlyClient], { chain: false, unread })).toBeUndefined();
  expect(told([R.onlyClient], { sets: right.sets, unread })).toEqual([
    'opens: w2 does not run pod/api through only-client',
  ]);
});

test('rules or sets that were not read tell nothing', () => {
  expect(told([R.onlyClient], { runs: ['only-client'], looks: true })).toBeUndefined();
});

test('where no rule looks into any set there are none to read: peers that no pod is have no rule', () => {
  expect(told([R.onlyClient], { runs: ['only-client'] }, 'shop/db')).toEqual([]);
  expect(told([R.onlyClient], { runs: ['only-client'] })).toEqual([
    'closes: w2 has no rule of kube-router’s for ingress rule 1 of only-client',
  ]);
  expect(told([R.podRange], { runs: ['pod-range'] })).toEqual([
    'closes: w2 has no rule of kube-router’s for ingress rule 1 of pod-range',
  ]);
  expect(told([R.denyAll], { runs: ['deny-all'] })).toEqual([]);
});
