// The recording of a cluster, behind the same door: the same questions get the same answers, byte for byte.
import type { Bundle } from './bundle.js';
import type { Door } from './door.js';
import type { Evidence, Request } from './evidence.js';
import { requestKey } from './evidence.js';

export function replayDoor({ manifest, evidence }: Bundle): Door {
  const recorded = new Map(evidence.map((one) => [requestKey(one.request), one]));
  return {
    rung: manifest.rung,
    collect: async (requests) =>
      requests.map((request) => recorded.get(requestKey(request)) ?? unrecorded(request, manifest)),
    mutations: () => manifest.mutations,
    evidence: () => evidence,
    close: async () => undefined,
  };
}

/** A newer netdiag asks more than an older one recorded. */
const unrecorded = (request: Request, { startedAt, tool }: Bundle['manifest']): Evidence => ({
  id: `-${requestKey(request)}`,
  request,
  at: startedAt,
  answer: {
    kind: 'refused',
    gap: { kind: 'not-collected', detail: `not recorded: netdiag ${tool} did not ask it` },
  },
});
