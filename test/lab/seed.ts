// The draw: everything about an injection that the product must not be tuned to, from one printed number.

/** mulberry32: 32 bits of state are plenty for choosing nodes and ports, and the same seed gives the same run anywhere. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A pod as the draw needs it. */
export interface Place {
  readonly pod: string;
  readonly ip: string;
  readonly node: string;
}

export interface ServicePort {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** What there is to choose from: read from the cluster once, in a fixed order, so that names with random ends do not matter. */
export interface Survey {
  readonly clients: readonly Place[];
  readonly backends: readonly Place[];
  readonly services: readonly ServicePort[];
  readonly workers: readonly string[];
  /** The port the backends listen on. */
  readonly serverPort: number;
  readonly nodePorts: readonly NodePort[];
}

export interface NodePort {
  readonly name: string;
  readonly nodePort: number;
}

export interface Draw {
  readonly seed: number;
  readonly client: Place;
  /** The client's node and another worker. */
  readonly near: string;
  readonly far: string;
  /** A backend on the client's node and one on the other. */
  readonly same: Place;
  readonly across: Place;
  readonly service: ServicePort;
  readonly serverPort: number;
  readonly exposed: NodePort;
  /** The node that is sick, for faults that may sit at either end. */
  readonly sick: string;
  /** Whether packets to the far node are hit, or those from it. */
  readonly direction: 'to' | 'from';
  /** Which program's table carries a host rule. */
  readonly table: 'iptables' | 'nft';
  /** Where in its chain a rule is put, counted from the top. */
  readonly position: number;
  /** Free choice of ports, names and addresses. */
  readonly number: number;
}

export function drawFrom(survey: Survey, seed: number): Draw {
  const next = random(seed);
  const below = (count: number): number => Math.floor(next() * count);
  const client = choose(survey.clients, below, 'client pod');
  const far = choose(
    survey.workers.filter((node) => node !== client.node),
    below,
    'worker besides the client’s',
  );
  return {
    seed,
    client,
    near: client.node,
    far,
    same: choose(
      survey.backends.filter(({ node }) => node === client.node),
      below,
      `backend on ${client.node}`,
    ),
    across: choose(
      survey.backends.filter(({ node }) => node === far),
      below,
      `backend on ${far}`,
    ),
    service: choose(survey.services, below, 'Service'),
    serverPort: survey.serverPort,
    exposed: choose(survey.nodePorts, below, 'NodePort'),
    sick: choose([client.node, far], below, 'node'),
    direction: choose(['to', 'from'] as const, below, 'direction'),
    table: choose(['iptables', 'nft'] as const, below, 'table'),
    position: 1 + below(3),
    number: below(10_000),
  };
}

function choose<T>(options: readonly T[], below: (count: number) => number, what: string): T {
  const chosen = options[below(options.length)];
  if (chosen === undefined) throw new Error(`nothing to draw from: the workload has no ${what}`);
  return chosen;
}
