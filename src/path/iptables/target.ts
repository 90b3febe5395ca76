// What a matching rule does. A target that is not in here leaves the verdict open, by name.
import type { IptablesRule } from '../../facts/netfilter.js';
import { ACCEPT, DROP, type Flow, NEXT, RETURN, type Sight } from '../chain.js';
import type { Frame } from '../packet.js';
import type { Refusal } from '../prediction.js';
import { natTarget } from './target-nat.js';
import { parseMark } from './test.js';

export interface Effect {
  readonly frame: Frame;
  readonly flow: Flow;
}
export interface Target {
  /** Changes nothing a verdict could depend on: whether such a rule matches does not matter. */
  readonly idle: boolean;
  apply(frame: Frame, sight: Sight): Effect;
}
type TargetRule = NonNullable<IptablesRule['target']>;

export const IDLE: Target = { idle: true, apply: (frame) => ({ frame, flow: NEXT }) };
const flowing = (flow: Flow): Target => ({ idle: false, apply: (frame) => ({ frame, flow }) });
const changing = (change: (frame: Frame) => Frame): Target => ({
  idle: false,
  apply: (frame) => ({ frame: change(frame), flow: NEXT }),
});
const unknownTarget = (why: string): Target => flowing({ kind: 'unknown', why });

// They write logs, counters, quality-of-service bits, sets or copies: nothing that decides where this packet goes.
const IDLE_TARGETS = new Set(
  'LOG NFLOG ULOG TRACE AUDIT TCPMSS TOS DSCP ECN CHECKSUM CLASSIFY IDLETIMER LED RATEEST SECMARK CONNSECMARK TEE'.split(
    ' ',
  ),
);
const REFUSALS: Readonly<Record<string, Refusal>> = {
  'icmp-net-unreachable': 'icmp-net-unreachable',
  'net-unreach': 'icmp-net-unreachable',
  'icmp-host-unreachable': 'icmp-host-unreachable',
  'host-unreach': 'icmp-host-unreachable',
  'icmp-proto-unreachable': 'icmp-proto-unreachable',
  'proto-unreach': 'icmp-proto-unreachable',
  'icmp-port-unreachable': 'icmp-port-unreachable',
  'port-unreach': 'icmp-port-unreachable',
  'icmp-net-prohibited': 'icmp-net-prohibited',
  'net-prohib': 'icmp-net-prohibited',
  'icmp-host-prohibited': 'icmp-host-prohibited',
  'host-prohib': 'icmp-host-prohibited',
  'icmp-admin-prohibited': 'icmp-admin-prohibited',
  'admin-prohib': 'icmp-admin-prohibited',
  'tcp-reset': 'rst',
};

export function targetOf(target: TargetRule | undefined): Target {
  if (!target || IDLE_TARGETS.has(target.name)) return IDLE;
  const { name } = target;
  switch (name) {
    case 'ACCEPT':
      return flowing(ACCEPT);
    case 'DROP':
      return flowing(DROP);
    case 'RETURN':
      return flowing(RETURN);
    case 'REJECT':
      return reject(target);
    case 'MARK':
      return markTarget(target);
    case 'CONNMARK':
      return connmarkTarget(target);
    case 'NOTRACK':
      return notrack();
    case 'CT':
      return target.options.some(({ flag }) => flag === 'notrack') ? notrack() : unknownTarget(targetText(target));
    case 'DNAT':
    case 'SNAT':
    case 'MASQUERADE':
    case 'REDIRECT':
    case 'NETMAP':
      return natTarget(target);
    default:
      return /^[A-Z]+$/.test(name) && FOREIGN.has(name)
        ? unknownTarget(targetText(target))
        : flowing({ kind: 'jump', chain: name, goto: target.goto });
  }
}

/** Targets that hand the packet to somebody else, or do what nobody can tell from a dump. */
const FOREIGN = new Set(
  'QUEUE NFQUEUE TPROXY SYNPROXY HMARK TTL HL SET CLUSTERIP DNPT SNPT MIRROR BALANCE FULLCONENAT TARPIT'.split(' '),
);

export const targetText = ({ name, options }: TargetRule): string =>
  `-j ${name}${options.map(({ flag, values }) => ` --${flag}${values.length > 0 ? ` ${values.join(' ')}` : ''}`).join('')}`;

function reject(target: TargetRule): Target {
  const kind = target.options.find(({ flag }) => flag === 'reject-with')?.values[0] ?? 'icmp-port-unreachable';
  const how = REFUSALS[kind];
  return how ? flowing({ kind: 'reject', how }) : unknownTarget(targetText(target));
}

function markTarget(target: TargetRule): Target {
  const [option] = target.options;
  const { value, mask } = parseMark(option?.values[0] ?? '0');
  switch (option?.flag) {
    case 'set-xmark':
      return changing((frame) => ({ ...frame, mark: ((frame.mark & ~mask) ^ value) >>> 0 }));
    case 'set-mark':
      return changing((frame) => ({ ...frame, mark: ((frame.mark & ~mask) | value) >>> 0 }));
    case 'or-mark':
      return changing((frame) => ({ ...frame, mark: (frame.mark | value) >>> 0 }));
    case 'and-mark':
      return changing((frame) => ({ ...frame, mark: (frame.mark & value) >>> 0 }));
    case 'xor-mark':
      return changing((frame) => ({ ...frame, mark: (frame.mark ^ value) >>> 0 }));
    default:
      return unknownTarget(targetText(target));
  }
}

const settingConnmark = (next: (frame: Frame, mark: number) => number): Target =>
  changing((frame) =>
    frame.conn ? { ...frame, conn: { ...frame.conn, mark: next(frame, frame.conn.mark) >>> 0 } } : frame,
  );

function connmarkTarget(target: TargetRule): Target {
  const value = (flag: string): string | undefined => target.options.find((option) => option.flag === flag)?.values[0];
  const has = (flag: string): boolean => target.options.some((option) => option.flag === flag);
  const both = value('mask') ?? '0xffffffff';
  const [nf, ct] = [Number(value('nfmask') ?? both) >>> 0, Number(value('ctmask') ?? both) >>> 0];
  if (has('save-mark')) return settingConnmark((frame, mark) => (mark & ~ct) ^ (frame.mark & nf));
  if (has('restore-mark')) {
    return changing((frame) =>
      frame.conn ? { ...frame, mark: ((frame.mark & ~nf) ^ (frame.conn.mark & ct)) >>> 0 } : frame,
    );
  }
  if (has('set-xmark')) {
    const set = parseMark(value('set-xmark') ?? '0');
    return settingConnmark((_, mark) => (mark & ~set.mask) ^ set.value);
  }
  return unknownTarget(targetText(target));
}

/** xt_CT looks for any state on the packet, nft's notrack for a connection only. */
function notrack(): Target {
  return changing((frame) => {
    if (frame.conn || frame.ofUntracked) return frame;
    return { ...frame, state: 'UNTRACKED' };
  });
}
