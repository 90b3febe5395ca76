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
type Had = Exclude<Answer, { kind: 'refused' }>;

/** Whether this can happen to it, and there is an answer to lose. */
export function canLack({ request: { via }, answer }: Evidence, loss: Loss): boolean {
  // What this machine tries itself needs no permission and no tool.
  if (answer.kind === 'refused' || via === 'here') return false;
  if (loss === 'half') return answer.kind === 'answered' && answer.after !== undefined;
  // The API needs no tool.
  return via === 'run' || loss !== 'no-such-tool';
}

/** The same question without its answer; as it was where this cannot happen. */
export function without(evidence: Evidence, loss: Loss): Evidence {
  const { request, answer } = evidence;
  if (!canLack(evidence, loss) || answer.kind === 'refused' || request.via === 'here') return evidence;
  if (loss === 'half') return { ...evidence, answer: firstHalf(answer) };
  const gone = request.via === 'api' ? withoutApi(request, loss) : withoutRun(request, loss);
  return { ...evidence, answer: gone };
}

function firstHalf(answer: Had): Answer {
  if (answer.kind !== 'answered') return answer;
  const { after: _second, ...first } = answer;
  return first;
}

function withoutApi({ path, maxBytes = 64 << 20 }: ApiRequest, loss: Loss): Answer {
  const permission = permissionText(permissionFor('GET', path));
  const late: Gap = { kind: 'timeout', afterMs: 15_000, detail: `${path}: connected, and not a byte of an answer` };
  const forbidden: Gap = { kind: 'forbidden', permission, detail: `the user may not ${permission}` };
  const truncated: Gap = { kind: 'truncated', bytes: maxBytes, detail: `answer to ${path}` };
  return { kind: 'refused', gap: loss === 'forbidden' ? forbidden : loss === 'truncated' ? truncated : late };
}

function withoutRun({ where, ask }: RunRequest, loss: Exclude<Loss, 'half'>): Answer {
  const container = candidatesOf(where)[0] ?? SOMEBODY;
  const key = sectionKey(0, 'before');
  const section = (different: Partial<Section>): Section => ({ ...SECTION, key, ...different });
  const heard = { through: throughText(container), privileged: false, ended: SILENT };
  const told = (frames: Partial<Frames>): Heard => ({ ...heard, frames: { ...NOTHING, ...frames } });
  const ended = (gap: Gap): Heard => ({ ...heard, ended: gap, frames: NOTHING });
  const lost = {
    forbidden: () => ended(execGap({ kind: 'refused', status: 403, body: FORBIDDEN }, container)),
    timeout: () => told({ sections: [section({ exit: 137, endedMs: ask.timeoutSeconds * 1000 })] }),
    'no-such-tool': () =>
      told({ missing: ask.tries.map(({ needs }, tried) => ({ key, tried, tool: needs[0] ?? 'sh' })) }),
    truncated: () => told({ sections: [section({ stdout: Buffer.alloc(ask.maxBytes + 1) })] }),
  };
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
