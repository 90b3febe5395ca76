import type { Flavour, SetName } from './lab.js';
import type { Scene } from './scene.js';

/** What a plain client says about one flow. Read with curl, bash and dig, never with our own product. */
export type Seen =
  | 'ok'
  | 'refused'
  | 'timeout'
  | 'no-route'
  | 'not-permitted'
  | 'reset'
  | 'slow'
  | 'wrong-answer'
  | 'large-lost'
  | 'intermittent';

/** One way to look: a request, a bare connection, an echoed datagram, a lookup, or a small then a large transfer. */
export type Probe = 'http' | 'tcp' | 'udp' | 'dns' | 'large';

/** What the client attempts. `source` and `dest` are the product's own words for it. */
export interface Flow {
  /** `pod/NAME` in the workload's namespace, or `node/NAME`. */
  readonly source: string;
  /** `svc/NAME`, `pod/NAME`, `ADDRESS:PORT`, or a name to look up and reach. */
  readonly dest: string;
  readonly probe: Probe;
  /** The address the client dials, when `dest` is not one. */
  readonly address?: string;
  readonly port: number;
  /** Attempts at a time: more where a Service balances, or a half-broken one looks healthy by luck. */
  readonly tries?: number;
  /** Seconds that a lookup waits, where the answer is late rather than lost. */
  readonly patience?: number;
  /** The client's own port, where a fault is about one flow's conntrack entry. */
  readonly fromPort?: number;
}

/** A dataplane feature of a flavour, by which a fault's appearance differs. */
export type Feature = Flavour['proxy'] | Flavour['cni'] | Flavour['policy'];

/** What is seen everywhere, or by feature where programs differ: the first feature named that the flavour has. */
export type Sees = Seen | ({ readonly default: Seen } & { readonly [F in Feature]?: Seen });

/** A plain command whose output tells the fault from health where a client sees none. */
export interface Shows {
  /** A node, or `api` for the arguments of a kubectl command. */
  readonly on: string;
  readonly command: string;
}

/** Where the predicted path of the flow's packet, or of its answer, ends. */
export interface PathEnd {
  /** `node/w1`, `pod/web`; several where a balanced Service may choose either way. */
  readonly hop: string | readonly string[];
  /** Words of the step that ends it: of the rule, route or device that was broken. */
  readonly cites: string;
}

export interface Fault {
  readonly id: string;
  /** The case (KN-065) or row (row-13) of the failure corpus it re-enacts. */
  readonly incident: string;
  /** One sentence: who did what, and what a user would have noticed. */
  readonly story: string;
  readonly layer: 'L1' | 'L2' | 'L3' | 'L4' | 'L5' | 'L6' | 'L7';
  /** The check that must be ranked first; `none` for what looks like a fault and is harmless. */
  readonly cause: string;
  /** The rule, link, route or object which the evidence must cite. */
  readonly object: (scene: Scene) => string;
  readonly flow: (scene: Scene) => Flow;
  /** Or why no walk through what the nodes hold can tell; absent where the fault lies in none of it. */
  readonly stopsAt?: ((scene: Scene) => PathEnd) | string;
  /** Makes what the flow needs and the workload does not have; `tidy` removes it when all is healthy again. */
  readonly prepare?: (scene: Scene) => Promise<void>;
  readonly tidy?: (scene: Scene) => Promise<void>;
  readonly flavours: readonly SetName[];
  readonly sees: Sees;
  readonly shows?: (scene: Scene) => Shows;
  /** Which loop of which program repairs this, how often, and what keeps it from doing so meanwhile. */
  readonly healer: string;
  /** Seconds this may take from injection to health; 15 unless agents restart. */
  readonly seconds?: number;
  readonly inject: (scene: Scene) => Promise<void>;
  readonly heal: (scene: Scene) => Promise<void>;
  /** True once the change has reached the dataplane, where the client's view would not tell. */
  readonly until?: (scene: Scene) => Promise<boolean>;
}

export const defineFault = (fault: Fault): Fault => fault;

export function seenIn(sees: Sees, flavour: Flavour): Seen {
  if (typeof sees === 'string') return sees;
  const features: readonly Feature[] = [flavour.cni, flavour.policy, flavour.proxy];
  return features.map((feature) => sees[feature]).find((seen) => seen !== undefined) ?? sees.default;
}
