// Random policies over a handful of pods: every field of networking.k8s.io/v1, and the mistakes people make in each.
import { dice, type Dice } from '../oracle/random.js';

export interface Drawn {
  readonly namespace: string;
  readonly name: string;
  readonly spec: object;
}
/** What there is to select, and what addresses there are. */
export interface Ground {
  readonly namespaces: readonly string[];
  readonly podIps: readonly string[];
  readonly podRanges: readonly string[];
  readonly nodeRange: string;
}

const LABELS: readonly (readonly [key: string, values: readonly string[]])[] = [
  ['app', ['web', 'api', 'db']],
  ['tier', ['front', 'back']],
];
const NAMESPACE_LABELS: typeof LABELS = [
  ['team', ['a', 'b', 'nobody']],
  ['env', ['prod', 'test']],
  ['kubernetes.io/metadata.name', ['pol-a', 'pol-b', 'pol-c']],
];

export function drawSet(seed: number, ground: Ground): readonly Drawn[] {
  const die = dice(seed);
  const count = 1 + die.below(6);
  return Array.from({ length: count }, (_, at) => policy(die, ground, `drawn-${at}`));
}

function policy(die: Dice, ground: Ground, name: string): Drawn {
  // None: as people write it who leave the defaults to the API server.
  const [types] = die.pick([[['Ingress']], [['Egress']], [['Ingress', 'Egress']], []]);
  const isIn = types?.includes('Ingress') ?? true;
  const isOut = types?.includes('Egress') ?? die.chance(0.3);
  const spec = {
    podSelector: selector(die, LABELS),
    ...(types ? { policyTypes: types } : {}),
    ...(isIn ? { ingress: rules(die, ground, 'from') } : {}),
    ...(isOut ? { egress: rules(die, ground, 'to') } : {}),
  };
  return { namespace: die.pick(ground.namespaces), name, spec };
}

function selector(die: Dice, labels: typeof LABELS): object {
  if (die.chance(0.3)) return {};
  const [key, values] = die.pick(labels);
  if (die.chance(0.5)) return { matchLabels: { [key]: die.pick(values) } };
  const operator = die.pick(['In', 'NotIn', 'Exists', 'DoesNotExist']);
  const some = values.filter(() => die.chance(0.6));
  const listed = operator === 'In' || operator === 'NotIn' ? { values: some.length > 0 ? some : [values[0]] } : {};
  return { matchExpressions: [{ key, operator, ...listed }] };
}

/** An empty rule allows everybody at every port; no rule allows nobody. */
function rules(die: Dice, ground: Ground, side: 'from' | 'to'): readonly object[] {
  return Array.from({ length: die.below(4) }, () => {
    const peers = Array.from({ length: die.pick([0, 1, 1, 2]) }, () => peer(die, ground));
    const ports = Array.from({ length: die.pick([0, 0, 1, 2]) }, () => port(die));
    return { ...(peers.length > 0 ? { [side]: peers } : {}), ...(ports.length > 0 ? { ports } : {}) };
  });
}

function peer(die: Dice, ground: Ground): object {
  const roll = die.below(8);
  if (roll < 3) return { podSelector: selector(die, LABELS) };
  if (roll < 5) return { namespaceSelector: selector(die, NAMESPACE_LABELS) };
  if (roll < 6) return { namespaceSelector: selector(die, NAMESPACE_LABELS), podSelector: selector(die, LABELS) };
  return { ipBlock: block(die, ground) };
}

/** Blocks of pods and nodes, which the API leaves to the enforcer, and the whole world with holes. */
function block(die: Dice, { podIps, podRanges, nodeRange }: Ground): object {
  const one = (): string => `${die.pick(podIps)}/32`;
  return die.pick([
    () => ({ cidr: one() }),
    () => ({ cidr: die.pick(podRanges) }),
    () => ({ cidr: nodeRange }),
    () => ({ cidr: '0.0.0.0/0', except: [one(), one()].filter((cidr, at, all) => all.indexOf(cidr) === at) }),
    () => ({ cidr: '0.0.0.0/0', except: [die.pick(podRanges)] }),
  ])();
}

function port(die: Dice): object {
  return die.pick([
    () => ({ protocol: 'TCP', port: die.pick([8080, 9000, 80]) }),
    () => ({ protocol: 'UDP', port: die.pick([9001, 9000]) }),
    () => ({
      protocol: 'TCP',
      port: die.pick([8000, 8080]),
      endPort: die.pick([8079, 8080, 9000].map((end) => Math.max(end, 8080))),
    }),
    () => ({ protocol: 'TCP', port: die.pick(['http', 'web', 'echo', 'nobody']) }),
    () => ({ protocol: 'UDP', port: die.pick(['echo-udp', 'echo']) }),
    () => ({ protocol: die.pick(['TCP', 'UDP']) }),
    () => ({ port: 9000 }),
  ])();
}
