// Matches on what connection tracking knows of the packet.
import type { Frame } from '../packet.js';
import { type Test, type TestMaker, addressTest, first, parseMark, portTest } from './test.js';

/** States of this packet, `SNAT` and `DNAT` being those of its connection. */
function holds(frame: Frame, wanted: ReadonlySet<string>): boolean {
  if (wanted.has(frame.state)) return true;
  const { conn } = frame;
  return conn !== undefined && ((wanted.has('DNAT') && conn.dnat) || (wanted.has('SNAT') && conn.snat));
}

function statesTest(list: string): Test {
  const wanted = new Set(list.split(','));
  return (frame) => holds(frame, wanted);
}

export const stateTest: TestMaker = (option) => (option.flag === 'state' ? statesTest(first(option)) : undefined);

const PROTOCOLS: Readonly<Record<string, string>> = { 6: 'tcp', 17: 'udp', 1: 'icmp' };
const withConnection =
  (test: Test): Test =>
  (frame, sight) =>
    frame.conn !== undefined && test(frame, sight);

export const conntrackTest: TestMaker = (option) => {
  const value = first(option);
  const address = (pick: (frame: Frame) => string | undefined): Test =>
    withConnection(addressTest(value, (frame) => pick(frame) ?? ''));
  const port = (pick: (frame: Frame) => number | undefined): Test =>
    withConnection(portTest(value, (frame) => pick(frame) ?? -1));
  switch (option.flag) {
    case 'ctstate':
      return statesTest(value);
    case 'ctproto':
      return withConnection(({ conn }) => conn?.protocol === (PROTOCOLS[value] ?? value));
    case 'ctorigsrc':
      return address(({ conn }) => conn?.original.src);
    case 'ctorigdst':
      return address(({ conn }) => conn?.original.dst);
    case 'ctreplsrc':
      return address(({ conn }) => conn?.reply.src);
    case 'ctrepldst':
      return address(({ conn }) => conn?.reply.dst);
    case 'ctorigsrcport':
      return port(({ conn }) => conn?.original.sport);
    case 'ctorigdstport':
      return port(({ conn }) => conn?.original.dport);
    case 'ctreplsrcport':
      return port(({ conn }) => conn?.reply.sport);
    case 'ctrepldstport':
      return port(({ conn }) => conn?.reply.dport);
    case 'ctdir':
      return withConnection(({ isReply }) => isReply === (value === 'REPLY'));
    default:
      // ctstatus and ctexpire depend on what the connection lived through before.
      return undefined;
  }
};

export const connmarkTest: TestMaker = (option) => {
  if (option.flag !== 'mark') return undefined;
  const { value, mask } = parseMark(first(option));
  return ({ conn }) => conn !== undefined && (conn.mark & mask) >>> 0 === value;
};
