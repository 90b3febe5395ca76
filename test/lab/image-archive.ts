import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { chmodSync, copyFileSync, lstatSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { which } from './packages.js';
import { must } from './run.js';
import { LabError, type Settings } from './settings.js';

export interface Image {
  readonly ref: string;
  /** programs of the machine, copied with their libraries to the same path */
  readonly programs: readonly string[];
  /** path in the image -> file on the machine */
  readonly files: Readonly<Record<string, string>>;
  /** path in the image -> target of a symbolic link */
  readonly links: Readonly<Record<string, string>>;
  readonly folders?: readonly string[];
  readonly texts?: Readonly<Record<string, string>>;
  /** path in the image -> folder on the machine, copied whole */
  readonly trees?: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, readonly string[]>>;
}

const rootfs = join(import.meta.dirname, 'sh/rootfs.sh');

/** The archive of an image, built when no archive of the same inputs is in the cache. */
export async function archiveOf(of: Settings, image: Image): Promise<string> {
  const name = image.ref.replace(/^.*\//, '').replace(':', '-');
  const folder = join(of.cache, 'images');
  const file = join(folder, `${name}-${keyOf(image).slice(0, 16)}.tar`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  for (const old of readdirSync(folder)) if (old.startsWith(`${name}-`)) rmSync(join(folder, old));
  const work = mkdtempSync(join(tmpdir(), 'netdiag-image-'));
  try {
    await fill(join(work, 'root'), image);
    await pack(work, image);
    await must(['mv', join(work, 'image.tar'), `${file}.part`]);
    renameSync(`${file}.part`, file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return file;
}

// Size and time stand for a file's bytes: hashing half a gigabyte of programs at every start would cost seconds.
function keyOf(image: Image): string {
  const hash = createHash('sha256').update(JSON.stringify(image)).update(readFileSync(rootfs));
  const inputs = [...image.programs.map(located), ...Object.values(image.files), ...Object.values(image.trees ?? {})];
  for (const file of inputs) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function located(program: string): string {
  const file = which(program);
  if (file === undefined) throw new LabError(`${program} is needed for an image and is not on this machine`);
  return file;
}

async function fill(root: string, image: Image): Promise<void> {
  const inside = (path: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    return join(root, path);
  };
  for (const folder of ['tmp', 'etc', 'run', ...(image.folders ?? [])])
    mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  if (image.programs.length > 0) await must([rootfs, root, ...image.programs.map(located)], { timeoutMs: 120_000 });
  for (const [to, from] of Object.entries(image.files)) {
    copyFileSync(from, inside(to));
    // Every one is run, and a script out of a module's copy has lost the right to be.
    chmodSync(join(root, to), 0o755);
  }
  for (const [to, from] of Object.entries(image.trees ?? {})) await must(['cp', '-rT', from, inside(to)]);
  for (const [to, text] of Object.entries(image.texts ?? {})) writeFileSync(inside(to), text);
  for (const [to, target] of Object.entries(image.links)) {
    if (lstatSync(join(root, to), { throwIfNoEntry: false }) !== undefined) rmSync(join(root, to));
    symlinkSync(target, inside(to));
  }
}

// One layer in the docker-archive layout; fixed times and owners, so that the same inputs give the same bytes.
async function pack(work: string, image: Image): Promise<void> {
  const fixed = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  const layer = join(work, 'layer.tar');
  await must(['tar', ...fixed, '-C', join(work, 'root'), '-cf', layer, '.'], { timeoutMs: 300_000 });
  const sum = (await must(['sha256sum', layer])).split(' ')[0];
  const config = {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: image.config,
    rootfs: { type: 'layers', diff_ids: [`sha256:${sum}`] },
    history: [{ created_by: 'lab' }],
  };
  writeFileSync(join(work, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: [image.ref], Layers: ['layer.tar'] }];
  writeFileSync(join(work, 'manifest.json'), JSON.stringify(manifest));
  const parts = ['manifest.json', 'config.json', 'layer.tar'];
  await must(['tar', ...fixed, '-C', work, '-cf', join(work, 'image.tar'), ...parts], { timeoutMs: 300_000 });
}
