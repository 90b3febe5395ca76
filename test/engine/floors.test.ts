// Holds the floors of docs/architecture.md: imports go to the own floor or to the left, and only the shell waits.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const FLOORS = ['target', 'evidence', 'facts', 'model', 'path', 'checks', 'layers', 'report', 'cli'] as const;
const REASON = 'a floor knows itself and what lies below it, so that each can be read, tested and replaced alone';

const SHELL = new Set(['evidence', 'cli']);
const PURE_NODE =
  /import \{ ?(createHash|X509Certificate|isIP|isIPv4|isIPv6)(, (createHash|X509Certificate|isIP|isIPv4|isIPv6))* ?\} from 'node:/;
const WAITS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['await', /\bawait\b/],
  ['async', /\basync\b/],
  ['a clock', /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bset(Timeout|Interval)\b/],
  ['chance', /\bMath\.random\b/],
  ['process', /\bprocess\./],
  ['console', /\bconsole\./],
  ['a node: module', /from 'node:/],
];

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const floorOf = (file: string): number => FLOORS.findIndex((floor) => file.startsWith(`${floor}/`));
const codeOf = (file: string): string =>
  readFileSync(join('src', file), 'utf8')
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/(^|\s)\/\/.*$/gm, '');

test('every file stands on a floor', () => {
  expect(files.filter((file) => floorOf(file) < 0)).toEqual([]);
});

test('no file imports from a floor above its own', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((target) => floorOf(target) > floorOf(file))
      .map((target) => `src/${file} imports src/${target}: ${REASON}`),
  );
  expect(wrong).toEqual([]);
});

test('nothing between evidence and cli waits, reads a clock or touches the process', () => {
  const wrong = files
    .filter((file) => !SHELL.has(FLOORS[floorOf(file)]!))
    .flatMap((file) => {
      const code = codeOf(file)
        .split('\n')
        .filter((line) => !PURE_NODE.test(line))
        .join('\n');
      const bare = withoutTexts(code);
      const found = WAITS.filter(([what, pattern]) => pattern.test(what === 'a node: module' ? code : bare));
      return found.map(([what]) => `src/${file} uses ${what}: everything here must replay from a saved snapshot`);
    });
  expect(wrong).toEqual([]);
});

// A sentence may say "await"; only code may not.
function withoutTexts(code: string): string {
  return code.replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''");
}

function importsOf(file: string): readonly string[] {
  const names = [...codeOf(file).matchAll(/(?:from|import\()\s*'(\.[^']+)\.js'/g)].map((match) => match[1]!);
  return names.map((name) => join(file, '..', `${name}.ts`)).filter((target) => !target.startsWith('..'));
}
