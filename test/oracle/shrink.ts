// A disagreement with everything taken away that it does not need: few enough lines to read, and ready as a test.
import { judge } from './judge.js';
import { isRejected } from './kernel.js';
import { type Recorded, record } from './record.js';
import { FIRST_PORT, type Load, type Sent, type Situation } from './situation.js';

interface Line {
  readonly part: 'ip' | 'sysctls' | 'ipsets' | number;
  readonly text: string;
}
/** Dice may hide a disagreement: the packet is sent so many times. */
const COPIES = 8;
const MOST_RUNS = 150;

const partText = (lines: readonly Line[], part: Line['part']): readonly string[] =>
  lines.filter((line) => line.part === part).map(({ text }) => text);

/** Devices stay up and ICMP stays unlimited: otherwise another story would be found instead of this one. */
const isBase = (text: string): boolean => text.startsWith('link set ') || text.includes('icmp_');

function linesOf({ ip, sysctls, ipsets, loads }: Situation): readonly Line[] {
  const cut = (part: Line['part'], text: string): readonly Line[] =>
    text.split('\n').map((line) => ({ part, text: line }));
  return [
    ...ip.filter((text) => !isBase(text)).map((text): Line => ({ part: 'ip', text })),
    ...sysctls.filter((text) => !isBase(text)).map((text): Line => ({ part: 'sysctls', text })),
    ...cut('ipsets', ipsets),
    ...loads.flatMap(({ text }, at) => cut(at, text)),
  ];
}

function situationOf(made: Situation, lines: readonly Line[]): Situation {
  const loads = made.loads.map(({ loader }, at): Load => ({ loader, text: `${partText(lines, at).join('\n')}\n` }));
  return {
    ...made,
    ip: [...made.ip.filter(isBase), ...partText(lines, 'ip')],
    sysctls: [...made.sysctls.filter(isBase), ...partText(lines, 'sysctls')],
    ipsets: partText(lines, 'ipsets').join('\n'),
    loads: loads.filter(({ text }) => text.trim() !== ''),
  };
}

/** Undefined where it does not come again. */
export async function shrink(made: Situation, sent: Sent): Promise<Recorded | undefined> {
  const copies = Array.from({ length: COPIES }, (_, at): Sent => ({
    ...sent,
    id: at + 1,
    sport: FIRST_PORT + at * 37,
  }));
  const asked = {
    ...made,
    packets: [sent, ...copies.filter(({ sport, id }) => sport !== sent.sport && id !== sent.id)],
  };
  const failing = async (lines: readonly Line[]): Promise<Recorded | undefined> => {
    const recorded = await attempt(situationOf(asked, lines));
    if (isRejected(recorded)) return undefined;
    const wrong = judge(recorded).find(({ comparison }) => comparison.kind === 'disagree');
    if (!wrong) return undefined;
    return { ...recorded, packets: recorded.packets.filter((each) => each.sent === wrong.sent) };
  };
  let lines = linesOf(made);
  let smallest = await failing(lines);
  let left = MOST_RUNS;
  for (let size = Math.ceil(lines.length / 2); smallest && size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < lines.length && left > 0; left -= 1) {
      const fewer = lines.toSpliced(at, size);
      // One run after the other: each starts from what the last one left.
      const still = await failing(fewer);
      if (still) [lines, smallest] = [fewer, still];
      else at += size;
    }
  }
  return smallest;
}

/** With a line too few a device may be down and take no packet: then there is nothing to compare. */
const attempt = (made: Situation): ReturnType<typeof record> =>
  record(made).catch((error: unknown) => ({ rejected: String(error) }));
