// `options`: every flag on one page, as `kubectl options`.
import { hang } from '../report/wrap.js';
import type { Run } from './commands.js';
import { EXIT } from './exit.js';
import { FLAGS } from './flags.js';

const WIDTH = 80;

export const run: Run = async ({ terminal }) => {
  const sections = Object.values(FLAGS).map(({ title, flags }) => {
    // A short name stands in a column of its own.
    const names = flags.map((flag) => `  ${flag.flags.startsWith('--') ? '    ' : ''}${flag.flags}`);
    const widest = Math.max(...names.map((name) => name.length));
    return [`${title}:`, ...flags.flatMap(({ says }, at) => hang(`${names[at]!.padEnd(widest)}  `, says, WIDTH))].join(
      '\n',
    );
  });
  terminal.out(`${sections.join('\n\n')}\n`);
  return EXIT.ok;
};
