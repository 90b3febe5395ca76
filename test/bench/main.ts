// npm run bench: what a run costs, in ratios and counts, each held to its limit. Exits 1 when one is broken.
import { coldStart } from './cold-start.js';
import { flowRuns } from './flow-run.js';
import { labFlow } from './lab-flow.js';
import { tableText } from './line.js';
import { path } from './path.js';
import { rules } from './rules.js';

// One after another: what runs beside a measurement is in it.
const lines = [...coldStart(), ...(await flowRuns()), ...(await labFlow()), ...(await rules()), ...path()];
console.log(tableText(lines));
const broken = lines.filter(({ verdict }) => verdict === 'broken');
const measured = lines.filter(({ verdict }) => verdict === 'ok' || verdict === 'broken');
console.log(`${measured.length - broken.length} of ${measured.length} limits hold`);
process.exitCode = broken.length > 0 ? 1 : 0;
