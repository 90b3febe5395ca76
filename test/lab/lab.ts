import { existsSync, readFileSync } from 'node:fs';
import type { Kubectl } from './addons.js';
import { kubeconfigOf } from './control-plane.js';
import { shIn } from './fabric.js';
import { nodeNames, type Flavour } from './flavours.js';
import { labNode, type LabNode } from './node.js';
import { isRunning, recorded } from './processes.js';
import { run, type Ran } from './run.js';
import { LabError, settings, stateFile, type Cidrs, type Settings } from './settings.js';
import { kubectlPath } from './tools.js';

export type { Flavour, SetName } from './flavours.js';
export type { LabNode } from './node.js';
export type { Ran } from './run.js';
export { labUp } from './up.js';

export interface Lab {
  readonly flavour: Flavour;
  readonly dir: string;
  readonly kubeconfig: string;
  readonly cidrs: Cidrs;
  /** the control plane first, then the workers */
  readonly nodes: readonly LabNode[];
  node(name: string): LabNode;
  /** the namespace that owns the bridge between the nodes */
  readonly fabric: { sh(script: string): Promise<Ran> };
  /** the router, upstream DNS and outside host */
  readonly outside: { sh(script: string): Promise<Ran> };
  readonly kubectl: Kubectl;
}

export interface State {
  readonly flavour: Flavour;
  readonly phase: 'starting' | 'up';
}

/** The lab that is running; throws one line when none is. */
export async function openLab(): Promise<Lab> {
  const of = settings();
  const state = readState(of);
  if (state === undefined) throw new LabError('no lab is running: npm run lab -- up');
  if (state.phase === 'starting')
    throw new LabError('the lab is not up yet, or its start was interrupted: npm run lab -- up');
  if (!recorded(of.dir).some(isRunning)) throw new LabError('the lab has ended with its machine: npm run lab -- up');
  return labOf(of, state.flavour);
}

export function labOf(of: Settings, flavour: Flavour): Lab {
  const nodes = nodeNames(flavour).map((name) => labNode(of, name));
  return {
    flavour,
    dir: of.dir,
    kubeconfig: kubeconfigOf(of) ?? '',
    cidrs: of.cidrs,
    nodes,
    node: (name) => {
      const found = nodes.find((node) => node.name === name);
      if (found === undefined)
        throw new LabError(`no node ${name}: there are ${nodes.map((node) => node.name).join(', ')}`);
      return found;
    },
    fabric: { sh: (script) => shIn(of, 'fabric', script) },
    outside: { sh: (script) => shIn(of, 'outside', script) },
    kubectl: kubectlOf(of),
  };
}

export function kubectlOf(of: Settings): Kubectl {
  return (args, options = {}) => run([kubectlPath(of), '--kubeconfig', kubeconfigOf(of) ?? '', ...args], options);
}

export function readState(of: Settings): State | undefined {
  const file = stateFile(of);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as State) : undefined;
}
