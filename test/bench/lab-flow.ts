// A healthy flow on the lab, where one runs: the only line that asks a real cluster.
import { drawFrom } from '../lab/seed.js';
import { openLab, type Lab } from '../lab/lab.js';
import { productSays } from '../lab/product.js';
import { survey } from '../lab/scene.js';
import { LabError } from '../lab/settings.js';
import { atMost, median, skipped, type Line } from './line.js';

const WHAT = 'healthy flow on the lab, --probe exec';
/** The nearest peer takes 9.1 s there. */
const SECONDS = 1.2;
const RUNS = 5;

export async function labFlow(): Promise<readonly Line[]> {
  try {
    return [await healthyFlow(await openLab())];
  } catch (error) {
    if (error instanceof LabError) return [skipped(WHAT, error.message)];
    throw error;
  }
}

async function healthyFlow(lab: Lab): Promise<Line> {
  const { client, service } = drawFrom(await survey(lab), 1);
  const seconds: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const answer = await productSays(lab, [`pod/${client.pod}`, `svc/${service.name}`], { rung: 'exec' });
    if (answer.exitCode !== 0) return skipped(WHAT, `not healthy: exit ${answer.exitCode} ${answer.trouble}`);
    seconds.push(answer.seconds);
  }
  return atMost(WHAT, median(seconds), { limit: SECONDS, unit: 's', measured: ` (median of ${RUNS})` });
}
