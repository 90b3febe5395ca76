// Records of many small situations of every family, to judge many simulators by without asking the kernel each time.
import { cluster } from './cluster.js';
import { recordCluster } from './cluster-record.js';
import { isRejected } from './kernel.js';
import { dice } from './random.js';
import { record } from './record.js';
import { type Family, isOpen, situation } from './situation.js';

const FAMILIES: readonly (Family | 'cluster')[] = [
  'routes',
  'nat',
  'iptables-nft',
  'cluster',
  'nft',
  'iptables-legacy',
  'nat',
  'nft',
];
const [PACKETS, CLUSTER_PACKETS] = [60, 40];

/** One record a line. */
export async function recordCorpus(seed: number, situations: number): Promise<string> {
  const lines: string[] = [];
  for (let at = 0; at < situations; at += 1) {
    const open = isOpen(seed, at);
    const rolled = dice(seed * 1_000_003 + at);
    const family = FAMILIES[at % FAMILIES.length] ?? 'routes';
    // One after the other: each has the machine to itself.
    const recorded =
      family === 'cluster'
        ? await recordCluster(cluster(rolled, { packets: CLUSTER_PACKETS, open }))
        : await record(situation(rolled, family, { packets: PACKETS, open }));
    if (!isRejected(recorded)) lines.push(JSON.stringify(recorded));
  }
  return `${lines.join('\n')}\n`;
}
