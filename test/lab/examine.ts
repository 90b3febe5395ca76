import { CHECKS } from '../../src/checks/index.js';
import type { Fault } from './fault.js';
import type { Lab } from './lab.js';
import { play } from './play.js';
import { productRun, type Answer, type Rung } from './product.js';
import type { Scene } from './scene.js';

/** What the product made of one fault. `rank` counts from 1; 0 when the expected cause is not among the findings. */
export interface Examined {
  readonly fault: Fault;
  readonly expected: string;
  readonly first: string;
  readonly rank: number;
  readonly cites: boolean;
  readonly passed: boolean;
  /** The fault proved itself, whatever the product said. */
  readonly proven: boolean;
  /** A check exists for it, so it counts. */
  readonly counts: boolean;
  readonly seconds: number;
  readonly productSeconds: number;
  readonly words: string;
}

export interface ExamineOptions {
  readonly seed: number;
  readonly rung: Rung;
  readonly product: boolean;
}

/** Names that only decoys carry: a report about one flow must not mention them. */
const DECOY = /decoy-|docker0/;

export async function examine(lab: Lab, fault: Fault, { seed, rung, product }: ExamineOptions): Promise<Examined> {
  const seen: { answer?: Answer; object: string } = { object: '' };
  const counts = fault.cause === 'none' || CHECKS.some(({ id }) => id === fault.cause);
  const during = async (scene: Scene): Promise<void> => {
    seen.answer = await productRun(lab, fault.flow(scene), { rung });
    seen.object = fault.object(scene);
  };
  const played = await play(lab, fault, product ? { seed, during } : { seed });
  const { answer } = seen;
  const loud = (answer?.findings ?? []).filter(({ severity }) => severity !== 'risk');
  const findings = fault.cause === 'none' ? loud : (answer?.findings ?? []);
  const rank = findings.findIndex(({ id }) => id === fault.cause) + 1;
  const right = fault.cause === 'none' ? loud.length === 0 && answer?.trouble === '' : rank === 1;
  const cites = rank > 0 && (findings[rank - 1]?.text.includes(seen.object) ?? false);
  const decoyed = findings.some(({ about }) => DECOY.test(about));
  const judged = answer !== undefined && counts;
  return {
    fault,
    expected: counts ? fault.cause : 'no check yet',
    first: answer === undefined ? '' : answer.trouble || (findings[0]?.id ?? 'none'),
    rank,
    cites: cites || fault.cause === 'none',
    proven: played.passed,
    counts: judged,
    passed: played.passed && (!judged || (right && !decoyed)),
    seconds: played.seconds,
    productSeconds: answer?.seconds ?? 0,
    words: [played.words, decoyed ? 'a decoy is mentioned' : ''].filter((text) => text !== '').join('; '),
  };
}
