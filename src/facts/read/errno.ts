// Error numbers: their names, how the two C libraries word them, and what they mean for an attempt.
import type { AttemptEnd } from '../observation.js';

/** glibc's words first, then musl's. */
const WORDS: readonly (readonly [string, string])[] = [
  ['Connection refused', 'ECONNREFUSED'],
  ['No route to host', 'EHOSTUNREACH'],
  ['Host is unreachable', 'EHOSTUNREACH'],
  ['Network is unreachable', 'ENETUNREACH'],
  ['Network unreachable', 'ENETUNREACH'],
  ['Operation not permitted', 'EPERM'],
  ['Permission denied', 'EACCES'],
  ['Connection reset by peer', 'ECONNRESET'],
  ['Cannot assign requested address', 'EADDRNOTAVAIL'],
  ['Address not available', 'EADDRNOTAVAIL'],
  ['Connection timed out', 'ETIMEDOUT'],
  ['Operation timed out', 'ETIMEDOUT'],
  ['Invalid argument', 'EINVAL'],
  ['Network is down', 'ENETDOWN'],
  ['Message too long', 'EMSGSIZE'],
];

export const errnoIn = (text: string): string | undefined => WORDS.find(([words]) => text.includes(words))?.[1];

const ENDS: Readonly<Record<string, AttemptEnd>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'no-route',
  ENETUNREACH: 'net-unreachable',
  EPERM: 'not-permitted',
  EACCES: 'not-permitted',
  ECONNRESET: 'reset',
  EADDRNOTAVAIL: 'address-unavailable',
  ETIMEDOUT: 'timeout',
  timeout: 'timeout',
};

/** A blackhole route gives EINVAL, a rule that drops in OUTPUT EPERM; what has no word of its own stays `unknown` with its errno. */
export const endOf = (errno: string): AttemptEnd => ENDS[errno] ?? 'unknown';
