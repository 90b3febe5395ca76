// npx tsx test/stories/retell.ts [STORY...]: writes what today's program says as the golden reports. Read the difference.
import { stories, toldAgain, writeGolden } from './story.js';

const wanted = process.argv.slice(2);
const chosen = stories().filter(({ name }) => wanted.length === 0 || wanted.includes(name));
for (const { dir } of chosen) writeGolden(dir, await toldAgain(dir));
console.log(`${chosen.length} stories told anew: git diff test/stories`);
process.exitCode = chosen.length === 0 ? 2 : 0;
