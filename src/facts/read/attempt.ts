// What a connection attempt came to, whichever tool made it.
import { isUnreadable, unreadable, type Unreadable } from '../fact.js';
import type { Attempt, AttemptEnd, Attempts } from '../observation.js';
import type { Answered } from './answered.js';
import { errnoIn, endOf } from './errno.js';
import { frames, type Frame } from './frames.js';
import { present } from './tool-json.js';
import { split } from './words.js';

export interface ClientLine {
  readonly end: string;
  readonly elapsedMs: number;
  readonly sourcePort?: number;
  /** Of a datagram that came back. */
  readonly reply?: string;
  readonly raw: string;
}

/** `try <number> <end> <milliseconds> <own port> [<reply in hex>]`, in the order of their numbers. */
export function clientLines(text: string): readonly ClientLine[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('try '))
    .toSorted((a, b) => Number(split(a)[1]) - Number(split(b)[1]))
    .map((line) => {
      const [, , end = '', ms, port, reply] = split(line);
      const sourcePort = Number(port) || undefined;
      return present<ClientLine>({ end, elapsedMs: Number(ms), sourcePort, reply, raw: line });
    });
}

export function readAttempts(answer: Answered): Attempts | Unreadable {
  const own = ['python3', 'perl', 'node'].includes(answer.tool);
  const tries = own ? clientLines(answer.text).map(fromClient) : shellTries(answer);
  if (isUnreadable(tries)) return tries;
  if (tries.length === 0)
    return unreadable(`${answer.tool} told of no attempt: ${(answer.text || answer.stderr).trim().slice(0, 160)}`);
  return { tool: answer.tool, tries };
}

/** Sent and nothing came back is an end of its own; for TCP what the server did within 200 ms does not undo the connection. */
const WORDS: Readonly<Record<string, AttemptEnd>> = {
  open: 'connected',
  spoke: 'connected',
  closed: 'connected',
  reply: 'connected',
  silent: 'silent',
  timeout: 'timeout',
};

function fromClient({ end, elapsedMs, sourcePort, raw }: ClientLine): Attempt {
  const word = WORDS[end];
  if (word) return present<Attempt>({ end: word, elapsedMs, sourcePort, raw });
  return present<Attempt>({
    end: endOf(end),
    errno: /^E[A-Z]+$/.test(end) ? end : undefined,
    elapsedMs,
    sourcePort,
    raw,
  });
}

function shellTries(answer: Answered): readonly Attempt[] | Unreadable {
  const tries = frames(answer.text).filter((frame) => frame.name.startsWith('try '));
  // The shell could not start it, or it lacks what we need of it (126, by our own script).
  const unusable = tries.find((frame) => /^try (126|127) /.test(frame.name));
  if (unusable) return unreadable(`${answer.tool} cannot connect: ${unusable.text.trim().slice(0, 160)}`);
  return tries.toSorted((a, b) => Number(split(a.name)[2]) - Number(split(b.name)[2])).map((frame) => fromFrame(frame));
}

function fromFrame(frame: Frame): Attempt {
  const [, status = '', before, after] = split(frame.name);
  const told = frame.text.trim();
  const curl = /^curl (\S+) (\S+) (\d+)$/m.exec(told);
  const errno = errnoIn(told);
  const uptime = Math.round((Number(after) - Number(before)) * 1000);
  return present<Attempt>({
    end: status === '0' || (curl && Number(curl[1]) > 0) ? 'connected' : endOf(errno ?? silence(status, told)),
    errno: status === '0' ? undefined : errno,
    elapsedMs: curl ? Math.round(Number(Number(curl[1]) > 0 ? curl[1] : curl[2]) * 1000) : uptime,
    sourcePort: Number(curl?.[3]) || undefined,
    raw: `exit ${status}: ${told}`,
  });
}

/** Killed by us, or by the tool's own clock: each says it in its way. */
const silence = (status: string, told: string): string =>
  status === '137' || status === '124' || status === '28' || /timed? ?out/i.test(told) ? 'timeout' : '';
