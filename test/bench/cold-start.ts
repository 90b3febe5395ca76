// How long a person waits for --help, beside what node itself needs to start and do nothing.
import { spawnSync } from 'node:child_process';
import { BIN } from './flow-words.js';
import { atMost, median, skipped, told, type Line } from './line.js';

const PAIRS = 15;
/** One and a half times node's own start is not felt; what a heavy import would add is (docs/decisions). */
const LIMIT = 1.6;

interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

/** The pairs take turns, so that whatever else this machine does slows both. */
export function coldStart(): readonly Line[] {
  if (spawnSync('bash', ['-c', ':']).status !== 0)
    return [skipped('--help, cold start', 'bash is missing, whose `time` tells milliseconds')];
  const pairs = Array.from({ length: PAIRS }, () => [cost(['-e', '0']), cost([BIN, '--help'])] as const);
  const [node, help] = [0, 1].map((which) => ({
    wall: median(pairs.map((pair) => pair[which]!.wall)),
    cpu: median(pairs.map((pair) => pair[which]!.cpu)),
  })) as [Cost, Cost];
  const times = (of: keyof Cost): string => ` (${ms(help[of])} to ${ms(node[of])}, median of ${PAIRS} pairs)`;
  return [
    atMost('--help, wall', help.wall / node.wall, { limit: LIMIT, unit: 'x node -e 0', measured: times('wall') }),
    told('--help, CPU', `${(help.cpu / node.cpu).toFixed(2)} x node -e 0${times('cpu')}`),
  ];
}

const ms = (seconds: number): string => `${Math.round(seconds * 1000)} ms`;

/** bash reads the children's own usage, which node cannot. */
function cost(argv: readonly string[]): Cost {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null';
  const ran = spawnSync('bash', ['-c', script, 'bash', process.execPath, ...argv], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const [wall = Number.NaN, user = Number.NaN, system = Number.NaN] = ran.stderr
    .trim()
    .split('\n')
    .at(-1)!
    .split(' ')
    .map(Number);
  return ran.status === 0 ? { wall, cpu: user + system } : { wall: Number.NaN, cpu: Number.NaN };
}
