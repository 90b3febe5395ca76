// JSON Schema of `-o json`, held against real reports by a test. Objects stay open: v1 may grow fields.
import { SEVERITY_ORDER } from './style.js';
import { API_VERSION } from './json.js';

type Schema = Readonly<Record<string, unknown>>;

const TEXT: Schema = { type: 'string' };
const COUNT: Schema = { type: 'integer', minimum: 0 };
const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
const list = (items: Schema): Schema => ({ type: 'array', items });
const oneOf = (...words: readonly string[]): Schema => ({ enum: words });

/** Every property is required but those whose name ends in `?`. */
function object(properties: Readonly<Record<string, Schema>>): Schema {
  const names = Object.keys(properties);
  return {
    type: 'object',
    required: names.filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(names.map((name) => [name.replace(/\?$/, ''), properties[name]])),
  };
}

const FINDING = {
  id: {
    type: 'string',
    pattern: '^[a-z0-9-]+$',
    description: 'names the illness; the argument of explain and --select',
  },
  title: { ...TEXT, description: 'what health would be' },
  severity: ref('severity'),
  confidence: { ...oneOf('observed', 'programmed', 'declared'), description: 'what it rests on, strongest first' },
  layer: ref('layer'),
  subject: ref('subject'),
  also: list(ref('subject')),
  summary: TEXT,
  evidence: list(object({ on: TEXT, shows: TEXT, command: TEXT })),
  from: list(TEXT),
  fix: { ...list(ref('step')), description: 'the first one only reads' },
  refute: ref('step'),
  fingerprint: { ...TEXT, description: 'the same for the same illness of the same subject, run after run' },
};

const DEFS = {
  severity: { ...oneOf(...SEVERITY_ORDER), description: 'outage: fails now; degraded: some of it; risk: it will' },
  layer: { type: 'string', pattern: '^L[1-7]$' },
  probe: oneOf('none', 'exec', 'ephemeral', 'node'),
  step: object({ text: TEXT, 'command?': TEXT, risk: oneOf('reads', 'restarts', 'changes') }),
  subject: {
    ...object({
      kind: oneOf('cluster', 'node', 'pod', 'service', 'flow'),
      text: TEXT,
      'name?': TEXT,
      'namespace?': TEXT,
      'tries?': { ...COUNT, description: 'what --repeat asked for' },
    }),
  },
  gap: object({
    kind: oneOf(
      'forbidden',
      'refused',
      'unreachable',
      'unreadable',
      'timeout',
      'truncated',
      'no-such-tool',
      'lsm-denied',
      'out-of-reach',
      'not-collected',
    ),
    detail: TEXT,
  }),
  finding: object({ rank: { type: 'integer', minimum: 1 }, ...FINDING, effects: list(TEXT) }),
  consequence: object({ ...FINDING, causes: list(TEXT), because: TEXT }),
  flow: object({
    name: TEXT,
    observed: TEXT,
    predicted: TEXT,
    agree: oneOf('agree', 'contradict', 'not-compared'),
    hops: list(object({ name: TEXT, state: oneOf('ok', 'broken', 'unknown'), says: TEXT })),
    steps: list(
      object({
        hop: TEXT,
        says: TEXT,
        cites: TEXT,
        'trail?': list(TEXT),
        'command?': TEXT,
        mark: oneOf('ok', 'stop', 'unknown'),
      }),
    ),
  }),
  check: object({
    id: TEXT,
    layer: ref('layer'),
    subject: ref('subject'),
    status: oneOf('pass', 'fail', 'skip', 'unknown', 'crashed'),
    'summary?': TEXT,
    'gaps?': list(ref('gap')),
    'error?': TEXT,
    from: list(TEXT),
  }),
} as const;

export const REPORT_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'kubectl netdiag report',
  ...object({
    apiVersion: { const: API_VERSION },
    kind: { const: 'Report' },
    schemaVersion: { type: 'string', pattern: '^\\d+\\.\\d+$' },
    tool: object({ name: { const: 'kubectl-netdiag' }, version: TEXT }),
    cluster: object({ context: TEXT, server: TEXT, nodes: COUNT }),
    startedAt: { type: 'string', description: 'RFC 3339, UTC' },
    durationMs: { type: 'number', minimum: 0 },
    request: object({ words: list(TEXT), source: TEXT, destination: TEXT, probe: ref('probe') }),
    verdict: object({
      status: oneOf('ok', 'findings', 'inconclusive', 'error'),
      exitCode: { type: 'integer', enum: [0, 1, 2, 3, 4, 5, 130, 143] },
      headline: TEXT,
    }),
    findings: { ...list(ref('finding')), description: 'causes, by rank' },
    consequences: { ...list(ref('consequence')), description: 'what the causes explain' },
    path: list(ref('flow')),
    checks: list(ref('check')),
    coverage: object({
      answered: COUNT,
      unknown: COUNT,
      missing: { ...list(object({ check: TEXT, subject: TEXT, why: TEXT })), description: 'why the exit code is 4' },
      unseen: list(object({ gap: ref('gap'), why: TEXT, checks: list(TEXT), subjects: list(TEXT) })),
    }),
    mutations: list(object({ verb: oneOf('created', 'deleted', 'left'), object: TEXT, 'command?': TEXT })),
    evidence: list(object({ id: TEXT, asked: TEXT, through: TEXT })),
    counts: object({ checks: COUNT, rounds: COUNT, requests: COUNT, execs: COUNT, bytes: COUNT }),
  }),
  $defs: DEFS,
};
