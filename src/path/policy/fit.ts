// What was observed of a flow, beside what policies say of it: does one explain the other?
import type { Observed } from '../../model/observed.js';
import type { Intended } from './intended.js';

type Told = Extract<Intended, { kind: 'told' }>;

const FAILED: readonly Observed[] = ['refused', 'timeout', 'no-route', 'net-unreachable', 'not-permitted', 'reset'];
export const failed = ({ observed }: Told): boolean => FAILED.includes(observed);

const HOW = {
  refused: 'answers what it denies with an ICMP error, which reads as refused',
  timeout: 'drops what it denies without a word, which reads as a timeout',
} as const;

/** An attempt that failed may have failed by this denial: nothing that was seen speaks against it. */
export const fits = ({ observed, dialect }: Told): boolean =>
  dialect.denies === 'unknown' || (observed !== 'refused' && observed !== 'timeout') || observed === dialect.denies;

/** Undefined where nothing was seen, or nothing follows from it: a datagram that nobody answers proves nothing. */
export function fitText(told: Told): string | undefined {
  const { holds, observed, dialect } = told;
  if (observed === 'none' || observed === 'silent' || observed === 'mixed') return undefined;
  if (holds === 'deny' && observed === 'connected')
    return `it was answered all the same: what ${dialect.name} has programmed is not what the policies say`;
  if (holds === 'deny' && failed(told)) return denialText(told);
  if (holds === 'allow' && failed(told)) return 'it fails, and no policy is why';
  return undefined;
}

function denialText({ observed, dialect }: Told): string {
  const { name, denies } = dialect;
  if (denies === 'unknown')
    return `how ${name} denies is not known, so what was seen neither supports nor contradicts it`;
  return observed === denies
    ? `which fits: ${name} ${HOW[denies]}`
    : `which is not how ${name} denies (it ${HOW[denies]}): something else may stop it first`;
}
