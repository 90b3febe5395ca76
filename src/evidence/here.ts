// A connection from the machine that runs us: all that anybody here can say about "outside the cluster".
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Request } from './evidence.js';

export type HereRequest = Extract<Request, { via: 'here' }>;

/** As long, and as far apart, as attempts from inside: a neighbour that fails ARP becomes an errno after 3 s. */
const LIMIT_MS = 4000;
const PACE_MS = 200;
/** Many tries are asked for to catch what comes and goes: they are spread out. */
const FEW = 5;
const MANY_PACE_MS = 1000;

/** Opened and closed without a byte of data. Prints what the clients inside print, so that one reader reads both. */
export async function connectHere({ address, port, count }: HereRequest, budgetMs: number): Promise<Answer> {
  const began = performance.now();
  const limit = Math.max(1, Math.min(LIMIT_MS, budgetMs));
  const lines = await Promise.all(
    Array.from({ length: count }, async (_, at) => {
      await sleep(at * (count > FEW ? MANY_PACE_MS : PACE_MS));
      const { end, elapsedMs, ownPort } = await once(address, port, limit);
      return `try ${at + 1} ${end} ${elapsedMs.toFixed(2)} ${ownPort}`;
    }),
  );
  return {
    kind: 'answered',
    tool: 'node',
    text: `${lines.join('\n')}\n`,
    exit: 0,
    stderr: '',
    elapsedMs: Math.round(performance.now() - began),
    through: 'this machine',
  };
}

interface Ended {
  readonly end: string;
  readonly elapsedMs: number;
  readonly ownPort: number;
}

function once(host: string, port: number, limitMs: number): Promise<Ended> {
  const began = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (end: string): void => {
      resolve({ end, elapsedMs: performance.now() - began, ownPort: socket.localPort ?? 0 });
      socket.destroy();
    };
    socket.setTimeout(limitMs, () => done('timeout'));
    socket.once('connect', () => done('open'));
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'unknown'));
  });
}
