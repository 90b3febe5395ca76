// Tries pairs for real: all sources of a node in one go, each from its own network.
import { readFileSync } from 'node:fs';
import { quote } from './client.js';
import type { Stage } from './policy-ground.js';
import type { Pair } from './policy-pairs.js';
import type { Scene } from './scene.js';

export interface Target {
  readonly protocol: 'tcp' | 'udp';
  readonly ip: string;
  readonly port: number;
}

const SCRIPT = readFileSync(new URL('sh/policy-probe.py', import.meta.url), 'utf8');
/** What a denial looks like a lost packet may look like, too, and a busy machine answers late: neither does so six times. */
const PATIENT_TRIES = 6;

/** What is predicted and was seen otherwise each time. */
export async function disagreements(scene: Scene, at: Stage, all: readonly Pair[]): Promise<readonly Pair[]> {
  let open: readonly Pair[] = all.filter(({ predicted }) => predicted.verdict !== 'unknown');
  for (let turn = 0; turn < PATIENT_TRIES && open.length > 0; turn += 1) {
    if (turn > 0) await new Promise((done) => setTimeout(done, 1500));
    open = await seenOtherwise(scene, at, open);
  }
  return open;
}

async function seenOtherwise(scene: Scene, at: Stage, asked: readonly Pair[]): Promise<readonly Pair[]> {
  const found = await Promise.all(
    at.nodes.map(async ({ name }) => {
      const here = asked.filter(({ from }) => placeOf(at, from).node === name);
      if (here.length === 0) return [];
      const words = here.map(({ from, target }) => {
        return [placeOf(at, from).pid, target.protocol, target.ip, target.port].join(',');
      });
      const answered = (await scene.on(name, `python3 -c ${quote(SCRIPT)} ${words.join(' ')}`)).trim();
      if (answered.length !== here.length) throw new Error(`${here.length} tries on ${name} gave ${answered}`);
      return here.filter(({ predicted }, index) => (predicted.verdict === 'allow') !== (answered[index] === '1'));
    }),
  );
  return found.flat();
}

/** A node is itself its place: process 0 is what runs there anyway. */
const placeOf = ({ places }: Stage, from: string): { readonly node: string; readonly pid: string } =>
  places.get(from) ?? { node: from, pid: '0' };
