// Questions, their verbatim answers, and why there is none. Types only: building a question costs nothing.

/** A container of a running pod that a command may be executed in. */
export interface Container {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Programs its image is known to hold; absent when nobody knows. */
  readonly tools?: readonly string[];
  /** Memory limit in bytes: what we run in there is charged to it. */
  readonly memoryLimit?: number;
}

/** Where a command is to run: in a node's own network namespace, or in a pod's. */
export type Where =
  | {
      readonly kind: 'node';
      readonly name: string;
      /** Pods that share the node's network, best first: what rung `exec` goes through. */
      readonly agents: readonly Container[];
      readonly ready: boolean;
    }
  | {
      readonly kind: 'pod';
      readonly namespace: string;
      readonly name: string;
      readonly node: string;
      readonly hostNetwork: boolean;
      readonly containers: readonly Container[];
      /** Ids of running containers (without scheme): how rung `node` finds the pod's network namespace. */
      readonly containerIds: readonly string[];
    };

/**
 * One way to get an answer: a POSIX-sh script and the programs it needs. All words from a cluster are quoted in it.
 * `"$ROOT/etc/hosts"` is the place's own file also where a probe pod looks in from outside; elsewhere ROOT is empty.
 */
export interface Try {
  /** Tells the reader which format came back: `ip-json`, `busybox-ip`, `proc` … */
  readonly tool: string;
  readonly needs: readonly string[];
  readonly script: string;
  /** The command as a person would type it: what a finding cites. */
  readonly shown: string;
}

export interface Ask {
  /** Unique for one place, arguments included: `routes`, `connect tcp 10.0.0.1 80`. */
  readonly id: string;
  /** Tried in order; the first whose programs are there and that exits 0 answers. */
  readonly tries: readonly Try[];
  /**
   * `static` once; `around` before and after the attempts of the same round, for deltas;
   * `attempt` a real connection or lookup, made when every place has taken its first sample.
   */
  readonly phase: 'static' | 'around' | 'attempt';
  readonly timeoutSeconds: number;
  readonly maxBytes: number;
}

/** A question as data. Only `collect` may put it to a cluster. */
export type Request =
  | {
      readonly via: 'api';
      /** Absolute path with its query. */
      readonly path: string;
      /** `list` follows pages and joins items; `text` keeps a log or a metrics page as it is. */
      readonly shape: 'object' | 'list' | 'text';
      /** Keep these dotted fields of each item while the list streams; `*` stands for every element or key. */
      readonly fields?: readonly string[];
      readonly maxBytes?: number;
    }
  | { readonly via: 'run'; readonly where: Where; readonly ask: Ask }
  /** TCP connections from the machine that runs us: what `outside` can be made of. */
  | { readonly via: 'here'; readonly address: string; readonly port: number; readonly count: number };

/** The ladder of how far we may go; a rung includes those before it, except that `node` does not imply `ephemeral`. */
export type Rung = 'none' | 'exec' | 'ephemeral' | 'node';

/** Why we do not know. Never a reason to call anything healthy, or broken. */
export type Gap =
  | { readonly kind: 'forbidden'; readonly permission: string; readonly detail: string }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'unreachable'; readonly detail: string }
  | { readonly kind: 'unreadable'; readonly detail: string }
  | { readonly kind: 'timeout'; readonly afterMs: number; readonly detail: string }
  | { readonly kind: 'truncated'; readonly bytes: number; readonly detail: string }
  | { readonly kind: 'no-such-tool'; readonly tools: readonly string[]; readonly detail: string }
  | { readonly kind: 'lsm-denied'; readonly detail: string }
  /** The rung asked for does not reach there; `rung` would. */
  | { readonly kind: 'out-of-reach'; readonly rung: Rung; readonly detail: string }
  | { readonly kind: 'not-collected'; readonly detail: string }
  /** Our own bug while reading an answer. Never the cluster's fault. */
  | { readonly kind: 'crashed'; readonly detail: string };

export type Answer =
  | {
      readonly kind: 'answered';
      readonly tool: string;
      readonly text: string;
      /** Second sample of an `around` ask. */
      readonly after?: string;
      readonly exit: number;
      readonly stderr: string;
      /** Milliseconds between the two samples, or the attempt's own duration. */
      readonly elapsedMs: number;
      /** Where it ran, e.g. `kube-flannel/kube-flannel-ds-x (kube-flannel)`. Empty for the API. */
      readonly through: string;
    }
  /** The API server said 404: knowledge, not a gap. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly gap: Gap };

/** One request, its verbatim answer, and when it came. Nothing in here is interpreted. */
export interface Evidence {
  readonly id: string;
  readonly request: Request;
  readonly at: string;
  readonly answer: Answer;
}

/** Under this key a request is asked once, saved, and found again on replay. */
export function requestKey(request: Request): string {
  if (request.via === 'api') return `api ${request.path}`;
  if (request.via === 'here') return `here tcp ${request.address} ${request.port}`;
  const { where, ask } = request;
  return `run ${where.kind === 'node' ? `node/${where.name}` : `pod/${where.namespace}/${where.name}`} ${ask.id}`;
}

export function gapText(gap: Gap): string {
  switch (gap.kind) {
    case 'forbidden':
      return `may not ${gap.permission}`;
    case 'timeout':
      return `no answer within ${gap.afterMs / 1000} s: ${gap.detail}`;
    case 'truncated':
      return `cut off after ${gap.bytes} bytes: ${gap.detail}`;
    case 'no-such-tool':
      return `${gap.detail} (has none of: ${gap.tools.join(', ')})`;
    case 'out-of-reach':
      return `${gap.detail} (--probe ${gap.rung} would see it)`;
    default:
      return gap.detail;
  }
}
