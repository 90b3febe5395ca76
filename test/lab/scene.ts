// One injection's stage: the lab, what was drawn, and what was there before. Kept on disk, so another process can heal it.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab, Ran } from './lab.js';
import { drawFrom, type Draw, type NodePort, type Place, type ServicePort, type Survey } from './seed.js';

export const NAMESPACE = 'shop';

export interface Scene {
  readonly lab: Lab;
  readonly draw: Draw;
  /** Remembers a value that `heal` must put back; written at once, because an injector may be killed. */
  keep(name: string, value: string): void;
  kept(name: string): string;
  /** A script on a node, as root in its namespaces; throws with the node's own words when it fails. */
  on(node: string, script: string): Promise<string>;
  kubectl(...args: readonly string[]): Promise<string>;
  apply(manifest: object): Promise<void>;
}

interface Saved {
  readonly fault: string;
  readonly draw: Draw;
  readonly values: Readonly<Record<string, string>>;
}

const fileOf = (lab: Lab, fault: string): string => join(lab.dir, `fault-${fault}.json`);

export async function newScene(lab: Lab, fault: string, seed: number): Promise<Scene> {
  const draw = drawFrom(await survey(lab), seed);
  return scene(lab, { fault, draw, values: {} });
}

/** The scene of a fault that some process injected, or undefined when none did. */
export function savedScene(lab: Lab, fault: string): Scene | undefined {
  try {
    const saved: Saved = JSON.parse(readFileSync(fileOf(lab, fault), 'utf8'));
    return scene(lab, saved);
  } catch {
    return undefined;
  }
}

export const forgetScene = (lab: Lab, fault: string): void => rmSync(fileOf(lab, fault), { force: true });

function scene(lab: Lab, { fault, draw, values: before }: Saved): Scene {
  const values: Record<string, string> = { ...before };
  const save = (): void => writeFileSync(fileOf(lab, fault), JSON.stringify({ fault, draw, values }, null, 1));
  save();
  return {
    lab,
    draw,
    keep(name, value) {
      values[name] = value;
      save();
    },
    kept: (name) => values[name] ?? '',
    on: async (node, script) => outOf(await lab.node(node).sh(script), `${node}: ${script}`),
    kubectl: async (...args) => outOf(await lab.kubectl([...args]), `kubectl ${args.join(' ')}`),
    async apply(manifest) {
      const ran = await lab.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(manifest) });
      outOf(ran, 'kubectl apply');
    },
  };
}

export function outOf(ran: Ran, what: string): string {
  if (ran.code === 0) return ran.stdout;
  throw new Error(`${what.slice(0, 200)}: exit ${ran.code}: ${(ran.stderr || ran.stdout).trim().slice(0, 400)}`);
}

interface Listed {
  readonly items: readonly Item[];
}
interface Item {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly clusterIP?: string;
    readonly internalTrafficPolicy?: string;
    readonly type?: string;
    readonly externalTrafficPolicy?: string;
    readonly ports?: readonly {
      readonly name?: string;
      readonly port: number;
      readonly protocol: string;
      readonly nodePort?: number;
    }[];
    readonly containers?: readonly {
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    }[];
  };
  readonly status: { readonly podIP?: string };
}

/** Everything a draw may choose from, found by what the objects are, not by what they are called here. */
export async function survey(lab: Lab): Promise<Survey> {
  const listed: Listed = JSON.parse(
    outOf(await lab.kubectl(['get', 'pods,services', '-n', NAMESPACE, '-o', 'json']), 'survey'),
  );
  const pods = listed.items.filter(({ kind, metadata }) => kind === 'Pod' && metadata.deletionTimestamp === undefined);
  const backends = pods.filter(({ metadata }) => metadata.labels?.['app'] === 'api');
  return {
    clients: inOrder(pods.filter(({ metadata }) => /^web\d*$/.test(metadata.name)).map(placeOf)),
    backends: inOrder(backends.map(placeOf)),
    services: listed.items.flatMap(balanced),
    nodePorts: listed.items.flatMap(exposed),
    workers: lab.nodes.slice(1).map(({ name }) => name),
    serverPort: backends[0]?.spec.containers?.[0]?.ports?.find(({ name }) => name === 'http')?.containerPort ?? 8080,
  };
}

const placeOf = ({ metadata, spec, status }: Item): Place => ({
  pod: metadata.name,
  ip: status.podIP ?? '',
  node: spec.nodeName ?? '',
});

const inOrder = (places: readonly Place[]): readonly Place[] =>
  places.toSorted((a, b) => a.node.localeCompare(b.node) || a.pod.localeCompare(b.pod));

// A Service whose internal policy is Local has one backend from where the client stands, so faults between nodes miss it.
function balanced({ kind, metadata, spec }: Item): readonly ServicePort[] {
  const port = spec.ports?.find(({ name, protocol }) => name === 'http' && protocol === 'TCP');
  const named = kind === 'Service' && spec.selector?.['app'] === 'api' && spec.internalTrafficPolicy !== 'Local';
  if (!named || port === undefined || spec.clusterIP === undefined || spec.clusterIP === 'None') return [];
  return [{ name: metadata.name, ip: spec.clusterIP, port: port.port, protocol: 'TCP' }];
}

function exposed({ kind, metadata, spec }: Item): readonly NodePort[] {
  const nodePort = spec.ports?.find(({ protocol }) => protocol === 'TCP')?.nodePort;
  const open = kind === 'Service' && spec.type === 'NodePort' && spec.externalTrafficPolicy === 'Cluster';
  return open && nodePort !== undefined && spec.selector?.['app'] === 'api' ? [{ name: metadata.name, nodePort }] : [];
}
