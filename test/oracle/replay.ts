// Judges records again without a kernel: `tsx test/oracle/replay.ts FILE`, one record a line. Exits with 1 when one is wrong.
import { readFileSync } from 'node:fs';
import { judgeCluster } from './cluster-judge.js';
import type { RecordedCluster } from './cluster-record.js';
import { judge } from './judge.js';
import type { Recorded } from './record.js';

const lines = readFileSync(process.argv[2] ?? '', 'utf8').split('\n');
// At the JSON door: the oracle's own documents.
const records = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Recorded | RecordedCluster);
const comparisons = records.flatMap((each) => {
  const cases = each.family === 'cluster' ? judgeCluster(each) : judge(each);
  return cases.map(({ comparison }) => comparison);
});
const wrong = comparisons.filter(({ kind }) => kind === 'disagree');
console.log(`${comparisons.length} cases, ${wrong.length} wrong`);
for (const comparison of wrong.slice(0, 3)) console.log(JSON.stringify(comparison).slice(0, 1000));
process.exitCode = wrong.length === 0 ? 0 : 1;
