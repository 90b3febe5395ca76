// How one answer of a recording can be lacking, each in the very words the engine has for it: where the engine makes a gap
// out of what a place printed, it is made here by the same function from what a place would have printed.
import { answerFrom, type Heard } from '../../src/evidence/answer.js';
import type { Frames, Section } from '../../src/evidence/deframe.js';
import type { Answer, Container, Evidence, Gap, Request } from '../../src/evidence/evidence.js';
import { execGap } from '../../src/evidence/exec-gap.js';
import { candidatesOf, throughText } from '../../src/evidence/loads.js';
import { permissionFor, permissionText } from '../../src/evidence/permission.js';
import { sectionKey } from '../../src/evidence/script.js';

/** `half`: the first of two samples came, and the stream ended before the second. */
export const LOSSES = ['forbidden', 'timeout', 'no-such-tool', 'truncated', 'half'] as const;
export type Loss = (typeof LOSSES)[number];

type ApiRequest = Extract<Request, { via: 'api' }>;
type RunRequest = Extract<Request, { via: 'run' }>;

/** The same question without its answer; undefined where this cannot happen, or where there was no answer to lose. */
export function without(evidence: Evidence, loss: Loss): Evidence | undefined {
  const { request, answer } = evidence;
  if (answer.kind === 'refused') return undefined;
  // What this machine tries itself needs no permission and no tool.
  if (request.via === 'here') return undefined;
  const lost = request.via === 'api' ? withoutApi(request, loss) : withoutRun({ request, answer }, loss);
  return lost && { ...evidence, answer: lost };
}

/** A list of the API is read to its end or refused whole, and needs no tool. */
function withoutApi({ path, maxBytes = 64 << 20 }: ApiRequest, loss: Loss): Answer | undefined {
  const permission = permissionText(permissionFor('GET', path));
  const gaps: Partial<Record<Loss, Gap>> = {
    forbidden: { kind: 'forbidden', permission, detail: `the user may not ${permission}` },
    timeout: { kind: 'timeout', afterMs: 15_000, detail: `${path}: connected, and not a byte of an answer` },
    truncated: { kind: 'truncated', bytes: maxBytes, detail: `answer to ${path}` },
  };
  const gap = gaps[loss];
  return gap && { kind: 'refused', gap };
}

interface Ran {
  readonly request: RunRequest;
  readonly answer: Exclude<Answer, { kind: 'refused' }>;
}

function withoutRun({ request: { where, ask }, answer }: Ran, loss: Loss): Answer | undefined {
  if (loss === 'half') {
    if (answer.kind !== 'answered' || answer.after === undefined) return undefined;
    const { after: _second, ...first } = answer;
    return first;
  }
  const container = candidatesOf(where)[0] ?? SOMEBODY;
  const lost = {
    forbidden: () => ended(execGap({ kind: 'refused', status: 403, body: FORBIDDEN }, container)),
    timeout: () => told({ sections: [section({ exit: 137, endedMs: ask.timeoutSeconds * 1000 })] }),
    'no-such-tool': () =>
      told({ missing: ask.tries.map(({ needs }, tried) => ({ key, tried, tool: needs[0] ?? 'sh' })) }),
    truncated: () => told({ sections: [section({ stdout: Buffer.alloc(ask.maxBytes + 1) })] }),
  };
  const key = sectionKey(0, 'before');
  const section = (different: Partial<Section>): Section => ({ ...SECTION, key, ...different });
  const heard = { through: throughText(container), privileged: false, ended: SILENT };
  const told = (frames: Partial<Frames>): Heard => ({ ...heard, frames: { ...NOTHING, ...frames } });
  const ended = (gap: Gap): Heard => ({ ...heard, ended: gap, frames: NOTHING });
  return answerFrom(lost[loss](), ask, 0);
}

const SOMEBODY: Container = { namespace: 'kube-system', pod: 'probe', container: 'probe' };
const SILENT: Gap = { kind: 'unreachable', detail: 'the exec was cut off' };
const NOTHING: Frames = { sections: [], missing: [], phases: [] };
const SECTION: Section = {
  key: '',
  tried: 0,
  stdout: Buffer.alloc(0),
  stderr: '',
  exit: 0,
  startedMs: 0,
  endedMs: 0,
};
const FORBIDDEN = JSON.stringify({
  kind: 'Status',
  message: 'pods "x" is forbidden: User "u" cannot create resource "pods/exec" in API group "" in the namespace "n"',
});
