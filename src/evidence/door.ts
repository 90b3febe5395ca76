// What the pipeline talks to: a live cluster, or the recording of one.
import { openCollector } from './collect.js';
import type { Answer, Evidence, Request, Rung } from './evidence.js';
import type { Overrides } from './kubeconfig/overrides.js';
import { connectHere } from './here.js';
import { loadLogin, type Login } from './kubeconfig/login.js';
import { openOpener } from './open-running.js';
import { openRunner } from './run.js';
import { some } from './kubeconfig/config.js';
import { openProbes, type ProbeOptions } from './probes.js';
import type { Permission } from './permission.js';
import { reviewPermissions, type Reviewed } from './review.js';
import { sweep, type SweepOptions, type Swept } from './sweep.js';
import { openTransport } from './transport.js';

/** What a run has changed in the cluster, and what became of it. */
export interface Mutation {
  readonly verb: 'create' | 'patch';
  /** As `kubectl delete` takes it: `job/netdiag-abc -n kube-system`. */
  readonly object: string;
  readonly state: 'removed' | 'left';
  /** The command that removes what is left. */
  readonly remove: string;
}

export interface Round {
  /** What may pass before everything outstanding becomes a timeout. */
  readonly budgetMs?: number;
}

export interface Door {
  readonly rung: Rung;
  /** One piece of evidence per request, in order. Never throws; asks nothing twice in the life of the door. */
  collect(requests: readonly Request[], round?: Round): Promise<Evidence[]>;
  /** Everything asked so far, each once, in order: what a bundle holds. */
  evidence(): readonly Evidence[];
  /** Every mutation so far. */
  mutations(): readonly Mutation[];
  /** Removes what was created. Safe to call twice. */
  close(): Promise<void>;
}

export interface LiveDoor extends Door {
  readonly login: Login;
  /** Whether we may, one answer per permission. */
  review(permissions: readonly Permission[]): Promise<readonly Reviewed[]>;
  /** Finds, and unless it is a dry run removes, what earlier runs left behind. */
  sweep(options: SweepOptions): Promise<Swept>;
}

export interface DoorOptions {
  readonly flags: Overrides;
  readonly rung: Rung;
  readonly version: string;
  readonly parallel?: number;
  /** Longest time for one command; each question has its own where this is absent. */
  readonly commandSeconds?: number;
  /** Thousands of nodes are megabytes of list: what needs it becomes not known. */
  readonly skipNodeList?: boolean;
  /** For rung `node`. */
  readonly probe?: ProbeOptions;
}

const DEFAULT_BUDGET_MS = 60_000;
const DEFAULT_PROBE: ProbeOptions = { namespace: 'kube-system', runMs: DEFAULT_BUDGET_MS };

const nodeList = (path: string): string | undefined =>
  path === '/api/v1/nodes' ? 'the list of nodes was skipped (--skip-node-list)' : undefined;

const notAtNone = (): Promise<Answer> =>
  Promise.resolve({
    kind: 'refused',
    gap: { kind: 'out-of-reach', rung: 'exec', detail: 'nothing is tried at --probe none, from this machine either' },
  });

export function openDoor(options: DoorOptions): LiveDoor {
  const login = loadLogin(options.flags);
  const transport = openTransport(login, options.version);
  const open = openOpener(transport, options.flags);
  const over = new AbortController();
  const probes = options.rung === 'node' ? openProbes(transport, options.probe ?? DEFAULT_PROBE) : undefined;
  const collector = openCollector(
    transport,
    {
      run: openRunner({ rung: options.rung, open, over: over.signal, ...some('probe', probes?.probe) }),
      here: options.rung === 'none' ? notAtNone : connectHere,
    },
    {
      parallel: options.parallel ?? 8,
      ...some('commandSeconds', options.commandSeconds),
      ...(options.skipNodeList ? { unwanted: nodeList } : {}),
    },
  );
  return {
    rung: options.rung,
    login,
    collect: (requests, { budgetMs = DEFAULT_BUDGET_MS } = {}) => collector.collect(requests, budgetMs),
    review: (permissions) => reviewPermissions(transport, permissions),
    sweep: (sweeping) => sweep(transport, sweeping),
    evidence: collector.held,
    mutations: () => probes?.mutations() ?? [],
    async close() {
      over.abort();
      await probes?.removeAll();
      transport.close();
    },
  };
}
