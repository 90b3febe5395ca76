// Matches on what connection tracking knows of the packet.
import { not } from '../chain.js';
import type { Connection, Frame } from '../packet.js';
import { type Option, type Test, type TestMaker, addressTest, first, parseMark, portTest } from './test.js';

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
/** Without a connection these are false even with a `!` before them (conntrack_mt, connmark_mt). */
const withConnection =
  ({ negated }: Option, test: Test): Test =>
  (frame, sight) => {
    if (frame.conn === undefined) return false;
    const truth = test(frame, sight);
    return negated ? not(truth) : truth;
  };

export const conntrackTest: TestMaker = (option, all) => {
  const hasState = all.some(({ flag }) => flag === 'ctstate');
  const test = knownTest(option);
  if (!test || option.flag === 'ctstate') return test;
  // Beside a state that holds, nothing else is asked of a packet without a connection.
  return (frame, sight) => (frame.conn === undefined && hasState) || test(frame, sight);
};

/** Of the first packet and its answer, which is all that is walked: neither is enough for IPS_ASSURED. */
const STATUS: Readonly<Record<string, (conn: Connection) => boolean>> = {
  SEEN_REPLY: ({ answered }) => answered,
  CONFIRMED: ({ confirmed }) => confirmed,
  ASSURED: () => false,
};

function knownTest(option: Option): Test | undefined {
  const value = first(option);
  const tracked = (test: Test): Test => withConnection(option, test);
  const address = (pick: (frame: Frame) => string | undefined): Test =>
    tracked(addressTest(value, (frame) => pick(frame) ?? ''));
  const port = (pick: (frame: Frame) => number | undefined): Test =>
    tracked(portTest(value, (frame) => pick(frame) ?? -1));
  switch (option.flag) {
    case 'ctstate': {
      const states = statesTest(value);
      return (frame, sight) => states(frame, sight) !== option.negated;
    }
    case 'ctproto':
      return tracked(({ conn }) => conn?.protocol === (PROTOCOLS[value] ?? value));
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
      return tracked(({ isReply }) => isReply === (value === 'REPLY'));
    case 'ctstatus':
      return value.split(',').every((name) => name in STATUS)
        ? tracked(({ conn }) => conn !== undefined && value.split(',').some((name) => STATUS[name]?.(conn)))
        : undefined;
    default:
      // ctexpire depends on how long the connection lives.
      return undefined;
  }
}

export const connmarkTest: TestMaker = (option) => {
  if (option.flag !== 'mark') return undefined;
  const { value, mask } = parseMark(first(option));
  return withConnection(option, ({ conn }) => ((conn?.mark ?? 0) & mask) >>> 0 === value);
};
