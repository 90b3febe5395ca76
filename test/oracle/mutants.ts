// `npm run oracle -- --mutants`: breaks the simulator in many small ways and sees that recorded cases or its tests tell.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Mutant, allMutants, mutated } from './mutate.js';
import { type Dice, dice } from './random.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Of one file, so that long ones do not have them all. */
const MOST_OF_A_FILE = 2;
const PATIENCE_MS = 180_000;

export interface MutantRun {
  readonly seed: number;
  readonly count: number;
  /** Records of many situations, one a line. */
  readonly corpus: string;
}
type Caught = 'by the kernel' | 'by a test' | 'not';

/** How many survived. */
export function runMutants({ seed, count, corpus }: MutantRun): number {
  const place = mkdtempSync(join(tmpdir(), 'netdiag-mutants-'));
  try {
    copyInto(place);
    if (!judges(place, corpus)) throw new Error('the simulator itself is judged wrong: mend that first');
    const chosen = choose(allMutants(join(ROOT, 'src/path')), count, dice(seed));
    const results = chosen.map((mutant) => {
      const caught = fate(place, mutant, corpus);
      console.log(`${caught === 'not' ? 'SURVIVES' : `caught ${caught}`}  ${mutant.file}:${mutant.line}`);
      console.log(`    ${mutant.before.trim()}\n    ${mutant.after.trim()}`);
      return caught;
    });
    const tally = (what: Caught): number => results.filter((each) => each === what).length;
    console.log(
      `${results.length} mutants: ${tally('by the kernel')} caught by what the kernel did, ${tally('by a test')} by tests, ${tally('not')} survive`,
    );
    return tally('not');
  } finally {
    rmSync(place, { recursive: true });
  }
}

function copyInto(place: string): void {
  for (const name of ['src', 'test/oracle', 'test/path', 'test/support'])
    cpSync(join(ROOT, name), join(place, name), { recursive: true });
  for (const name of ['package.json', 'tsconfig.json', 'vitest.config.ts']) cpSync(join(ROOT, name), join(place, name));
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'));
}

function choose(all: readonly Mutant[], count: number, { below }: Dice): readonly Mutant[] {
  const left = [...all];
  const chosen: Mutant[] = [];
  while (chosen.length < count && left.length > 0) {
    const [mutant] = left.splice(below(left.length), 1);
    if (!mutant || chosen.filter(({ file }) => file === mutant.file).length >= MOST_OF_A_FILE) continue;
    chosen.push(mutant);
  }
  return chosen;
}

function fate(place: string, mutant: Mutant, corpus: string): Caught {
  const path = join(place, 'src/path', mutant.file);
  const whole = readFileSync(path, 'utf8');
  writeFileSync(path, mutated(whole, mutant));
  try {
    if (!judges(place, corpus)) return 'by the kernel';
    return passes(place) ? 'not' : 'by a test';
  } finally {
    writeFileSync(path, whole);
  }
}

/** A mutant that crashes or hangs is caught as well. */
const judges = (place: string, corpus: string): boolean =>
  runs(place, [process.execPath, '--import', 'tsx', 'test/oracle/replay.ts', corpus]);
const passes = (place: string): boolean =>
  runs(place, [
    process.execPath,
    'node_modules/vitest/vitest.mjs',
    'run',
    'test/path',
    '--exclude',
    'test/path/policy/**',
  ]);

const runs = (place: string, [program = '', ...args]: readonly string[]): boolean =>
  spawnSync(program, args, { cwd: place, stdio: 'ignore', timeout: PATIENCE_MS }).status === 0;
