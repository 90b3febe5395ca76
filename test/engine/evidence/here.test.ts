import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectHere } from '../../../src/evidence/here.js';
import { isUnreadable } from '../../../src/facts/fact.js';
import { readAttempts } from '../../../src/facts/read/attempt.js';

const server = createServer();
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => void server.close());

async function tried(to: number, count: number) {
  const answer = await connectHere({ via: 'here', address: '127.0.0.1', port: to, count }, 5000);
  if (answer.kind !== 'answered') throw new Error(answer.kind);
  const attempts = readAttempts(answer);
  if (isUnreadable(attempts)) throw new Error(attempts.unreadable);
  return attempts.tries;
}

describe('a connection from this machine', () => {
  it('tells of each try that it was accepted, and from which port', async () => {
    const tries = await tried(port, 2);
    expect(tries.map(({ end }) => end)).toEqual(['connected', 'connected']);
    expect(tries.every(({ sourcePort }) => (sourcePort ?? 0) > 0)).toBe(true);
  });

  it('keeps the errno of a port that nobody listens on', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const address = closed.address();
    const free = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => closed.close(resolve));
    expect(await tried(free, 1)).toMatchObject([{ end: 'refused', errno: 'ECONNREFUSED' }]);
  });
});
