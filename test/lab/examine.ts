import { CHECKS } from '../../src/checks/index.js';
import { effectsOf } from '../support/effects.js';
import type { Fault } from './fault.js';
import type { Lab } from './lab.js';
import { judgePath, type PathJudged } from './path-end.js';
import { play } from './play.js';
import { productRun, type Answer, type Rung } from './product.js';
import type { Scene } from './scene.js';

/**
 * `first`: the expected cause, or silence about what is harmless. `not known`: no finding and exit 4, which is right
 * wherever a rung cannot see. `consequence`: what the API alone shows follows from the cause, and the report says that
 * the cause itself was not judged. `later`: another finding came before it. `silent`: exit 0 over a broken network.
 */
export type Verdict = 'first' | 'later' | 'not known' | 'consequence' | 'silent' | 'wrong';

/** What the product made of one fault at one rung. */
export interface Judged {
  readonly rung: Rung;
  readonly first: string;
  /** From 1; 0 when the expected cause is not among the findings. */
  readonly rank: number;
  readonly cites: boolean;
  readonly verdict: Verdict;
  readonly seconds: number;
  readonly mentionsDecoy: boolean;
  /** At the rung that reads the nodes, of a fault that cuts a path. */
  readonly path?: PathJudged;
}

export interface Examined {
  readonly fault: Fault;
  readonly expected: string;
  readonly judged: readonly Judged[];
  /** The fault proved itself, whatever the product said. */
  readonly proven: boolean;
  readonly seconds: number;
  readonly words: string;
}

export interface ExamineOptions {
  readonly seed: number;
  /** None: the fault only proves itself. */
  readonly rungs: readonly Rung[];
}

/** Names that only decoys carry: a report about one flow must not mention them. */
const DECOY = /decoy-|docker0/;

/** Whether this counts as right: the top rung must name the cause, a lower one may say what it could not see. */
export const isRight = ({ rung, verdict, mentionsDecoy, path }: Judged): boolean =>
  !mentionsDecoy &&
  path?.holds !== false &&
  (verdict === 'first' ||
    (rung !== 'node' && verdict === 'not known') ||
    (rung === 'none' && verdict === 'consequence'));

export async function examine(lab: Lab, fault: Fault, { seed, rungs }: ExamineOptions): Promise<Examined> {
  const judged: Judged[] = [];
  const isChecked = fault.cause === 'none' || CHECKS.some(({ id }) => id === fault.cause);
  const during = async (scene: Scene): Promise<void> => {
    for (const rung of rungs) {
      const answer = await productRun(lab, fault.flow(scene), { rung });
      const { stopsAt } = fault;
      const path =
        rung === 'node' && typeof stopsAt === 'function' ? judgePath(answer.flows, stopsAt(scene)) : undefined;
      judged.push({ ...judge(fault, answer, { rung, object: fault.object(scene) }), ...(path ? { path } : {}) });
    }
  };
  const played = await play(lab, fault, rungs.length > 0 ? { seed, during } : { seed });
  const decoyed = judged.some(({ mentionsDecoy }) => mentionsDecoy);
  return {
    fault,
    expected: isChecked ? fault.cause : 'no check yet',
    judged: isChecked ? judged : [],
    proven: played.passed,
    // The product's own time is not the lab's.
    seconds: played.seconds - judged.reduce((sum, { seconds }) => sum + seconds, 0),
    words: [played.words, decoyed ? 'a decoy is mentioned' : ''].filter((text) => text !== '').join('; '),
  };
}

function judge({ cause }: Fault, answer: Answer, { rung, object }: { rung: Rung; object: string }): Judged {
  const loud = answer.findings.filter(({ severity }) => severity !== 'risk');
  const findings = cause === 'none' ? loud : answer.findings;
  const rank = findings.findIndex(({ id }) => id === cause) + 1;
  const found = findings[rank - 1];
  return {
    rung,
    first: answer.trouble || (findings[0]?.id ?? `none, exit ${answer.exitCode}`),
    rank,
    cites: cause === 'none' || (found?.text.includes(object) ?? false),
    verdict: answer.trouble === '' ? verdictOf(cause, answer, { rank, loud: loud.map(({ id }) => id) }) : 'wrong',
    seconds: answer.seconds,
    mentionsDecoy: findings.some(({ about }) => DECOY.test(about)),
  };
}

function verdictOf(
  cause: string,
  { exitCode, unjudged }: Answer,
  { rank, loud }: { readonly rank: number; readonly loud: readonly string[] },
): Verdict {
  if (rank === 1) return 'first';
  if (rank > 1) return 'later';
  const [first] = loud;
  if (first !== undefined) return effectsOf(cause).has(first) && unjudged.includes(cause) ? 'consequence' : 'wrong';
  if (exitCode === 4) return 'not known';
  return cause === 'none' ? 'first' : 'silent';
}
