// Finds and removes what earlier runs may have left: only objects of ours, and unless told otherwise only expired ones.
import type { Gap } from './evidence.js';
import { fieldsOf, listOf, textOf } from './kubeconfig/config.js';
import { listAll } from './list.js';
import type { Made } from './probe-pod.js';
import { removeProbe } from './probe-pod.js';
import { EXPIRES, OWNER, OWNER_LABEL } from './probe-spec.js';
import type { Transport } from './transport.js';

export interface LeftOver extends Made {
  readonly expiresAt: string;
  readonly expired: boolean;
}

export interface Swept {
  readonly found: readonly LeftOver[];
  readonly removed: readonly LeftOver[];
  readonly gaps: readonly Gap[];
}

export interface SweepOptions {
  /** All namespaces when absent. */
  readonly namespace?: string;
  readonly dryRun: boolean;
  /** Also objects of a run that may still be going on. */
  readonly unexpired: boolean;
}

export async function sweep(transport: Transport, options: SweepOptions): Promise<Swept> {
  const [jobs, pods] = await Promise.all([leftOvers(transport, options, 'job'), leftOvers(transport, options, 'pod')]);
  // A Job takes its pods along.
  const found = [...jobs.found, ...pods.found];
  const gaps = [jobs.gap, pods.gap].filter((gap) => gap !== undefined);
  const wanted = options.dryRun ? [] : found.filter(({ expired }) => expired || options.unexpired);
  const done = await Promise.all(wanted.map((object) => removeProbe(transport, object)));
  return { found, removed: wanted.filter((_, at) => done[at]), gaps };
}

interface Found {
  readonly found: readonly LeftOver[];
  readonly gap?: Gap;
}

async function leftOvers(transport: Transport, { namespace }: SweepOptions, kind: Made['kind']): Promise<Found> {
  const group = kind === 'job' ? '/apis/batch/v1' : '/api/v1';
  const selector = encodeURIComponent(`${OWNER_LABEL}=${OWNER}`);
  const path = `${group}${namespace ? `/namespaces/${namespace}` : ''}/${kind}s?labelSelector=${selector}`;
  const got = await listAll(transport, { path });
  if (got.kind === 'refused') return { found: [], gap: got.gap };
  if (got.kind === 'absent') return { found: [] };
  const items = listOf(fieldsOf(JSON.parse(got.text))['items']).map((item) => fieldsOf(fieldsOf(item)['metadata']));
  return { found: items.filter((metadata) => !ownedByJob(metadata)).map((metadata) => leftOver(metadata, kind)) };
}

const ownedByJob = (metadata: Readonly<Record<string, unknown>>): boolean =>
  listOf(metadata['ownerReferences']).some((owner) => fieldsOf(owner)['kind'] === 'Job');

function leftOver(metadata: Readonly<Record<string, unknown>>, kind: Made['kind']): LeftOver {
  const expiresAt = textOf(fieldsOf(metadata['annotations'])[EXPIRES]) ?? '';
  return {
    kind,
    namespace: textOf(metadata['namespace']) ?? '',
    name: textOf(metadata['name']) ?? '',
    expiresAt,
    // Without a date of expiry it is not what we make today: left for a person to judge.
    expired: expiresAt !== '' && Date.parse(expiresAt) < Date.now(),
  };
}
