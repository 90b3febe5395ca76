// Stories for the fast tests: each fault injected once, told by the product at the top rung, and kept with what it said.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { bundleIn, reportsIn, STORIES, writeGolden, writeStory, type Story } from '../stories/story.js';
import { decoysDown, decoysUp } from './decoys.js';
import type { Fault, Flow } from './fault.js';
import { faultsLike, heal } from './faults.js';
import type { Lab } from './lab.js';
import { play } from './play.js';
import { productRun } from './product.js';
import { run } from './run.js';
import { survey } from './scene.js';
import { drawFrom } from './seed.js';

const PROGRAM = fileURLToPath(new URL('../../bin/kubectl-netdiag', import.meta.url));

export interface RecordOptions {
  readonly seed: number;
  /** The folder that gets a folder for each story. */
  readonly into: string | undefined;
}

/** Records every fault of the lab's set that is named like a glob; without one, all, and the healthy cluster. */
export async function record(lab: Lab, globs: readonly string[], { seed, into }: RecordOptions): Promise<number> {
  // A report is compared to the byte, and what a terminal can draw is part of it.
  process.env['LC_ALL'] = 'C.UTF-8';
  const faults = (await faultsLike(globs)).filter(({ flavours }) => flavours.includes(lab.flavour.set));
  const folder = resolve(into ?? STORIES);
  await heal(lab);
  await decoysUp(lab);
  const troubles: string[] = [];
  const said = (id: string, trouble: string): void => {
    console.log(`${trouble === '' ? 'recorded' : 'FAILED  '} ${id}${trouble === '' ? '' : `: ${trouble}`}`);
    if (trouble !== '') troubles.push(id);
  };
  try {
    if (globs.length === 0) said('healthy', await healthyStory(lab, folder));
    for (const [index, fault] of faults.entries())
      said(fault.id, await faultStory(lab, fault, { seed: seed + index, folder }));
  } finally {
    await decoysDown(lab);
  }
  console.log(
    `seed ${seed}: ${faults.length + Number(globs.length === 0) - troubles.length} passed, ${troubles.length} failed`,
  );
  return troubles.length === 0 ? 0 : 1;
}

interface Stage {
  readonly seed: number;
  readonly folder: string;
}

async function faultStory(lab: Lab, fault: Fault, { seed, folder }: Stage): Promise<string> {
  const set = lab.flavour.set;
  const dir = join(folder, `${fault.id}-${set.toLowerCase()}`);
  const story = { happened: fault.story, cause: fault.cause, recorded: `set ${set}, fault ${fault.id}, seed ${seed}` };
  let trouble = '';
  const played = await play(lab, fault, {
    seed,
    during: async (_scene, flow) => {
      trouble = await keep(lab, flow, { dir, story });
    },
  });
  return played.passed ? trouble : played.words;
}

async function healthyStory(lab: Lab, folder: string): Promise<string> {
  const { client, service } = drawFrom(await survey(lab), 1);
  const flow: Flow = { source: `pod/${client.pod}`, dest: `svc/${service.name}`, probe: 'http', port: service.port };
  const set = lab.flavour.set;
  const happened = 'nothing: a healthy cluster, with odd things on its nodes that harm nobody';
  const story = { happened, cause: 'none', recorded: `set ${set}, healthy` };
  return keep(lab, flow, { dir: join(folder, `healthy-${set.toLowerCase()}`), story });
}

interface Keeping {
  readonly dir: string;
  readonly story: Story;
}

/** One live run leaves evidence and both reports; told again from the evidence, they must be the same to the byte. */
async function keep(lab: Lab, flow: Flow, { dir, story }: Keeping): Promise<string> {
  mkdirSync(dir, { recursive: true });
  const evidence = bundleIn(dir);
  const scratch = mkdtempSync(join(tmpdir(), 'story-'));
  try {
    const live = reportsIn(join(scratch, 'live'));
    const said = await productRun(lab, flow, { more: [...live.flags, '--save-evidence', evidence] });
    if (said.trouble !== '') return said.trouble;
    writeStory(dir, story);
    writeGolden(dir, live.read());
    const again = reportsIn(join(scratch, 'again'));
    await run([process.execPath, PROGRAM, '--from-bundle', evidence, ...again.flags]);
    if (!isDeepStrictEqual(again.read(), live.read())) return 'told again from the evidence, it is not the same';
    const first = said.findings[0]?.id ?? 'none';
    return story.cause === 'none' || first === story.cause ? '' : `first finding ${first}, expected ${story.cause}`;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
