// Rung `node`: one probe pod for each node asked about, made once in a run, removed when the door closes.
import { randomBytes } from 'node:crypto';
import type { RunRequest } from './collect.js';
import type { Mutation } from './door.js';
import type { Container, Gap } from './evidence.js';
import { fieldsOf, listOf, some, textOf } from './kubeconfig/config.js';
import { nodeOf } from './loads.js';
import { chooseImage } from './probe-image.js';
import type { Made } from './probe-pod.js';
import { removeProbe, startProbe, tryProbe } from './probe-pod.js';
import type { ProbeSpec } from './probe-spec.js';
import type { Probing, Sent } from './run.js';
import type { Transport } from './transport.js';

export interface ProbeOptions {
  readonly namespace: string;
  /** Named by the user: may be pulled. Else an image that is already there. */
  readonly image?: string;
  /** How long a run may take: pods outlive it by half a minute at most. */
  readonly runMs: number;
}

export interface Probes {
  probe(requests: readonly RunRequest[], deadlineMs: number): Promise<Probing>;
  mutations(): readonly Mutation[];
  removeAll(): Promise<void>;
}

const GRACE_SECONDS = 30;
const START_MS = 20_000;

export function openProbes(transport: Transport, options: ProbeOptions): Probes {
  const run = randomBytes(4).toString('hex');
  const nodes = new Map<string, Promise<Container | Gap>>();
  const objects = new Map<Made, Mutation['state']>();
  const made = (object: Made) => void objects.set(object, 'left');
  const over = new AbortController();
  let refused: Promise<Gap | undefined> | undefined;
  const start = async (node: string, deadlineMs: number): Promise<Container | Gap> => {
    const spec = await specFor(transport, options, { node, run });
    if ('kind' in spec) return spec;
    // The pods differ in their node alone, so one dry run speaks for all.
    refused ??= tryProbe(spec, transport);
    const gap = await refused;
    const limit = Math.min(deadlineMs, Date.now() + START_MS);
    return gap ?? startProbe(spec, { transport, deadlineMs: limit, over: over.signal, made });
  };
  return {
    async probe(requests, deadlineMs) {
      for (const node of new Set(requests.map(({ where }) => nodeOf(where)))) {
        if (!nodes.has(node)) nodes.set(node, start(node, deadlineMs));
      }
      const ready = await Promise.all([...nodes].map(async ([node, probe]) => [node, await probe] as const));
      return carried(requests, new Map(ready));
    },
    mutations: () => [...objects].map(([object, state]) => mutationOf(object, state)),
    async removeAll() {
      over.abort();
      // What is being created this moment would be missed, so its answer is waited for.
      await Promise.allSettled(nodes.values());
      const left = [...objects].filter(([, state]) => state === 'left').map(([object]) => object);
      await Promise.all(
        left.map(async (object) => objects.set(object, (await removeProbe(transport, object)) ? 'removed' : 'left')),
      );
    },
  };
}

function mutationOf({ kind, namespace, name }: Made, state: Mutation['state']): Mutation {
  const object = `${kind}/${name} -n ${namespace}`;
  return { verb: 'create', object, state, remove: `kubectl delete ${object}` };
}

function carried(requests: readonly RunRequest[], nodes: ReadonlyMap<string, Container | Gap>): Probing {
  const gaps = new Map<RunRequest, Gap>();
  const loads = new Map<Container, RunRequest[]>();
  for (const request of requests) {
    const probe = nodes.get(nodeOf(request.where));
    if (!probe) continue;
    if ('kind' in probe) gaps.set(request, probe);
    // A pod without a running container has no namespace to enter.
    else if (request.where.kind === 'node' || request.where.containerIds.length > 0) {
      loads.set(probe, [...(loads.get(probe) ?? []), request]);
    }
  }
  const sent = [...loads].map(([container, own]): Sent => ({
    container,
    requests: own,
    probe: true,
    placed: own.map(({ where, ask }) => ({
      ask,
      from: where.kind === 'node' ? { kind: 'node' } : { kind: 'pod', containerIds: where.containerIds },
    })),
  }));
  return { sent, gaps };
}

interface Wanted {
  readonly node: string;
  readonly run: string;
}

async function specFor(transport: Transport, options: ProbeOptions, { node, run }: Wanted): Promise<ProbeSpec | Gap> {
  const found = await nodeImages(transport, node);
  if ('kind' in found && !(options.image && found.kind === 'forbidden')) return found;
  const image = options.image ?? ('images' in found ? chooseImage(found.images) : undefined);
  if (!image) {
    return { kind: 'refused', detail: `node ${node} holds no image to probe from; name one with --image` };
  }
  const lifeSeconds = Math.ceil(options.runMs / 1000) + GRACE_SECONDS;
  const expiresAt = new Date(Date.now() + lifeSeconds * 1000).toISOString();
  return { node, run, image, pull: options.image !== undefined, namespace: options.namespace, lifeSeconds, expiresAt };
}

async function nodeImages(transport: Transport, node: string): Promise<{ readonly images: readonly string[] } | Gap> {
  const got = await transport.call({ path: `/api/v1/nodes/${node}` });
  if (got.kind === 'absent') return { kind: 'refused', detail: `there is no node ${node}` };
  if (got.kind === 'refused') return got.gap;
  const status = fieldsOf(fieldsOf(JSON.parse(got.text))['status']);
  const conditions = listOf(status['conditions']).map(fieldsOf);
  const ready = conditions.find(({ type }) => type === 'Ready');
  // Unknown: its kubelet has stopped reporting, so nobody is there to start a pod.
  if (ready?.['status'] === 'Unknown') {
    const says = textOf(ready['message']) ?? '';
    return { kind: 'unreachable', detail: `node ${node} is not Ready, no probe pod can start there: ${says}`.trim() };
  }
  const images = listOf(status['images']).flatMap((image) => listOf(fieldsOf(image)['names']));
  return { images: images.flatMap((name) => some('name', textOf(name)).name ?? []) };
}
