// What the product's comparison of rules and maps with the policies says of a set that is programmed: nothing, or it cries wolf.
import { readCiliumMaps } from '../../src/facts/asks/cilium.js';
import { readNetfilter } from '../../src/facts/asks/netfilter.js';
import type { CiliumMaps } from '../../src/facts/ebpf.js';
import { isUnreadable, type Answered } from '../../src/facts/fact.js';
import type { Netfilter } from '../../src/facts/netfilter.js';
import { mapDrifts } from '../../src/path/policy/cilium-map.js';
import { driftsOf } from '../../src/path/policy/kube-router.js';
import type { Drift } from '../../src/path/policy/kube-router-sets.js';
import { ciliumDbg } from './agents.js';
import type { Pair } from './policy-pairs.js';
import type { Scene } from './scene.js';

type Held = { readonly maps: CiliumMaps } | { readonly netfilter: Netfilter };

/** Each once: a set of a policy that is wrong is wrong for all its pairs. */
export async function driftsIn(
  scene: Scene,
  nodes: readonly string[],
  all: readonly Pair[],
): Promise<readonly string[]> {
  const isCilium = scene.lab.flavour.policy === 'cilium';
  const held = await Promise.all(
    nodes.map(async (node): Promise<readonly [string, Held]> => {
      return [node, isCilium ? { maps: await mapsOf(scene, node) } : { netfilter: await netfilterOf(scene, node) }];
    }),
  );
  const byNode = new Map(held);
  const sides = all.flatMap(({ traffics, predicted }) =>
    traffics.flatMap((traffic, at) => {
      const side = predicted.sides[at];
      return side ? [{ traffic, side }] : [];
    }),
  );
  const said = sides.flatMap(({ traffic, side }) => {
    const node = traffic.self.pod.node ?? '';
    const of = byNode.get(node);
    if (!of) return [`nothing was read of node ${node}`];
    const found = 'maps' in of ? mapDrifts({ node, traffic, side, ...of }) : driftsOf({ node, traffic, ...of });
    if (!found) return [`nothing can be compared on ${node} for pod/${traffic.self.pod.name}`];
    return 'skips' in found ? [] : found.map(driftText);
  });
  return [...new Set(said)];
}

const driftText = ({ says, shows }: Drift): string => `${says}: ${shows}`;

const answered = (text: string): Answered => {
  return { kind: 'answered', tool: '', text, exit: 0, stderr: '', elapsedMs: 0, through: '' };
};

async function netfilterOf(scene: Scene, node: string): Promise<Netfilter> {
  const rules = await scene.on(node, 'iptables-nft-save');
  const sets = await scene.on(node, 'ipset save');
  const read = readNetfilter({
    iptables: answered(`#backend nft\n${rules}`),
    ipsets: answered(sets),
    nft: answered(''),
  });
  if (isUnreadable(read)) throw new Error(read.unreadable);
  return read;
}

async function mapsOf(scene: Scene, node: string): Promise<CiliumMaps> {
  const dump = (...words: readonly string[]): Promise<string> => ciliumDbg(scene, node, 'bpf', ...words, '-o', 'json');
  const services = await dump('lb', 'list');
  const [endpoints, identities] = [await dump('endpoint', 'list'), await dump('ipcache', 'list')];
  const read = readCiliumMaps([services, endpoints, identities, await dump('policy', 'get', '--all')]);
  if (isUnreadable(read)) throw new Error(read.unreadable);
  return read;
}
