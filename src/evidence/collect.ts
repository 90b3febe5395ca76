// Puts questions to a cluster: each once, a bounded number at a time, and never throws. Trouble is a Gap.
import { askApi, type ApiRequest } from './ask-api.js';
import type { Answer, Evidence, Request } from './evidence.js';
import { requestKey } from './evidence.js';
import type { HereRequest } from './here.js';
import { firstLine } from './kubeconfig/login.js';
import { limiter } from './limiter.js';
import type { Transport } from './transport.js';

export type RunRequest = Extract<Request, { via: 'run' }>;

/** Answers all run requests of one round; one answer each, in order. */
export type Runner = (requests: readonly RunRequest[], budgetMs: number) => Promise<readonly Answer[]>;

export interface Collector {
  collect(requests: readonly Request[], budgetMs: number): Promise<Evidence[]>;
  /** Everything asked so far, in order. */
  held(): readonly Evidence[];
}

export interface Limits {
  readonly parallel: number;
  /** Why a path is not to be read, where there is a reason. */
  readonly unwanted?: (path: string) => string | undefined;
  /** For one command; attempts take the time that they measure. */
  readonly commandSeconds?: number;
}

export interface Ways {
  readonly run: Runner;
  readonly here: (request: HereRequest, budgetMs: number) => Promise<Answer>;
}

export function openCollector(transport: Transport, { run, here }: Ways, limits: Limits): Collector {
  const asked = new Map<string, { readonly id: string; readonly answer: Promise<Answer>; readonly request: Request }>();
  const evidence = new Map<string, Evidence>();
  const slot = limiter(limits.parallel);
  const one = async (request: ApiRequest, budgetMs: number): Promise<Answer> => {
    const why = limits.unwanted?.(request.path);
    if (why !== undefined) return { kind: 'refused', gap: { kind: 'not-collected', detail: why } };
    return slot(() => askApi(transport, request, budgetMs)).catch(unexpected);
  };
  return {
    async collect(requests, budgetMs) {
      const fresh = [...new Map(requests.map((request) => [requestKey(request), request]))].filter(
        ([key]) => !asked.has(key),
      );
      const runs = fresh.map(([, request]) => request).filter((request) => request.via === 'run');
      const commands = runs.map((request) => hurried(request, limits.commandSeconds));
      const answers = commands.length > 0 ? run(commands, budgetMs) : Promise.resolve([]);
      const answerTo = (request: Request): Promise<Answer> => {
        if (request.via === 'run') return nth(answers, runs.indexOf(request));
        return request.via === 'api' ? one(request, budgetMs) : here(request, budgetMs).catch(unexpected);
      };
      for (const [key, request] of fresh) {
        const answer = answerTo(request);
        asked.set(key, { id: `e${asked.size + 1}`, request, answer });
      }
      return Promise.all(
        requests.map(async (request) => {
          const key = requestKey(request);
          const entry = asked.get(key);
          const answer = (await entry?.answer) ?? NOTHING;
          const known = evidence.get(key) ?? { id: entry?.id ?? '', request, at: new Date().toISOString(), answer };
          evidence.set(key, known);
          return known;
        }),
      );
    },
    held: () => [...asked.keys()].flatMap((key) => evidence.get(key) ?? []),
  };
}

const NOTHING: Answer = { kind: 'refused', gap: { kind: 'not-collected', detail: 'nothing came back' } };

function hurried(request: RunRequest, seconds: number | undefined): RunRequest {
  const { ask } = request;
  if (seconds === undefined || ask.phase === 'attempt' || ask.timeoutSeconds <= seconds) return request;
  return { ...request, ask: { ...ask, timeoutSeconds: seconds } };
}

const nth = (answers: Promise<readonly Answer[]>, index: number): Promise<Answer> =>
  answers.then((all) => all[index] ?? NOTHING).catch(unexpected);

/** Our own mistake must not end the run: what it would have told is not known. */
const unexpected = (error: unknown): Answer => ({
  kind: 'refused',
  gap: { kind: 'not-collected', detail: `internal error: ${firstLine(error)}` },
});
