// What an enforcer has programmed for a pod at an end of a pair: printed with a disagreement, so that nobody plays it again by hand.
import type { PodObject } from '../../src/facts/kube.js';
import { ciliumDbg, ciliumEndpoint } from './agents.js';
import { quote } from './client.js';
import type { Stage } from './policy-ground.js';
import type { Pair } from './policy-pairs.js';
import type { Scene } from './scene.js';

/** Both ends that are pods: the one's egress, the other's ingress. */
export async function programmedFor(scene: Scene, at: Stage, { from, to }: Pair): Promise<string> {
  const ends = [from, to].flatMap((name) => at.pods.filter((pod) => `${pod.namespace}/${pod.name}` === name));
  const told = await Promise.all(
    ends.map(async (pod) => {
      const lines = scene.lab.flavour.policy === 'cilium' ? await ciliumMap(scene, pod) : await chains(scene, pod);
      return [`    ${pod.namespace}/${pod.name} ${pod.ip} on ${pod.node}:`, ...lines.map((line) => `      ${line}`)];
    }),
  );
  return told.flat().join('\n');
}

async function ciliumMap(scene: Scene, { ip = '', node = '' }: PodObject): Promise<readonly string[]> {
  const endpoint = await ciliumEndpoint(scene, node, ip);
  if (endpoint === undefined) return ['no endpoint has its address'];
  return linesOf(await ciliumDbg(scene, node, 'bpf', 'policy', 'get', endpoint));
}

/** Its own chain, the policies' chains it is run through, and the sets these look into. */
async function chains(scene: Scene, { ip, node = '' }: PodObject): Promise<readonly string[]> {
  const rules = linesOf(
    await scene.on(node, 'iptables-nft-save -t filter; iptables-legacy-save -t filter 2>/dev/null; true'),
  );
  const [jump] = rules
    .filter((line) => line.includes(`-d ${ip}/32`))
    .flatMap((line) => wordsLike(line, 'KUBE-POD-FW-'));
  const own = rules.filter((line) => jump !== undefined && line.startsWith(`-A ${jump} `));
  const policies = new Set(own.flatMap((line) => wordsLike(line, 'KUBE-NWPLCY-')));
  const inside = rules.filter((line) => [...policies].some((chain) => line.startsWith(`-A ${chain} `)));
  const sets = new Set(
    [...own, ...inside].flatMap((line) => [...wordsLike(line, 'KUBE-SRC-'), ...wordsLike(line, 'KUBE-DST-')]),
  );
  const members = await Promise.all([...sets].map((set) => scene.on(node, `ipset save ${quote(set)}`)));
  return [...own, ...inside, ...members.flatMap(linesOf).filter((line) => line.startsWith('add '))];
}

const wordsLike = (line: string, prefix: string): readonly string[] =>
  line.split(' ').filter((word) => word.startsWith(prefix));
const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '');
