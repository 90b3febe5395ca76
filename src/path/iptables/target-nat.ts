// Targets of the nat table: each settles one end of a new connection.
import type { IptablesRule } from '../../facts/netfilter.js';
import { ACCEPT, type Sight } from '../chain.js';
import { settle } from '../conntrack.js';
import { ipNumber, ipText, parseCidr } from '../../facts/ip.js';
import type { Frame } from '../packet.js';
import { type SourcePorts, sourcePort } from '../source-port.js';
import { addressless, masqueradeAddress } from '../source.js';
import { primaryAddress } from '../world.js';
import type { Effect, Target } from './target.js';

type TargetRule = NonNullable<IptablesRule['target']>;
type Apply = (frame: Frame, sight: Sight) => Effect;

const optionOf = (target: TargetRule, flag: string): string | undefined =>
  target.options.find((option) => option.flag === flag)?.values[0];

export function natTarget(target: TargetRule): Target {
  return { idle: false, apply: applyOf(target) };
}

function applyOf(target: TargetRule): Apply {
  switch (target.name) {
    case 'DNAT':
      return destination(optionOf(target, 'to-destination') ?? '');
    case 'SNAT':
      return source(target, optionOf(target, 'to-source') ?? '');
    case 'MASQUERADE':
      return masquerade(target);
    case 'REDIRECT':
      return redirect(optionOf(target, 'to-ports'));
    default:
      return netmap(optionOf(target, 'to') ?? '');
  }
}

const open = (frame: Frame, why: string): Effect => ({ frame, flow: { kind: 'unknown', why } });

function destination(text: string): Apply {
  const [ip = '', port] = text.split(':');
  // A range is divided by a hash over the addresses, with a seed that only the kernel knows.
  if (text.includes('-')) return (frame) => open(frame, `which of ${text} the translation chooses`);
  const to = { ...(ip === '' ? {} : { dst: ip }), ...(port === undefined ? {} : { dport: Number(port) }) };
  return (frame) => ({ frame: settle(frame, 'dst', to), flow: ACCEPT });
}

function source(target: TargetRule, text: string): Apply {
  const [ip = '', ports] = text.split(':');
  if (ip.includes('-')) return (frame) => open(frame, `which of ${text} the translation chooses`);
  const allowed = portsOf(target, ports);
  return (frame) => ({
    frame: settle(frame, 'src', { ...(ip === '' ? {} : { src: ip }), sport: sourcePort(allowed, frame) }),
    flow: ACCEPT,
  });
}

function masquerade(target: TargetRule): Apply {
  const allowed = portsOf(target, optionOf(target, 'to-ports'));
  return (frame, sight) => {
    const ip =
      sight.oif === undefined ? undefined : masqueradeAddress(sight.netns, sight.oif, sight.nexthop ?? frame.dst);
    if (ip === undefined) return { frame, flow: addressless(sight.netns, sight.oif) };
    return { frame: settle(frame, 'src', { src: ip, sport: sourcePort(allowed, frame) }), flow: ACCEPT };
  };
}

function portsOf(target: TargetRule, text: string | undefined): SourcePorts {
  const random = target.options.some(({ flag }) => flag === 'random' || flag === 'random-fully');
  const [low = 0, high = low] = (text ?? '').split('-').map(Number);
  return text === undefined ? { random } : { random, range: [low, high] };
}

/** To this host: 127.0.0.1 for what it sends itself, else the first address of the device the packet came by. */
function redirect(ports: string | undefined): Apply {
  return (frame, sight) => {
    const ip = sight.hook === 'output' ? '127.0.0.1' : primaryAddress(sight.netns, sight.iif ?? '');
    if (ip === undefined) return { frame, flow: addressless(sight.netns, sight.iif) };
    if (ports?.includes('-')) return open(frame, `which port of ${ports} the redirect chooses`);
    return {
      frame: settle(frame, 'dst', { dst: ip, ...(ports === undefined ? {} : { dport: Number(ports) }) }),
      flow: ACCEPT,
    };
  };
}

function netmap(text: string): Apply {
  const cidr = parseCidr(text);
  return (frame, sight) => {
    const isSource = sight.hook === 'postrouting' || sight.hook === 'input';
    const old = ipNumber(isSource ? frame.src : frame.dst);
    if (!cidr || old === undefined) return open(frame, `-j NETMAP --to ${text}`);
    const ip = ipText(((old & ~cidr.mask) | cidr.base) >>> 0);
    return { frame: isSource ? settle(frame, 'src', { src: ip }) : settle(frame, 'dst', { dst: ip }), flow: ACCEPT };
  };
}
