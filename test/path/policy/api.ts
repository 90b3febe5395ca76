// An API server of a few objects, and what facts become of them.
import { requestKey, type Answer, type Evidence } from '../../../src/evidence/evidence.js';
import type { Fact } from '../../../src/facts/fact.js';
import { createModel } from '../../../src/model/know.js';
import { SOURCES } from '../../../src/path/sources.js';
import type { Subject } from '../../../src/target/subject.js';

/** What the server says of a path, its query decoded; whatever is not listed it does not have. */
export type Api = Readonly<Record<string, object | 'forbidden'>>;

function answerOf(found: object | 'forbidden' | undefined, path: string): Answer {
  if (found === undefined) return { kind: 'absent' };
  if (found === 'forbidden')
    return { kind: 'refused', gap: { kind: 'forbidden', permission: `list ${path}`, detail: 'forbidden' } };
  return { kind: 'answered', tool: 'api', text: JSON.stringify(found), exit: 0, stderr: '', elapsedMs: 1, through: '' };
}

/** As many rounds as a run has. */
export function factOf<T>(api: Api, subject: Subject, key: string): Fact<T> {
  const held = new Map<string, Evidence>();
  for (let round = 0; round < 9; round += 1) {
    const model = createModel(SOURCES, held, false);
    const fact = model.fact(subject, key);
    if (fact) return fact as Fact<T>;
    for (const request of model.outstanding.values()) {
      const path = request.via === 'api' ? decodeURIComponent(request.path) : '';
      const by = Object.keys(api).find(
        (known) => path === known || (known.endsWith('*') && path.startsWith(known.slice(0, -1))),
      );
      const answer = answerOf(by === undefined ? undefined : api[by], path);
      held.set(requestKey(request), { id: requestKey(request), request, at: '', answer });
    }
  }
  throw new Error(`${key} does not settle`);
}
export const valueOf = <T>(fact: Fact<T>): T => {
  if (fact.kind === 'unknown') throw new Error(`not known: ${JSON.stringify(fact.gaps)}`);
  return fact.value;
};

export const items = (...all: readonly object[]) => ({ items: all });
export const agent = (app: string, { image = 'i:1', args = [] as readonly string[], label = 'k8s-app' } = {}) => ({
  metadata: { namespace: 'kube-system', name: app, labels: { [label]: app } },
  spec: { template: { spec: { containers: [{ image, args }] } } },
});
export const AGENTS = '/apis/apps/v1/daemonsets?labelSelector=k8s-app in (kube-proxy*';
export const BESIDE = '/apis/apps/v1/daemonsets?labelSelector=k8s-app in (kube-network-policies*';
export const WEAVE = '/apis/apps/v1/daemonsets?labelSelector=name=weave-net';
