// Flags as typed values. Each is checked here, before anything is asked of a cluster.
import type { AnyCheck, LayerId, Severity } from '../checks/check.js';
import type { Rung } from '../evidence/evidence.js';
import type { Overrides } from '../evidence/kubeconfig/overrides.js';
import type { Protocol } from '../target/subject.js';
import { badDuration, matchesNoCheck, unknownCheck } from '../target/errors.js';
import { secondsFor } from '../facts/asks/attempt.js';
import { UsageError } from '../target/usage-error.js';
import type { FlagValues } from './commands.js';
import { RUNGS, SEVERITIES } from './flags.js';

export interface RunOptions {
  readonly rung: Rung;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly image?: string;
  readonly probeNamespace?: string;
  readonly timeoutMs: number;
  readonly parallel: number;
  readonly commandSeconds?: number;
  readonly skipNodeList?: true;
  readonly failOn: Severity | 'never';
  readonly exitZero: boolean;
  readonly allowIncomplete: boolean;
}

export function runOptions(flags: FlagValues): RunOptions {
  const timeoutMs = duration(flags, 'timeout') ?? 60_000;
  const commandMs = duration(flags, 'checkTimeout');
  fitsInto(timeoutMs, { commandMs, repeat: whole(flags, 'repeat') });
  return {
    rung: choice(flags, 'probe', RUNGS) ?? 'exec',
    yes: flags['yes'] === true,
    dryRun: choice(flags, 'dryRun', ['client']) !== undefined,
    ...text(flags, 'image'),
    ...text(flags, 'probeNamespace'),
    timeoutMs,
    parallel: whole(flags, 'parallel') ?? 8,
    // The script counts whole seconds.
    ...(commandMs === undefined ? {} : { commandSeconds: Math.max(1, Math.ceil(commandMs / 1000)) }),
    ...(flags['skipNodeList'] === true ? { skipNodeList: true } : {}),
    failOn: choice(flags, 'failOn', [...SEVERITIES, 'never'] as const) ?? 'degraded',
    exitZero: flags['exitZero'] === true,
    allowIncomplete: flags['allowIncomplete'] === true,
  };
}

interface Bounded {
  readonly commandMs: number | undefined;
  readonly repeat: number | undefined;
}

/** What cannot end in time would only end as "not known". */
function fitsInto(timeoutMs: number, { commandMs, repeat }: Bounded): void {
  const inAll = `--timeout ${timeoutMs / 1000}s`;
  if (commandMs !== undefined && commandMs > timeoutMs)
    throw new UsageError(`--check-timeout ${commandMs / 1000}s is longer than ${inAll}.`);
  const seconds = repeat === undefined ? 0 : secondsFor(repeat);
  if (seconds * 1000 > timeoutMs)
    throw new UsageError(
      `--repeat ${repeat} may take ${seconds} s, longer than ${inAll}.`,
      `E.g. --timeout ${seconds + 30}s`,
    );
}

/** The flags are kubectl's, so their names are the fields'. */
export function overridesOf(flags: FlagValues): Overrides {
  const timeoutMs = duration(flags, 'requestTimeout');
  return {
    ...text(flags, 'kubeconfig'),
    ...text(flags, 'context'),
    ...text(flags, 'cluster'),
    ...text(flags, 'user'),
    ...text(flags, 'namespace'),
    ...text(flags, 'server'),
    ...text(flags, 'tlsServerName'),
    ...text(flags, 'certificateAuthority'),
    ...text(flags, 'clientCertificate'),
    ...text(flags, 'clientKey'),
    ...text(flags, 'token'),
    ...text(flags, 'as'),
    ...text(flags, 'asUid'),
    ...(flags['asGroup'] === undefined ? {} : { asGroup: words(flags, 'asGroup') }),
    ...(flags['asUserExtra'] === undefined ? {} : { asUserExtra: words(flags, 'asUserExtra') }),
    ...(flags['insecureSkipTlsVerify'] === true ? { insecureSkipTlsVerify: true } : {}),
    ...(flags['disableCompression'] === true ? { disableCompression: true } : {}),
    ...(timeoutMs === undefined ? {} : { requestTimeoutMs: timeoutMs }),
  };
}

export function protocolOf(flags: FlagValues): { readonly protocol?: Protocol } {
  const protocol = choice(flags, 'protocol', ['tcp', 'udp'] as const);
  return protocol === undefined ? {} : { protocol };
}

const LAYER_IDS: readonly LayerId[] = ['L1', 'L2', 'L3', 'L4', 'L5', 'L6', 'L7'];

/** A name that matches no check is an error: a typing slip must not read as "nothing found". */
export function chosenChecks(flags: FlagValues, all: readonly AnyCheck[]): readonly AnyCheck[] {
  const ids = all.map(({ id }) => id);
  const select = globs('--select', words(flags, 'select'), ids);
  const skip = globs('--skip', words(flags, 'skip'), ids);
  const layers = commas(text(flags, 'layers').layers ?? '').map((word) => {
    const layer = LAYER_IDS.find((id) => id === word.toUpperCase());
    if (layer === undefined) throw new UsageError(`unknown layer "${word}".`, `One of: ${LAYER_IDS.join(', ')}.`);
    return layer;
  });
  const chosen = all.filter(({ id, layer }) => {
    const wanted = (select.length === 0 || select.some((glob) => glob.test(id))) && !skip.some((glob) => glob.test(id));
    return wanted && (layers.length === 0 || layers.includes(layer));
  });
  if (chosen.length === 0 && all.length > 0) {
    throw new UsageError('--select, --skip and --layers leave no check.', 'List: kubectl netdiag checks');
  }
  return chosen;
}

function globs(flag: string, given: readonly string[], ids: readonly string[]): readonly RegExp[] {
  return given.flatMap(commas).map((glob) => {
    const pattern = new RegExp(`^${glob.replaceAll(/[^a-z0-9*-]/gi, '\\$&').replaceAll('*', '.*')}$`);
    if (ids.some((id) => pattern.test(id))) return pattern;
    throw glob.includes('*') ? matchesNoCheck(flag, glob) : unknownCheck(glob, ids);
  });
}

const commas = (list: string): readonly string[] => list.split(',').filter(Boolean);

export function words(flags: FlagValues, name: string): readonly string[] {
  const given = flags[name];
  if (typeof given === 'string') return [given];
  return Array.isArray(given) ? given : [];
}

/** `{}` or `{ name: value }`, so that what was not given stays absent. */
export function text<N extends string>(flags: FlagValues, name: N): { readonly [K in N]?: string } {
  const given = flags[name];
  return typeof given === 'string' ? ({ [name]: given } as { readonly [K in N]?: string }) : {};
}

export function choice<C extends string>(flags: FlagValues, name: string, known: readonly C[]): C | undefined {
  const given = flags[name];
  if (given === undefined || typeof given === 'boolean') return undefined;
  const found = known.find((word) => word === given);
  if (found === undefined)
    throw new UsageError(`${dashed(name)} "${String(given)}" is unknown.`, `One of: ${known.join(', ')}.`);
  return found;
}

export function whole(flags: FlagValues, name: string): number | undefined {
  const given = flags[name];
  if (given === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(String(given))) {
    throw new UsageError(`${dashed(name)} "${String(given)}" is not a whole number above 0.`);
  }
  return Number(given);
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Go's durations, as kubectl takes them: 500ms, 10s, 1m30s. */
export function duration(flags: FlagValues, name: string): number | undefined {
  const given = flags[name];
  if (given === undefined) return undefined;
  const value = String(given);
  // kubectl takes 0 for "no limit" here and a bare number for seconds.
  if (name === 'requestTimeout' && value === '0') return undefined;
  if (name === 'requestTimeout' && /^\d+$/.test(value)) return Number(value) * 1000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(value)) throw badDuration(dashed(name), value);
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  return parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (UNIT_MS[unit] ?? 0), 0);
}

const dashed = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
