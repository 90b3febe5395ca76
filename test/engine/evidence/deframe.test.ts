import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deframe, phasesIn } from '../../../src/evidence/deframe.js';

const NONCE = '0123456789abcdef01';
const mark = (words: string) => `\n@${NONCE} ${words}\n`;
const section = (key: string, stdout: string, { exit = 0, stderr = '' } = {}) =>
  `${mark(`b ${key} 0 10.50`)}${stdout}${mark(`o 10.75 ${exit}`)}${stderr}\n${mark('e').slice(1)}`;

describe('deframe', () => {
  it('takes a section apart to the byte', () => {
    const text = section('3', 'no newline at the end', { exit: 2, stderr: 'why\nnot' });
    expect(deframe(Buffer.from(text), NONCE).sections).toEqual([
      {
        key: '3',
        tried: 0,
        stdout: Buffer.from('no newline at the end'),
        stderr: 'why\nnot',
        exit: 2,
        startedMs: 10500,
        endedMs: 10750,
      },
    ]);
  });

  it('tells a missing tool from an empty answer', () => {
    const text = `${mark('n 1 0 conntrack')}${section('2', '')}`;
    const { missing, sections } = deframe(Buffer.from(text), NONCE);
    expect(missing).toEqual([{ key: '1', tried: 0, tool: 'conntrack' }]);
    expect(sections.map(({ stdout, exit }) => [stdout.toString(), exit])).toEqual([['', 0]]);
  });

  it('marks a section that was cut off', () => {
    const [cut] = deframe(Buffer.from(section('1', 'abc').slice(0, 30)), NONCE).sections;
    expect(cut?.exit).toBeUndefined();
  });

  it('unfolds compressed sections, and drops one that is cut short', () => {
    const zipped = gzipSync(section('5', 'line\n'.repeat(1000)));
    const whole = Buffer.concat([Buffer.from(mark('z')), zipped, Buffer.from(mark('y'))]);
    expect(deframe(whole, NONCE).sections[0]?.stdout.toString()).toBe('line\n'.repeat(1000));
    expect(deframe(whole.subarray(0, whole.length - 40), NONCE).sections).toEqual([]);
  });

  it('is not taken in by output that looks like a frame of another script', () => {
    const forged = `${mark('b 9 0 1.0').replace(NONCE, 'f'.repeat(18))}x`;
    expect(deframe(Buffer.from(section('1', forged)), NONCE).sections[0]?.stdout.toString()).toBe(forged);
  });

  it('gives back any bytes whatever, in any number of sections', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 8 }), (outputs) => {
        const framed = outputs.flatMap((output, at) => [
          Buffer.from(mark(`b ${at} 0 1.00`)),
          Buffer.from(output),
          Buffer.from(`${mark('o 1.01 0')}\n${mark('e').slice(1)}`),
        ]);
        const { sections } = deframe(Buffer.concat(framed), NONCE);
        expect(sections.map(({ stdout }) => [...stdout])).toEqual(outputs.map((output) => [...output]));
        expect(sections.every(({ exit }) => exit === 0)).toBe(true);
      }),
    );
  });

  it('finds every phase of a stream, however it is split', () => {
    const text = `${section('0', 'a')}${mark('p before')}${section('1', 'b')}${mark('p attempts')}${mark('p after')}`;
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
        const seen = new Set<string>();
        let tail = '';
        const edges = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        for (let at = 1; at < edges.length; at++) {
          tail = tail.slice(-80) + text.slice(edges[at - 1], edges[at]);
          for (const phase of phasesIn(tail, NONCE)) seen.add(phase);
        }
        expect([...seen]).toEqual(['before', 'attempts', 'after']);
      }),
    );
  });
});
