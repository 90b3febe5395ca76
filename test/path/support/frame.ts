// The packet that tests of single rules send: a client's SYN, forwarded from a to b.
import type { Sight } from '../../../src/path/chain.js';
import type { Frame } from '../../../src/path/packet.js';
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
