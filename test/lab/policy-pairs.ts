// Every pair that is tried under a set of policies, with what is predicted of it.
import type { PodObject, PolicyObject } from '../../src/facts/kube.js';
import type { Enforcer } from '../../src/facts/policy.js';
import type { PolicedEnd } from '../../src/model/policed.js';
import { nameLabel } from '../../src/model/policies.js';
import { selects } from '../../src/model/selects.js';
import { intend, trafficsOf, type Way } from '../../src/path/policy/intended.js';
import { sideText } from '../../src/path/policy/reason.js';
import type { Traffic } from '../../src/path/policy/traffic.js';
import type { Lab } from './lab.js';
import { NAMESPACES, type Stage } from './policy-ground.js';
import type { Target } from './policy-tries.js';

const PORTS = [
  { protocol: 'tcp', port: 8080 },
  { protocol: 'tcp', port: 9000 },
  { protocol: 'udp', port: 9001 },
] as const;
const KUBELET = { protocol: 'tcp', port: 10250 } as const;

export interface Pair {
  /** A pod's `namespace/name`, or a node's name. */
  readonly from: string;
  readonly to: string;
  readonly target: Target;
  readonly predicted: Way;
  /** The packet as each end's policies see it, in the order of the prediction's sides. */
  readonly traffics: readonly Traffic[];
}
export interface World {
  readonly at: Stage;
  readonly policies: readonly PolicyObject[];
  readonly enforcer: Enforcer;
  readonly lab: Lab;
}
interface Named {
  readonly name: string;
  readonly ip: string;
  readonly end: PolicedEnd;
}

export function pairs(world: World): readonly Pair[] {
  const pods = world.at.pods.map((pod) => podEnd(pod, world.policies));
  const workers = world.at.nodes.map(({ name }) => nodeEnd(name, world));
  const toPods = [...pods, ...workers].flatMap((source) =>
    pods
      .filter((dest) => dest !== source)
      .flatMap((dest) => PORTS.map((port) => pair({ source, dest, target: { ...port, ip: dest.ip } }, world))),
  );
  const toNodes = pods.flatMap((source) =>
    workers.map((dest) => pair({ source, dest: sentTo(dest), target: { ...KUBELET, ip: dest.ip } }, world)),
  );
  return [...toPods, ...toNodes];
}

function podEnd(pod: PodObject, policies: readonly PolicyObject[]): Named {
  const { namespace, labels } = pod;
  const selecting = policies.filter((one) => one.namespace === namespace && selects(one.podSelector, labels));
  const namespaceLabels = { ...NAMESPACES[namespace], ...nameLabel(namespace) };
  return {
    name: `${namespace}/${pod.name}`,
    ip: pod.ip ?? '',
    end: { kind: 'pod', pod, selecting, namespaceLabels },
  };
}

/** Over host-gw a node sends from its own address; over an overlay from its overlay's. */
function nodeEnd(name: string, { at, lab }: World): Named {
  const node = at.nodes.find((one) => one.name === name);
  const podCidrs = lab.flavour.cni === 'host-gw' ? [] : (node?.podCidrs ?? []);
  const addresses = node?.internalIps ?? [];
  return { name, ip: addresses[0] ?? '', end: { kind: 'node', name, labels: node?.labels ?? {}, addresses, podCidrs } };
}

/** A node that is sent to is sent to at this very address. */
const sentTo = (dest: Named): Named =>
  dest.end.kind === 'node' ? { ...dest, end: { ...dest.end, podCidrs: [] } } : dest;

function pair(
  { source, dest, target }: { readonly source: Named; readonly dest: Named; readonly target: Target },
  { enforcer, at }: World,
): Pair {
  const dests = [{ end: dest.end, port: target.port }];
  const seen = { observed: 'none', siblings: at.everyPod, siblingsAreAll: true } as const;
  const common = { kind: 'read', enforcer, dns: false, translated: false, ...seen } as const;
  const policed = { ...common, source: source.end, dests, protocol: target.protocol.toUpperCase() };
  const told = intend(policed, { admin: [] });
  const [predicted] = told.ways;
  if (!predicted) throw new Error('a pair without a way');
  return { from: source.name, to: dest.name, target, predicted, traffics: trafficsOf(policed, told.dialect) };
}

export function explain({ from, to, target, predicted }: Pair): string {
  const port = `${target.port}/${target.protocol}`;
  const seen = predicted.verdict === 'allow' ? 'refused' : 'answered';
  const reasons = predicted.sides.map((side) => `      ${sideText(side, port)}`);
  return [`    ${from} -> ${to} ${port}: predicted ${predicted.verdict}, ${seen}`, ...reasons].join('\n');
}
