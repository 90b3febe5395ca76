// npx tsx test/lab/policy-property.ts --sets 150 --seed N [--only 12,34]: random policies, applied; all pairs predicted, and tried for real.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { enforcer as sampleEnforcer } from '../../src/checks/samples-policy.js';
import type { PodObject, PolicyObject } from '../../src/facts/kube.js';
import type { Enforcer } from '../../src/facts/policy.js';
import type { PolicedEnd } from '../../src/model/policed.js';
import { nameLabel } from '../../src/model/policies.js';
import { selects } from '../../src/model/selects.js';
import { intend, type Way } from '../../src/path/policy/intended.js';
import { sideText } from '../../src/path/policy/reason.js';
import { openLab, type Lab } from './lab.js';
import { applySet, groundDown, groundUp, NAMESPACES, probe, stage, type Stage, type Target } from './policy-ground.js';
import { drawSet } from './policy-draw.js';
import { forgetScene, newScene, type Scene } from './scene.js';

const PORTS = [
  { protocol: 'tcp', port: 8080 },
  { protocol: 'tcp', port: 9000 },
  { protocol: 'udp', port: 9001 },
] as const;
const KUBELET = { protocol: 'tcp', port: 10250 } as const;
/** Cilium answers its endpoints one by one, and nothing says when it is done. */
const PATIENT_TRIES = 6;

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly target: Target;
  readonly predicted: Way;
}
interface Tally {
  allowed: number;
  denied: number;
  unknown: number;
  readonly wrong: string[];
}

async function enforcerOf(scene: Scene): Promise<Enforcer> {
  const { policy } = scene.lab.flavour;
  if (policy === 'none') throw new Error('nobody enforces policies in this lab: npm run lab -- up --set B');
  if (policy === 'kube-router') return sampleEnforcer();
  const data = await scene.kubectl('get', 'configmap', 'cilium-config', '-n', 'kube-system', '-o', 'jsonpath={.data}');
  return sampleEnforcer({ name: 'cilium', says: 'cilium', settings: JSON.parse(data) });
}

export interface World {
  readonly at: Stage;
  readonly policies: readonly PolicyObject[];
  readonly enforcer: Enforcer;
  readonly lab: Lab;
}

function podEnd(pod: PodObject, policies: readonly PolicyObject[]): PolicedEnd {
  const { namespace, labels } = pod;
  const selecting = policies.filter((one) => one.namespace === namespace && selects(one.podSelector, labels));
  return { kind: 'pod', pod, selecting, namespaceLabels: { ...NAMESPACES[namespace], ...nameLabel(namespace) } };
}

/** Over host-gw a node sends from its own address; over an overlay from its overlay's. */
function nodeEnd(name: string, { at, lab }: World): PolicedEnd {
  const node = at.nodes.find((one) => one.name === name);
  const podCidrs = lab.flavour.cni === 'host-gw' ? [] : (node?.podCidrs ?? []);
  return { kind: 'node', name, labels: node?.labels ?? {}, addresses: node?.internalIps ?? [], podCidrs };
}

export function pairs(world: World): readonly Pair[] {
  const { at, policies } = world;
  const ends = at.pods.map((pod) => ({
    name: `${pod.namespace}/${pod.name}`,
    ip: pod.ip ?? '',
    pod,
    end: podEnd(pod, policies),
  }));
  const workers = at.nodes.map(({ name, internalIps }) => ({
    name,
    ip: internalIps[0] ?? '',
    end: nodeEnd(name, world),
  }));
  const toPods = [...ends, ...workers].flatMap((source) =>
    ends
      .filter((dest) => dest !== source)
      .flatMap((dest) =>
        PORTS.map((port) =>
          pair(
            {
              source,
              dest,
              target: { ...port, ip: dest.ip },
            },
            world,
          ),
        ),
      ),
  );
  const toNodes = ends.flatMap((source) =>
    workers.map((dest) => pair({ source, dest: sentTo(dest), target: { ...KUBELET, ip: dest.ip } }, world)),
  );
  return [...toPods, ...toNodes];
}

interface Named {
  readonly name: string;
  readonly ip: string;
  readonly end: PolicedEnd;
}
/** A node that is sent to is sent to at this very address. */
const sentTo = (dest: Named): Named =>
  dest.end.kind === 'node' ? { ...dest, end: { ...dest.end, podCidrs: [] } } : dest;

function pair(
  one: {
    readonly source: Named;
    readonly dest: Named;
    readonly target: Target;
  },
  { enforcer, at }: World,
): Pair {
  const { source, dest, target } = one;
  const spaces = [source, dest].flatMap(({ end }) => (end.kind === 'pod' ? [end.pod.namespace] : []));
  const siblings = at.pods.filter(({ namespace }) => spaces.includes(namespace));
  const dests = [{ end: dest.end, port: target.port }];
  const common = { kind: 'read', enforcer, observed: 'none', dns: false, translated: false } as const;
  const told = intend(
    { ...common, source: source.end, dests, protocol: target.protocol.toUpperCase(), siblings },
    { admin: [] },
  );
  const [predicted] = told.ways;
  if (!predicted) throw new Error('a pair without a way');
  return { from: source.name, to: dest.name, target, predicted };
}

/** What is predicted and was seen otherwise; asked again, because programming takes its time. */
async function disagreements(scene: Scene, world: World, all: readonly Pair[]): Promise<readonly Pair[]> {
  let open: readonly Pair[] = all.filter(({ predicted }) => predicted.verdict !== 'unknown');
  for (let turn = 0; turn < PATIENT_TRIES && open.length > 0; turn += 1) {
    if (turn > 0) await new Promise((done) => setTimeout(done, 1500));
    open = await seenOtherwise(scene, world, open);
  }
  return open;
}

async function seenOtherwise(scene: Scene, { at }: World, asked: readonly Pair[]): Promise<readonly Pair[]> {
  const sources = [...new Set(asked.map(({ from }) => from))];
  const found = await Promise.all(
    sources.map(async (from) => {
      const own = asked.filter((one) => one.from === from);
      const answered = await probe(scene, at, { from, to: own.map(({ target }) => target) });
      return own.filter(({ predicted }, index) => (predicted.verdict === 'allow') !== answered[index]);
    }),
  );
  return found.flat();
}

function explain({ from, to, target, predicted }: Pair): string {
  const port = `${target.port}/${target.protocol}`;
  const seen = predicted.verdict === 'allow' ? 'refused' : 'answered';
  const reasons = predicted.sides.map((side) => `      ${sideText(side, port)}`);
  return [`    ${from} -> ${to} ${port}: predicted ${predicted.verdict}, ${seen}`, ...reasons].join('\n');
}

async function playSet(
  scene: Scene,
  tally: Tally,
  set: { at: Stage; enforcer: Enforcer; seed: number },
): Promise<void> {
  const { at, enforcer, seed } = set;
  const drawn = drawSet(seed, at.ground);
  const policies = await applySet(scene, drawn, seed);
  const world = { at, policies, enforcer, lab: scene.lab };
  const all = pairs(world);
  for (const { predicted } of all) {
    if (predicted.verdict === 'allow') tally.allowed += 1;
    else if (predicted.verdict === 'deny') tally.denied += 1;
    else tally.unknown += 1;
  }
  const wrong = await disagreements(scene, world, all);
  if (wrong.length === 0) return;
  const text = [
    `  seed ${seed}: ${wrong.length} disagreements`,
    ...wrong.slice(0, 4).map(explain),
    `    ${JSON.stringify(drawn)}`,
  ];
  tally.wrong.push(text.join('\n'));
  console.log(text.join('\n'));
}

async function main(): Promise<number> {
  const value = { type: 'string' } as const;
  const { values } = parseArgs({ options: { sets: value, seed: value, only: value, keep: { type: 'boolean' } } });
  const sets = Number(values.sets ?? 150);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
  // Sets that disagreed once, by their number.
  const indexes = values.only?.split(',').map(Number) ?? Array.from({ length: sets }, (_, index) => index);
  const started = Date.now();
  const lab = await openLab();
  const scene = await newScene(lab, 'policy-property', seed);
  const tally: Tally = { allowed: 0, denied: 0, unknown: 0, wrong: [] };
  try {
    const enforcer = await enforcerOf(scene);
    await groundUp(scene);
    const at = await stage(scene);
    console.log(`${sets} sets from seed ${seed}, enforced by ${enforcer.says}`);
    for (const index of indexes) {
      await playSet(scene, tally, { at, enforcer, seed: seed * 1000 + index });
      if ((index + 1) % 10 === 0)
        console.log(`  ${index + 1} sets, ${tally.wrong.length} wrong, ${Math.round((Date.now() - started) / 1000)} s`);
    }
  } finally {
    if (values.keep !== true) await groundDown(scene);
    forgetScene(lab, 'policy-property');
  }
  return conclude(tally, { sets: indexes.length, seed, seconds: (Date.now() - started) / 1000 });
}

function conclude(tally: Tally, { sets, seed, seconds }: { sets: number; seed: number; seconds: number }): number {
  const { allowed, denied, unknown, wrong } = tally;
  const total = allowed + denied + unknown;
  const share = (part: number): string => `${((part / total) * 100).toFixed(1)} %`;
  console.log(
    `${total} pairs in ${sets} sets of seed ${seed}, ${seconds.toFixed(0)} s: ${share(allowed)} allowed, ${share(denied)} denied, ${share(unknown)} not known, ${wrong.length} sets with disagreements`,
  );
  // Dice that deny nothing prove nothing.
  const isFair = allowed / total > 0.1 && denied / total > 0.1;
  if (!isFair) console.log('the draw is one-sided: at least a tenth must be allowed, and a tenth denied');
  return wrong.length > 0 || unknown / total > 0.05 || !isFair ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
