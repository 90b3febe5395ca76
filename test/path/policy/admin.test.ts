// What the conformance suite of network-policy-api asks of an implementation, of both generations of the API: four houses,
// rules in order, priorities, and what passes from tier to tier.
import { describe, expect, test } from 'vitest';
import { container, pod } from '../../../src/checks/samples.js';
import { enforcer } from '../../../src/checks/samples-policy.js';
import type { PolicyObject } from '../../../src/facts/kube.js';
import type { AdminPolicy, Enforcer } from '../../../src/facts/policy.js';
import { readAdminPolicy } from '../../../src/facts/read/admin-policy.js';
import type { PolicedEnd } from '../../../src/model/policed.js';
import { nameLabel } from '../../../src/model/policies.js';
import { intend } from '../../../src/path/policy/intended.js';
import { sideText } from '../../../src/path/policy/reason.js';
import { policyOf } from './cluster.js';

interface Rule {
  readonly action: 'Allow' | 'Deny' | 'Pass';
  readonly name?: string;
  /** A house, `nodes`, a CIDR, or a field that no API we know has. */
  readonly peer: string;
  /** `tcp/80`, `udp/5000-6000`, `web` by name. */
  readonly ports?: readonly string[];
}
interface Described {
  readonly tier?: 'baseline';
  readonly priority?: number;
  readonly subject?: string;
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}
type Api = 'v1alpha1' | 'v1alpha2';

const house = (name: string) => ({ matchLabels: { house: name } });

function peerOf(peer: string): object {
  if (peer === 'nodes') return { nodes: { matchLabels: { os: 'linux' } } };
  if (peer.includes('/')) return { networks: [peer] };
  if (peer.endsWith(' pods')) {
    const name = peer.replace(' pods', '');
    return { pods: { namespaceSelector: house(name), podSelector: house(name) } };
  }
  return peer === 'domain' ? { domainNames: ['*.example.com'] } : { namespaces: house(peer) };
}

function portOf(text: string, api: Api): object {
  const [protocol = '', port = ''] = text.split('/');
  const [start = 0, end = start] = port.split('-').map(Number);
  if (port === '') return api === 'v1alpha1' ? { namedPort: text } : { destinationNamedPort: text };
  const over = protocol.toUpperCase();
  const isRange = start !== end;
  if (api === 'v1alpha2') {
    const destinationPort = isRange ? { range: { start, end } } : { number: start };
    return { [protocol]: { destinationPort } };
  }
  return isRange ? { portRange: { protocol: over, start, end } } : { portNumber: { protocol: over, port: start } };
}

function made(
  name: string,
  { tier, priority = 10, subject = 'gryffindor', ...rules }: Described,
  api: Api,
): AdminPolicy {
  const written = (side: string, all: readonly Rule[] = []) =>
    all.map(({ action, name: called, peer, ports }) => ({
      ...(called ? { name: called } : {}),
      action: api === 'v1alpha2' && action === 'Allow' ? 'Accept' : action,
      [side]: [peerOf(peer)],
      ...(ports ? { [api === 'v1alpha1' ? 'ports' : 'protocols']: ports.map((one) => portOf(one, api)) } : {}),
    }));
  const spec = {
    priority,
    ...(api === 'v1alpha2' ? { tier: tier ? 'Baseline' : 'Admin' } : {}),
    subject: peerOf(subject),
    ingress: written('from', rules.ingress),
    egress: written('to', rules.egress),
  };
  const old = tier ? 'BaselineAdminNetworkPolicy' : 'AdminNetworkPolicy';
  return readAdminPolicy({ metadata: { name }, spec }, api === 'v1alpha1' ? old : 'ClusterNetworkPolicy');
}

const PORTS = [
  { name: 'web', port: 80, protocol: 'TCP' },
  { name: 'dns', port: 53, protocol: 'UDP' },
];

function endOf(word: string, policies: readonly PolicyObject[]): PolicedEnd {
  if (word === 'node')
    return { kind: 'node', name: 'w2', labels: { os: 'linux' }, addresses: ['192.168.0.12'], podCidrs: [] };
  if (word.includes('.')) return { kind: 'outside', address: word };
  const ip = `10.244.1.${word.length}`;
  const object = pod({
    namespace: word,
    name: word,
    uid: word,
    ip,
    labels: { house: word },
    containers: [container({ ports: PORTS })],
  });
  const selecting = policies.filter(({ namespace }) => namespace === word);
  return { kind: 'pod', pod: object, selecting, namespaceLabels: { house: word, ...nameLabel(word) } };
}

interface World {
  readonly admin: Readonly<Record<string, Described>>;
  readonly policies?: readonly PolicyObject[];
  readonly by?: Partial<Enforcer>;
}

/** `gryffindor > slytherin tcp/80`: the verdict, and the clause of the side that decided. */
function tell({ admin, policies = [], by }: World, flow: string, api: Api): readonly [string, string] {
  const [from = '', , to = '', wanted = ''] = flow.split(' ');
  const [protocol = '', port = ''] = wanted.split('/');
  const told = intend(
    {
      kind: 'read',
      enforcer: enforcer({ name: 'ovn-kubernetes', says: 'ovn-kubernetes', ...by }),
      observed: 'none',
      source: endOf(from, policies),
      dests: [{ end: endOf(to, policies), port: Number(port) }],
      protocol: protocol.toUpperCase(),
      dns: false,
      translated: false,
    },
    { admin: Object.entries(admin).map(([name, one]) => made(name, one, api)) },
  );
  const sides = told.ways.flatMap((way) => way.sides);
  const side = sides.find(({ ruling }) => ruling.verdict === told.says && ruling.basis.kind !== 'open') ?? sides[0]!;
  return [told.says, sideText(side, `${port}/${protocol}`)];
}

const both = (rules: readonly Rule[]) => ({ ingress: rules, egress: rules });
const towards = (action: Rule['action'], peer = 'slytherin'): Rule => ({ action, peer, name: `${action}-${peer}` });
const denyThenBaseline = (action: Rule['action'], priority = 10): World['admin'] => ({
  example: { priority, ...both([towards(action)]) },
  default: { tier: 'baseline', ...both([towards('Deny')]) },
});
const npAllows = policyOf({
  name: 'allow-slytherin',
  namespace: 'gryffindor',
  spec: {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [{ namespaceSelector: house('slytherin') }] }],
    egress: [{ to: [{ namespaceSelector: house('slytherin') }] }],
  },
});
const ordered: World['admin'] = {
  'gress-rules': {
    priority: 15,
    ...both([
      towards('Allow', 'ravenclaw'),
      towards('Deny', 'ravenclaw'),
      { action: 'Deny', peer: 'slytherin', name: 'some-ports', ports: ['tcp/80', 'udp/53', 'sctp/9003'] },
      { action: 'Allow', peer: 'hufflepuff', name: 'allowed-ports', ports: ['tcp/8080', 'udp/5353', 'sctp/9003'] },
      { action: 'Deny', peer: 'hufflepuff', name: 'the-rest' },
    ]),
  },
};

describe.each<Api>(['v1alpha1', 'v1alpha2'])('%s', (api) => {
  const kind = api === 'v1alpha1' ? 'AdminNetworkPolicy' : 'ClusterNetworkPolicy';
  const base = api === 'v1alpha1' ? 'BaselineAdminNetworkPolicy' : 'ClusterNetworkPolicy';

  test.each<[string, World, string, string, string]>([
    [
      'the first rule wins over the second',
      { admin: ordered },
      'gryffindor > ravenclaw tcp/80',
      'allow',
      `egress from pod/gryffindor is allowed by ${kind} gress-rules, its rule "Allow-ravenclaw"`,
    ],
    [
      'and for what comes in',
      { admin: ordered },
      'ravenclaw > gryffindor udp/53',
      'allow',
      `ingress to pod/gryffindor is allowed by ${kind} gress-rules, its rule "Allow-ravenclaw"`,
    ],
    [
      'denied at some ports: TCP',
      { admin: ordered },
      'gryffindor > slytherin tcp/80',
      'deny',
      `egress from pod/gryffindor is denied by ${kind} gress-rules, its rule "some-ports"`,
    ],
    [
      'denied at some ports: UDP',
      { admin: ordered },
      'gryffindor > slytherin udp/53',
      'deny',
      `egress from pod/gryffindor is denied by ${kind} gress-rules, its rule "some-ports"`,
    ],
    [
      'denied at some ports: SCTP, coming in',
      { admin: ordered },
      'slytherin > gryffindor sctp/9003',
      'deny',
      `ingress to pod/gryffindor is denied by ${kind} gress-rules, its rule "some-ports"`,
    ],
    [
      'open at the others',
      { admin: ordered },
      'gryffindor > slytherin tcp/8080',
      'allow',
      'no policy closes egress from pod/gryffindor',
    ],
    [
      'allowed at some ports',
      { admin: ordered },
      'gryffindor > hufflepuff tcp/8080',
      'allow',
      `egress from pod/gryffindor is allowed by ${kind} gress-rules, its rule "allowed-ports"`,
    ],
    [
      'denied at the rest',
      { admin: ordered },
      'gryffindor > hufflepuff tcp/80',
      'deny',
      `egress from pod/gryffindor is denied by ${kind} gress-rules, its rule "the-rest"`,
    ],
    [
      'who is no subject is open',
      { admin: ordered },
      'hufflepuff > ravenclaw tcp/80',
      'allow',
      'no policy closes egress from pod/hufflepuff',
    ],
    [
      'Deny goes before a NetworkPolicy that allows',
      { admin: denyThenBaseline('Deny'), policies: [npAllows] },
      'slytherin > gryffindor tcp/80',
      'deny',
      `ingress to pod/gryffindor is denied by ${kind} example, its rule "Deny-slytherin"`,
    ],
    [
      'Pass leaves it to the NetworkPolicy',
      { admin: denyThenBaseline('Pass'), policies: [npAllows] },
      'slytherin > gryffindor tcp/80',
      'allow',
      'ingress to pod/gryffindor is allowed by NetworkPolicy allow-slytherin, its ingress rule 1',
    ],
    [
      'a NetworkPolicy is final: the baseline is not asked',
      { admin: denyThenBaseline('Pass'), policies: [npAllows] },
      'hufflepuff > gryffindor tcp/80',
      'deny',
      'ingress to pod/gryffindor is closed by NetworkPolicy allow-slytherin: its ingress rule 1 would allow it, but namespace "hufflepuff" has house=hufflepuff, not house=slytherin',
    ],
    [
      'Pass without a NetworkPolicy leaves it to the baseline',
      { admin: denyThenBaseline('Pass') },
      'gryffindor > slytherin tcp/80',
      'deny',
      `egress from pod/gryffindor is denied by ${base} default, its rule "Deny-slytherin"`,
    ],
    [
      'Allow goes before the baseline',
      { admin: denyThenBaseline('Allow') },
      'gryffindor > slytherin tcp/80',
      'allow',
      `egress from pod/gryffindor is allowed by ${kind} example, its rule "Allow-slytherin"`,
    ],
    [
      'Allow goes before a NetworkPolicy that closes',
      { admin: { example: both([towards('Allow', 'hufflepuff')]) }, policies: [npAllows] },
      'hufflepuff > gryffindor tcp/80',
      'allow',
      `ingress to pod/gryffindor is allowed by ${kind} example, its rule "Allow-hufflepuff"`,
    ],
    [
      'the lower priority goes first',
      {
        admin: {
          later: { priority: 60, ...both([towards('Pass')]) },
          sooner: { priority: 50, ...both([towards('Deny')]) },
        },
      },
      'gryffindor > slytherin tcp/80',
      'deny',
      `egress from pod/gryffindor is denied by ${kind} sooner, its rule "Deny-slytherin"`,
    ],
    [
      'and when it is lowered, it goes first',
      {
        admin: {
          later: { priority: 40, ...both([towards('Pass')]) },
          sooner: { priority: 50, ...both([towards('Deny')]) },
          default: { tier: 'baseline', ...both([towards('Allow')]) },
        },
      },
      'gryffindor > slytherin tcp/80',
      'allow',
      `egress from pod/gryffindor is allowed by ${base} default, its rule "Allow-slytherin"`,
    ],
    [
      'one priority, two minds: nobody defines which',
      { admin: { one: both([towards('Allow')]), other: both([towards('Deny')]) } },
      'gryffindor > slytherin tcp/80',
      'unknown',
      'whether policies allow egress from pod/gryffindor is not known: one and other have one priority: which goes first is not defined',
    ],
    [
      'one priority, one mind',
      { admin: { one: both([towards('Deny')]), other: both([towards('Deny')]) } },
      'gryffindor > slytherin tcp/80',
      'deny',
      `egress from pod/gryffindor is denied by ${kind} one, its rule "Deny-slytherin"`,
    ],
    [
      'by namespace and pod',
      { admin: { example: { subject: 'gryffindor pods', egress: [towards('Deny', 'slytherin pods')] } } },
      'gryffindor > slytherin tcp/80',
      'deny',
      `egress from pod/gryffindor is denied by ${kind} example, its rule "Deny-slytherin pods"`,
    ],
    [
      'a range of ports, its last one',
      { admin: { example: { egress: [{ action: 'Deny', peer: 'slytherin', ports: ['tcp/80-90'] }] } } },
      'gryffindor > slytherin tcp/90',
      'deny',
      `egress from pod/gryffindor is denied by ${kind} example, its egress rule 1`,
    ],
    [
      'a range of ports, one beyond',
      { admin: { example: { egress: [{ action: 'Deny', peer: 'slytherin', ports: ['tcp/80-90'] }] } } },
      'gryffindor > slytherin tcp/91',
      'allow',
      'no policy closes egress from pod/gryffindor',
    ],
    [
      'a port by name',
      { admin: { example: { egress: [{ action: 'Deny', peer: 'slytherin', ports: ['web'] }] } } },
      'gryffindor > slytherin tcp/80',
      'deny',
      `egress from pod/gryffindor is denied by ${kind} example, its egress rule 1`,
    ],
    [
      'nodes as peers',
      { admin: { example: { egress: [towards('Deny', 'nodes')] } } },
      'gryffindor > node tcp/36363',
      'deny',
      `egress from pod/gryffindor is denied by ${kind} example, its rule "Deny-nodes"`,
    ],
    [
      'networks hold pods, too',
      { admin: { example: { egress: [towards('Deny', '0.0.0.0/0')] } } },
      'gryffindor > slytherin tcp/80',
      'deny',
      `egress from pod/gryffindor is denied by ${kind} example, its rule "Deny-0.0.0.0/0"`,
    ],
    [
      'networks beyond the cluster',
      { admin: { example: { egress: [towards('Deny', '203.0.113.0/24')] } } },
      'gryffindor > 203.0.113.9 tcp/443',
      'deny',
      `egress from pod/gryffindor is denied by ${kind} example, its rule "Deny-203.0.113.0/24"`,
    ],
    [
      'domain names cannot be told from the API',
      { admin: { example: { egress: [towards('Allow', 'domain'), towards('Deny', '0.0.0.0/0')] } } },
      'gryffindor > 203.0.113.9 tcp/443',
      'unknown',
      'whether policies allow egress from pod/gryffindor is not known: a peer by domainNames cannot be told from the API',
    ],
    [
      'what cannot be told matters only where it decides',
      { admin: { example: { egress: [towards('Deny', 'domain'), towards('Deny', '0.0.0.0/0')] } } },
      'gryffindor > 203.0.113.9 tcp/443',
      'deny',
      `egress from pod/gryffindor is denied by ${kind} example, its rule "Deny-domain"`,
    ],
    [
      'an enforcer that does not know them',
      { admin: denyThenBaseline('Deny'), by: { name: 'kube-router', says: 'kube-router' } },
      'gryffindor > slytherin tcp/80',
      'allow',
      'no policy closes egress from pod/gryffindor',
    ],
    [
      'an enforcer of which we do not know',
      { admin: denyThenBaseline('Deny'), by: { name: 'calico', says: 'calico' } },
      'gryffindor > slytherin tcp/80',
      'unknown',
      'whether policies allow egress from pod/gryffindor is not known: whether calico enforces policies of policy.networking.k8s.io is not known',
    ],
  ])('%s', (...[, world, flow, verdict, because]) => {
    expect(tell(world, flow, api)).toEqual([verdict, because]);
  });
});
