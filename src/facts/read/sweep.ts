// Which sizes came back.
import { isUnreadable, unreadable, type Unreadable } from '../fact.js';
import type { SizeSweep } from '../observation.js';
import type { Answered } from './answered.js';
import { frames } from './frames.js';
import { present } from './tool-json.js';
import { split } from './words.js';

interface Size {
  readonly size: number;
  readonly end: 'answered' | 'lost' | 'unknown';
  readonly mtu?: number;
}

export function readSweep(answer: Answered): SizeSweep | Unreadable {
  const sizes = answer.tool === 'ping' ? fromPing(answer.text) : fromClient(answer.text);
  if (isUnreadable(sizes)) return sizes;
  const of = (end: Size['end']): readonly number[] => sizes.filter((each) => each.end === end).map((each) => each.size);
  const mtus = sizes.flatMap((each) => each.mtu ?? []);
  const [answered, lost] = [of('answered'), of('lost')];
  return present<SizeSweep>({
    tool: answer.tool,
    largestAnswered: answered.length > 0 ? Math.max(...answered) : undefined,
    smallestLost: lost.length > 0 ? Math.min(...lost) : undefined,
    reportedMtu: mtus.length > 0 ? Math.min(...mtus) : undefined,
    raw: answer.text.trim(),
  });
}

function fromPing(text: string): readonly Size[] | Unreadable {
  const tried = frames(text).filter((frame) => frame.name.startsWith('size '));
  if (tried.length === 0) return unreadable(`ping told of no size: ${text.trim().slice(0, 160)}`);
  return tried.map((frame) => {
    const [, size, status] = split(frame.name);
    // "Frag needed and DF set (mtu = 1450)" from a router, "message too long, mtu=1450" from our own stack.
    const mtu = /mtu ?= ?(\d+)/.exec(frame.text)?.[1];
    const end = status === '0' ? 'answered' : mtu !== undefined || status === '1' ? 'lost' : 'unknown';
    return present<Size>({ size: Number(size), end, mtu: mtu === undefined ? undefined : Number(mtu) });
  });
}

function fromClient(text: string): readonly Size[] | Unreadable {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('size '))
    .map(split);
  if (lines.length === 0) return unreadable(`python3 told of no size: ${text.trim().slice(0, 160)}`);
  return lines.map(([, size, end, mtu]) =>
    present<Size>({
      size: Number(size),
      end: end === 'answered' ? 'answered' : end === 'silent' || end === 'EMSGSIZE' ? 'lost' : 'unknown',
      mtu: mtu === undefined ? undefined : Number(mtu),
    }),
  );
}
