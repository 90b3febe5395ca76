import { REPORT_SCHEMA } from '../report/schema.js';
import { UsageError } from '../target/usage-error.js';
import type { Run } from './commands.js';
import { EXIT } from './exit.js';

export const run: Run = async ({ words: [document = 'report'], terminal }) => {
  if (document !== 'report') throw new UsageError(`no schema of "${document}".`, 'One of: report.');
  terminal.out(`${JSON.stringify(REPORT_SCHEMA, undefined, 2)}\n`);
  return EXIT.ok;
};
