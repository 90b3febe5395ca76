// npm run new-check -- L3 pod-cidr-overlap cluster cidrs: a check and its table. They compile, pass lint and every test,
// and say FIXME wherever a person has to think; npm run check lets no FIXME land.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import type { AnyCheck, LayerId } from '../src/checks/check.js';
import { CHECKS } from '../src/checks/index.js';
import { LAYERS } from '../src/layers/layer.js';

const [layer = '', id = '', about = '', ...needs] = process.argv.slice(2);
const known = Object.keys(LAYERS).find((name): name is LayerId => name === layer);
const facts = factsAbout(about);
const strange = needs.filter((need) => !facts.includes(need));
const MOST_LINES = 60;

if (known === undefined || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) || facts.length === 0) {
  refuse(
    'usage: npm run new-check -- LAYER ID ABOUT FACT...',
    `LAYER: ${Object.keys(LAYERS).join(', ')}. ID: a noun phrase that names the illness. ABOUT: ${kinds().join(', ')}.`,
  );
} else if (needs.length === 0 || strange.length > 0) {
  refuse(
    needs.length === 0 ? 'name the facts it needs.' : `no check reads ${strange.join(', ')} about a ${about} yet.`,
    `Examples of these can be borrowed: ${facts.join(', ')}.`,
    'Begin with one of them; its needs are the first thing to change.',
  );
} else {
  const folder = `${known.toLowerCase()}-${LAYERS[known].name}`;
  const inOne = await formatted(checkText(known, inline()));
  const isLong = lineCount(inOne) > MOST_LINES;
  if (isLong) await put(`src/checks/${id}-samples.ts`, samplesText());
  await put(`src/checks/${folder}/${id}.ts`, isLong ? checkText(known, apart()) : inOne);
  await put(`test/checks/${id}.test.ts`, testText(folder));
  console.error('Answer each FIXME, title and explain first, then: npm run generate');
}

function refuse(...lines: readonly string[]): void {
  console.error(lines.join('\n'));
  process.exitCode = 2;
}

function kinds(): readonly string[] {
  return [...new Set(CHECKS.map((check) => check.about))];
}

/** Facts that some check about the same kind of subject needs, so that an example of them exists. */
function factsAbout(kind: string): readonly string[] {
  return [...new Set(lenders(kind).flatMap((check) => check.needs))].toSorted();
}

function lenders(kind: string): readonly AnyCheck[] {
  return CHECKS.filter((check) => check.about === kind);
}

function exampleOf(check: AnyCheck, which: 'fails' | 'passes', need: string): string {
  return JSON.stringify(Object.fromEntries(Object.entries(check.examples[which]))[need]);
}

/** The shortest example of a fact whose two sides differ, or else the shortest. */
function borrowed(need: string): { readonly fails: string; readonly passes: string } {
  const all = lenders(about)
    .filter((check) => check.needs.includes(need))
    .map((check) => ({ fails: exampleOf(check, 'fails', need), passes: exampleOf(check, 'passes', need) }))
    .toSorted((a, b) => a.fails.length + a.passes.length - b.fails.length - b.passes.length);
  return all.find(({ fails, passes }) => fails !== passes) ?? all[0]!;
}

/** Where the two examples stand, and what the judgement compares with. */
interface Examples {
  readonly imports: string;
  readonly sick: string;
  readonly fails: string;
  readonly passes: string;
}

function inline(): Examples {
  return { imports: '', sick: quoted(borrowed(telling()).fails), fails: side('fails'), passes: side('passes') };
}

/** A check is at most 60 lines: long examples stand beside it. */
function apart(): Examples {
  const imports = `import { FAILS, PASSES } from '../${id}-samples.js';\n`;
  return { imports, sick: `JSON.stringify(FAILS.${telling()})`, fails: 'FAILS', passes: 'PASSES' };
}

function samplesText(): string {
  return `// Examples of ${id}. FIXME keep what its line needs.
import type { FactsAbout } from '../facts/fact.js';

type Facts = Readonly<Pick<FactsAbout['${about}'], ${needs.map((need) => `'${need}'`).join(' | ')}>>;

export const FAILS: Facts = ${side('fails')};
export const PASSES: Facts = ${side('passes')};
`;
}

function side(which: 'fails' | 'passes'): string {
  return `{ ${needs.map((need) => `${need}: ${borrowed(need)[which]}`).join(', ')} }`;
}

/** The need whose two examples differ: the only one that this judgement can tell anything by. */
function telling(): string {
  return needs.find((need) => borrowed(need).fails !== borrowed(need).passes) ?? needs[0]!;
}

function checkText(of: LayerId, { imports, sick, fails, passes }: Examples): string {
  const need = telling();
  const subject = JSON.stringify(lenders(about)[0]!.examples.subject);
  const on = about === 'node' ? 'node.name' : "'api'";
  return `import { defineCheck, fail, pass, reads } from '../check.js';
${imports}
export default defineCheck({
  id: '${id}',
  layer: '${of}',
  title: 'FIXME health, in the present tense',
  about: '${about}',
  needs: [${needs.map((each) => `'${each}'`).join(', ')}],

  explain: {
    looksAt: 'FIXME which file, table or object.',
    matters: 'FIXME what a client sees, and by which fact of the kernel or of Kubernetes.',
    misleads: 'FIXME what looks like it but is not.',
  },

  judge({ ${need} }${about === 'node' ? ', node' : ''}) {
    // FIXME the line between health and illness: this only knows its example.
    const isSick = JSON.stringify(${need}) === ${sick};
    if (!isSick) return pass('FIXME what was measured, with its numbers');
    return fail({
      severity: 'risk',
      confidence: 'programmed',
      says: 'FIXME what is wrong with which thing, with its numbers',
      cites: [{ on: ${on}, shows: 'FIXME the rule, link or object', command: 'FIXME that shows it' }],
      fix: [reads('FIXME what to look at first', 'FIXME')],
      refute: reads('FIXME what this would print if we are wrong', 'FIXME'),
    });
  },

  examples: { subject: ${subject}, fails: ${fails}, passes: ${passes} },
});
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function testText(folder: string): string {
  return `import check from '../../src/checks/${folder}/${id}.js';
import { testCheck } from '../support/test-check.js';

// FIXME the line itself, one either side of it, empty, absent.
testCheck(check, {
  passes: { 'its passing example': [check.examples.passes, 'FIXME what was measured, with its numbers'] },
  fails: {
    'its failing example': [check.examples.fails, 'risk', 'FIXME what is wrong with which thing, with its numbers'],
  },
});
`;
}

async function put(path: string, content: string): Promise<void> {
  if (existsSync(path)) return refuse(`${path} exists already`);
  mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true });
  writeFileSync(path, await formatted(content));
  console.error(path);
}

async function formatted(content: string): Promise<string> {
  return format(content, { ...(await resolveConfig('scripts/new-check.ts')), parser: 'typescript' });
}

function lineCount(content: string): number {
  return content.split('\n').length - 1;
}
