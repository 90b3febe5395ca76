// Behind the exec of the generated cluster: reads the script we are sent as a container's shell would, and answers each
// of its questions, in its frames, with what that container was recorded to answer.
import { gzipSync } from 'node:zlib';
import type { Answer, Ask } from '../../src/evidence/evidence.js';
import { quote } from '../../src/evidence/shell.js';
import type { Peer } from '../support/fake-api.js';

/** A question that may be found in a script, and what the place answers. */
export interface Known {
  readonly ask: Ask;
  readonly answer: Answer;
}

/** A piece of output as it is sent, and its size before it was compressed. */
export interface Said {
  readonly said: Buffer;
  readonly bytes: number;
  /** Absent where it answers no question. */
  readonly ask?: Ask;
}
export type Count = (said: Said) => void;

export function talkTo(peer: Peer, known: readonly Known[], count: Count): void {
  const lastLine = /\[ "\$l" = (\S+) \]/.exec(peer.command.at(-1) ?? '')?.[1] ?? '';
  let input = '';
  let phases: readonly string[] | undefined;
  const next = () => {
    const [phase, ...rest] = phases ?? [];
    if (phase === undefined) return peer.end();
    phases = rest;
    for (const each of answerPhase(input, phase, known)) {
      count(each);
      peer.write(each.said);
    }
  };
  peer.onInput((said) => {
    if (phases) return said.split('\n').slice(1).forEach(next);
    input += said;
    if (!input.includes(`\n${lastLine}\n`)) return;
    phases = [...input.matchAll(/^step (\w+)$/gm)].map(([, phase = '']) => phase);
    next();
  });
}

function answerPhase(script: string, phase: string, known: readonly Known[]): readonly Said[] {
  const mark = /^m=(@\w+)$/m.exec(script)?.[1] ?? '';
  const sections = known.flatMap(({ ask, answer }) => {
    if ((ask.phase === 'attempt') !== (phase === 'attempts')) return [];
    const found = sectionOf(script, ask, phase === 'after');
    return found ? [{ ask, ...framed({ ...found, mark }, ask, phase === 'after' ? second(answer) : answer) }] : [];
  });
  const end = Buffer.from(`\n${mark} p ${phase}\n`);
  return [...sections, { said: end, bytes: end.length }];
}

/** An answer that was read twice, as its second reading. */
const second = (answer: Answer): Answer =>
  answer.kind === 'answered' && answer.after !== undefined ? { ...answer, text: answer.after } : answer;

interface Section {
  readonly big: boolean;
  readonly key: string;
  readonly mark: string;
}

/** A section is `ask KEY SECONDS 'needs' 'script' …`: what follows its key is known from the question. */
function sectionOf(script: string, ask: Ask, isSecond: boolean): Omit<Section, 'mark'> | undefined {
  const tries = ask.tries.map(({ needs, script: each }) => `${quote(needs.join(' '))} ${quote(each)}`).join(' ');
  const tail = ` ${ask.timeoutSeconds} ${tries}`;
  for (let at = script.indexOf(tail); at >= 0; at = script.indexOf(tail, at + 1)) {
    const [, kind, key] = /(?:^|\n)(ask|big) (\d+\+?)$/.exec(script.slice(Math.max(0, at - 20), at)) ?? [];
    if (key?.endsWith('+') === isSecond) return { big: kind === 'big', key };
  }
  return undefined;
}

function framed({ big, key, mark }: Section, ask: Ask, answer: Answer): Omit<Said, 'ask'> {
  const plain = Buffer.concat(framesOf(ask, answer).map(([head, body]) => Buffer.from(frame(head, body))));
  const packed = () => Buffer.concat([Buffer.from(`\n${mark} z\n`), gzipSync(plain), Buffer.from(`\n${mark} y\n`)]);
  return { said: big ? packed() : plain, bytes: plain.length };

  function frame(head: string, body: string | undefined): string {
    const line = `\n${mark} ${head.replace('KEY', key)}\n`;
    return body === undefined ? line : `${line}${body}`;
  }
}

type Framed = readonly [head: string, body?: string];

/** Ends are told on the machine's own uptime; here every machine is as old. */
const UPTIME_S = 1000;

function framesOf(ask: Ask, answer: Answer): readonly Framed[] {
  if (answer.kind === 'answered') {
    const tried = Math.max(
      0,
      ask.tries.findIndex(({ tool }) => tool === answer.tool),
    );
    const missing = ask.tries.slice(0, tried).map(({ needs }, at): Framed => [`n KEY ${at} ${needs[0]}`]);
    return [...missing, ...ran(tried, { text: answer.text, exit: 0, ms: answer.elapsedMs })];
  }
  const gap = answer.kind === 'refused' ? answer.gap : undefined;
  if (gap?.kind === 'refused') return ran(0, { text: '', exit: 1, ms: 10 });
  return ask.tries.map(({ needs }, at): Framed => [`n KEY ${at} ${needs[0]}`]);
}

function ran(tried: number, { text, exit, ms }: { text: string; exit: number; ms: number }): readonly Framed[] {
  const ends = (UPTIME_S + ms / 1000).toFixed(2);
  return [[`b KEY ${tried} ${UPTIME_S.toFixed(2)}`, text], [`o ${ends} ${exit}`, ''], ['e']];
}
