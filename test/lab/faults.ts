// The faults, one file each beside this one, and the three things one can do with them.
import { readdirSync } from 'node:fs';
import type { Fault, Sees } from './fault.js';
import type { Lab } from './lab.js';
import { forgetScene, newScene, savedScene, type Scene } from './scene.js';

const FOLDER = new URL('faults/', import.meta.url);

/** Every fault, by name. A file that exports none, or one named otherwise than itself, is an error. */
export async function allFaults(): Promise<readonly Fault[]> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts'));
  return Promise.all(files.toSorted().map(load));
}

async function load(file: string): Promise<Fault> {
  const { fault }: { readonly fault?: Fault } = await import(new URL(file, FOLDER).href);
  if (fault === undefined || `${fault.id}.ts` !== file)
    throw new Error(`faults/${file} must export a fault named like it`);
  return fault;
}

export async function faultsLike(globs: readonly string[]): Promise<readonly Fault[]> {
  const all = await allFaults();
  const chosen = globs.length === 0 ? all : all.filter(({ id }) => globs.some((glob) => like(glob, id)));
  if (chosen.length === 0) throw new Error(`no fault is named like ${globs.join(' ')}: npm run lab -- list`);
  return chosen;
}

function like(glob: string, id: string): boolean {
  const pattern = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`).test(id);
}

export async function listFaults(): Promise<string> {
  const lines = (await allFaults()).map(
    ({ id, layer, flavours, sees, cause }) =>
      `${id.padEnd(36)} ${layer}  ${flavours.join('').padEnd(4)} ${seesText(sees).padEnd(44)} ${cause}`,
  );
  return [`${'fault'.padEnd(36)} at  sets ${'a plain client sees'.padEnd(44)} cause`, ...lines].join('\n');
}

function seesText(sees: Sees): string {
  if (typeof sees === 'string') return sees;
  const { default: usual, ...other } = sees;
  return [usual, ...Object.entries(other).map(([feature, seen]) => `${seen} with ${feature}`)].join(', ');
}

export async function inject(lab: Lab, id: string, seed: number): Promise<void> {
  const fault = await named(id);
  if (!fault.flavours.includes(lab.flavour.set)) {
    throw new Error(`${id} is a fault of set ${fault.flavours.join(', ')}; set ${lab.flavour.set} is running`);
  }
  if (savedScene(lab, id) !== undefined) throw new Error(`${id} is injected already: npm run lab -- heal ${id}`);
  const scene = await newScene(lab, id, seed);
  await fault.prepare?.(scene);
  await fault.inject(scene);
  const flow = fault.flow(scene);
  console.log(`${id} injected with seed ${seed}: ${flow.source} -> ${flow.dest}, evidence: ${fault.object(scene)}`);
}

/** Heals one fault, or whatever any process left injected. */
export async function heal(lab: Lab, id?: string): Promise<void> {
  const faults = id === undefined ? await allFaults() : [await named(id)];
  const open = faults.flatMap((fault) => {
    const scene = savedScene(lab, fault.id);
    return scene === undefined ? [] : [{ fault, scene }];
  });
  for (const { fault, scene } of open) {
    await fault.heal(scene);
    await tidy(fault, scene);
  }
  console.log(open.length === 0 ? 'nothing to heal' : `healed ${open.map(({ fault }) => fault.id).join(', ')}`);
}

export async function tidy(fault: Fault, scene: Scene): Promise<void> {
  await fault.tidy?.(scene);
  forgetScene(scene.lab, fault.id);
}

async function named(id: string): Promise<Fault> {
  const fault = (await allFaults()).find((each) => each.id === id);
  if (fault === undefined) throw new Error(`no fault is named ${id}: npm run lab -- list`);
  return fault;
}
