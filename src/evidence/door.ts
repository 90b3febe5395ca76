// What the pipeline talks to: a live cluster, or the recording of one.
import { openCollector } from './collect.js';
import type { Evidence, Request, Rung } from './evidence.js';
import type { Overrides } from './kubeconfig/overrides.js';
import { loadLogin, type Login } from './kubeconfig/login.js';
import { openOpener } from './open-running.js';
import { openRunner } from './run.js';
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
}

export interface DoorOptions {
  readonly flags: Overrides;
  readonly rung: Rung;
  readonly version: string;
  readonly parallel?: number;
}

const DEFAULT_BUDGET_MS = 60_000;

export function openDoor(options: DoorOptions): LiveDoor {
  const login = loadLogin(options.flags);
  const transport = openTransport(login, options.version);
  const opener = openOpener(transport, options.flags);
  const collector = openCollector(transport, openRunner({ rung: options.rung, opener }), options.parallel ?? 8);
  return {
    rung: options.rung,
    login,
    collect: (requests, { budgetMs = DEFAULT_BUDGET_MS } = {}) => collector.collect(requests, budgetMs),
    evidence: collector.held,
    mutations: () => [],
    close: async () => transport.close(),
  };
}
