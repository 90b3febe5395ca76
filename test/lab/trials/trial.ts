// What the fault table does not show: the product under less rights, killed, among several faults, in a small agent.
import type { Lab } from '../lab.js';

export interface Step {
  readonly name: string;
  readonly passed: boolean;
  readonly words: string;
}

export interface Trial {
  readonly name: string;
  /** What it shows, as one clause. */
  readonly shows: string;
  run(lab: Lab, seed: number, say: (step: Step) => void): Promise<void>;
}

export async function runTrials(lab: Lab, trials: readonly Trial[], seed: number): Promise<number> {
  const steps: Step[] = [];
  for (const trial of trials) {
    console.log(`trial ${trial.name}, seed ${seed}: ${trial.shows}`);
    await trial
      .run(lab, seed, (step) => {
        console.log(`${step.passed ? 'ok    ' : 'FAILED'} ${step.name}: ${step.words}`);
        steps.push(step);
      })
      .catch((error: unknown) => {
        const words = error instanceof Error ? error.message : String(error);
        console.log(`FAILED ${trial.name}: ${words}`);
        steps.push({ name: trial.name, passed: false, words });
      });
  }
  const failed = steps.filter(({ passed }) => !passed).length;
  console.log(`${steps.length - failed} passed, ${failed} failed`);
  return failed;
}
