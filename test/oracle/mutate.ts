// Mutants of the simulator, made by text alone: one operator turned round, one early return left out.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Mutant {
  /** Below src/path. */
  readonly file: string;
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** Judged elsewhere (policies, eBPF), or words for people and answers kept for speed, which decide nothing. */
const LEFT_OUT =
  /^(?:policy|ebpf)\/|-sources?\.ts$|^(?:sources|cni-wrong|crossing|leaving|lost-between|netns|overlaps|pod-links|pod-routes|ranges|route-fault|stops|blind|prediction|hook-steps|world)\.ts$/;
/** Lines that only speak, declare, or keep what was worked out before. */
const MUTE =
  /^\s*(?:\/\/|\/?\*|import |export type |export interface |readonly |type |interface |says|command|cites|by:)|WeakMap|known|`.*\$\{|unsure\(|doubt|why|outside|Blind/;

const OPERATORS: readonly (readonly [looks: RegExp, turned: string])[] = [
  [/ === /g, ' !== '],
  [/ !== /g, ' === '],
  [/ && /g, ' || '],
  [/ \|\| /g, ' && '],
  [/ <= /g, ' < '],
  [/ >= /g, ' > '],
  [/ < (?!>)/g, ' >= '],
  [/ > /g, ' <= '],
  // Not a default that the compiler asks for: nobody comes to it.
  [/(?<!\?\? |\w = )\btrue\b/g, 'false'],
  [/(?<!\?\? |\w = )\bfalse\b/g, 'true'],
  [/\.src\b/g, '.dst'],
  [/\.dst\b/g, '.src'],
  [/\.sport\b/g, '.dport'],
  [/\.dport\b/g, '.sport'],
  [/'dst'/g, "'src'"],
  [/^(\s*)if \(.*\) return [^;]*;$/g, '$1// left out'],
];

export function allMutants(folder: string): readonly Mutant[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !LEFT_OUT.test(file),
  );
  return files.toSorted().flatMap((file) => {
    const lines = readFileSync(join(folder, file), 'utf8').split('\n');
    return lines.flatMap((text, at) =>
      MUTE.test(text) ? [] : mutantsOf(text).map((after) => ({ file, line: at + 1, before: text, after })),
    );
  });
}

const mutantsOf = (text: string): readonly string[] =>
  OPERATORS.flatMap(([looks, turned]) =>
    [...text.matchAll(looks)].map((found) => {
      const changed = turned.includes('$') ? found[0].replace(new RegExp(looks.source), turned) : turned;
      return text.slice(0, found.index) + changed + text.slice(found.index + found[0].length);
    }),
  );

export function mutated(text: string, { line, after }: Mutant): string {
  const lines = text.split('\n');
  return lines.with(line - 1, after).join('\n');
}
