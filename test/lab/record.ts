import { mkdirSync } from 'node:fs';
import { productRun } from './product.js';
import { healthy } from './play.js';
import { faultsLike, heal, inject } from './faults.js';
import type { Lab } from './lab.js';
import { savedScene } from './scene.js';

const STORIES = new URL('../stories/', import.meta.url);

/** Injects a fault, lets the product save what it saw as a story for the fast tests, and heals. */
export async function record(lab: Lab, id: string, seed: number): Promise<void> {
  const [fault] = await faultsLike([id]);
  if (fault === undefined) return;
  await inject(lab, id, seed);
  const scene = savedScene(lab, id);
  if (scene === undefined) throw new Error(`${id} left no scene behind`);
  try {
    const file = new URL(`${id}-${lab.flavour.set.toLowerCase()}.tar.gz`, STORIES).pathname;
    mkdirSync(STORIES, { recursive: true });
    const ran = await productRun(lab, fault.flow(scene), { more: ['--save-evidence', file] });
    console.log(`${file}: ${ran.trouble || `exit ${ran.exitCode}, first finding ${ran.findings[0]?.id ?? 'none'}`}`);
  } finally {
    await heal(lab, id);
    await healthy(scene, fault.flow(scene), 'after');
  }
}
