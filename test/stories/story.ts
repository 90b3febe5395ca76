// A story: a cluster that was broken, recorded by the lab or sent by a user, named for what happened.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { say } from '../support/fake-terminal.js';

export interface Story {
  /** One sentence: who did what, and what was noticed. */
  readonly happened: string;
  /** The check that must be ranked first; `none` where nothing is wrong. */
  readonly cause: string;
  /** How to record it again. */
  readonly recorded: string;
}

export interface NamedStory extends Story {
  /** The folder's name: what happened, and in which set of the lab. */
  readonly name: string;
  readonly dir: string;
}

export interface Golden {
  readonly text: string;
  readonly json: string;
}

export const STORIES = fileURLToPath(new URL('.', import.meta.url));
const STORY = 'story.json';
const TEXT = 'golden.txt';
const JSON_GZ = 'golden.json.gz';

/**
 * The archive and not its files: unpacked, a story is ten times as large, most of it scripts that every story repeats, and
 * nobody reads a difference in evidence, which is never edited. What people read is the golden report, which lies there as
 * text; as JSON it says the same at thirty times the size, and is kept compressed.
 */
export const bundleIn = (dir: string): string => join(dir, 'evidence.tar.gz');

export function stories(): readonly NamedStory[] {
  const names = readdirSync(STORIES).filter((name) => existsSync(join(STORIES, name, STORY)));
  return names.toSorted().map((name) => {
    const dir = join(STORIES, name);
    const story: Story = JSON.parse(readFileSync(join(dir, STORY), 'utf8'));
    return { ...story, name, dir };
  });
}

export const writeStory = (dir: string, story: Story): void =>
  writeFileSync(join(dir, STORY), `${JSON.stringify(story, null, 2)}\n`);

export const readGolden = (dir: string): Golden => ({
  text: readFileSync(join(dir, TEXT), 'utf8'),
  json: gunzipSync(readFileSync(join(dir, JSON_GZ))).toString('utf8'),
});

export function writeGolden(dir: string, { text, json }: Golden): void {
  writeFileSync(join(dir, TEXT), text);
  writeFileSync(join(dir, JSON_GZ), gzipSync(json, { level: 9 }));
}

/** Flags for a run that leaves both reports in `dir`, and the way to read them there. */
export function reportsIn(dir: string): { readonly flags: readonly string[]; readonly read: () => Golden } {
  mkdirSync(dir, { recursive: true });
  const [text, json] = [join(dir, 'report.txt'), join(dir, 'report.json')];
  return {
    flags: ['--width', '80', '-o', `text=${text}`, '-o', `json=${json}`],
    read: () => ({ text: readFileSync(text, 'utf8'), json: readFileSync(json, 'utf8') }),
  };
}

/** What today's program says of the evidence. */
export async function toldAgain(dir: string): Promise<Golden> {
  const scratch = mkdtempSync(join(tmpdir(), 'story-'));
  try {
    const reports = reportsIn(scratch);
    const { err } = await say(['--from-bundle', bundleIn(dir), ...reports.flags]);
    if (err !== '') throw new Error(err);
    return reports.read();
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
