// The packet that tests of single rules send: a client's SYN, forwarded from a to b.
import type { Sight } from '../../../src/path/chain.js';
import type { Frame } from '../../../src/path/packet.js';
import type { Netns } from '../../../src/path/world.js';
import { bareNetns } from './captured-world.js';

export const FRAME: Frame = {
  protocol: 'tcp',
  flags: 'SYN',
  src: '10.0.0.1',
  dst: '10.0.0.2',
  sport: 40_000,
  dport: 80,
  mark: 0,
  ttl: 64,
  state: 'NEW',
  isReply: false,
};
export const FORWARDED: Sight = { netns: bareNetns('node/x'), hook: 'forward', iif: 'a', oif: 'b' };

const ROUTE = { type: 'local', table: 'local', metric: 0, onlink: false, dead: false } as const;
/** An address of its own, and a neighbour behind a. */
export const HOST: Netns = {
  ...bareNetns('node/x'),
  routes: [
    { ...ROUTE, dst: '127.0.0.0/8', dev: 'lo', text: 'local 127.0.0.0/8 dev lo' },
    { ...ROUTE, dst: '10.0.0.9/32', dev: 'a', text: 'local 10.0.0.9 dev a' },
    { ...ROUTE, type: 'unicast', table: 'main', dst: '10.0.0.1/32', dev: 'a', text: '10.0.0.1 dev a' },
  ],
};
