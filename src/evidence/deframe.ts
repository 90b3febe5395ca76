// Takes a script's output apart again. Pure; works on bytes, because a compressed section is no text.
import { gunzipSync } from 'node:zlib';

export interface Section {
  readonly key: string;
  /** Which of the question's tries this is. */
  readonly tried: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** Undefined when the output stops before the section's end. */
  readonly exit: number | undefined;
  readonly startedMs: number;
  readonly endedMs: number;
}

export interface Missing {
  readonly key: string;
  readonly tried: number;
  readonly tool: string;
}

export interface Frames {
  readonly sections: readonly Section[];
  readonly missing: readonly Missing[];
  readonly phases: readonly string[];
}

/** A compressed section may not unfold into more than the largest answer we accept. */
const UNZIPPED_LIMIT = 128 << 20;

export function deframe(output: Buffer, nonce: string): Frames {
  const frames = { sections: [] as Section[], missing: [] as Missing[], phases: [] as string[] };
  let open: Section | undefined;
  for (const { words, body } of markers(output, nonce)) {
    const [kind, first = '', second = '', third = ''] = words;
    if (kind === 'b') open = { ...begun(first, second, third), stdout: body };
    if (kind === 'o' && open) open = { ...open, stderr: stderrOf(body), exit: Number(second), endedMs: ms(first) };
    if (kind === 'e' && open) frames.sections.push(open);
    if (kind === 'e') open = undefined;
    if (kind === 'n') frames.missing.push({ key: first, tried: Number(second), tool: third });
    if (kind === 'p') frames.phases.push(first);
    if (kind === 'z') merge(frames, deframe(unzipped(body), nonce));
  }
  if (open) frames.sections.push({ ...open, exit: undefined });
  return frames;
}

/** The phases finished in a tail of the stream: what the one who waits needs to know while it still runs. */
export function phasesIn(text: string, nonce: string): readonly string[] {
  const mark = `\n@${nonce} p `;
  if (!text.includes(mark)) return [];
  return [...text.matchAll(new RegExp(`${mark}(\\w+)\n`, 'g'))].map(([, phase = '']) => phase);
}

const begun = (key: string, tried: string, uptime: string): Section => ({
  key,
  tried: Number(tried),
  stdout: Buffer.alloc(0),
  stderr: '',
  exit: undefined,
  startedMs: ms(uptime),
  endedMs: ms(uptime),
});

const ms = (uptime: string): number => Math.round(Number(uptime) * 1000);

/** Our printf ends it with a newline of its own. */
const stderrOf = (body: Buffer): string => body.toString('utf8').replace(/\n$/, '');

interface Marker {
  readonly words: readonly string[];
  readonly body: Buffer;
}

function* markers(output: Buffer, nonce: string): Generator<Marker> {
  const mark = Buffer.from(`\n@${nonce} `);
  for (let at = output.indexOf(mark); at >= 0;) {
    const lineEnd = output.indexOf('\n', at + 1);
    if (lineEnd < 0) return;
    // The newline that ends this line may be the one that starts the next mark.
    const next = output.indexOf(mark, lineEnd);
    const words = output.toString('utf8', at + mark.length, lineEnd).split(' ');
    const body = output.subarray(Math.min(lineEnd + 1, next < 0 ? output.length : next), next < 0 ? undefined : next);
    yield { words, body };
    at = next;
  }
}

function unzipped(body: Buffer): Buffer {
  try {
    return gunzipSync(body, { maxOutputLength: UNZIPPED_LIMIT });
  } catch {
    // Cut off on its way: whatever was in it has not come.
    return Buffer.alloc(0);
  }
}

function merge(frames: { sections: Section[]; missing: Missing[] }, inner: Frames): void {
  frames.sections.push(...inner.sections);
  frames.missing.push(...inner.missing);
}
