// `options`: every flag on one page, as `kubectl options`.
import type { Run } from './commands.js';
import { EXIT } from './exit.js';
import { FLAGS } from './flags.js';

export const run: Run = async ({ terminal }) => {
  const sections = Object.values(FLAGS).map(({ title, flags }) => {
    const lines = flags.map(
      (flag) => `  ${flag.flags.startsWith('-') && flag.flags[1] === '-' ? '    ' : ''}${flag.flags}`,
    );
    const width = Math.max(...lines.map((line) => line.length));
    return [`${title}:`, ...lines.map((line, at) => `${line.padEnd(width)}  ${flags[at]!.says}`)].join('\n');
  });
  terminal.out(`${sections.join('\n\n')}\n`);
  return EXIT.ok;
};
