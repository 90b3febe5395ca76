// Judges records again without a kernel: `tsx test/oracle/replay.ts FILE`. Exits with 1 when one is judged wrong.
import { readFileSync } from 'node:fs';
import { judge } from './judge.js';
import type { Recorded } from './record.js';

// At the JSON door: the oracle's own document.
const records = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as readonly Recorded[];
const wrong = records.flatMap((each) => judge(each)).filter(({ comparison }) => comparison.kind === 'disagree');
console.log(`${wrong.length} wrong`);
process.exitCode = wrong.length === 0 ? 0 : 1;
