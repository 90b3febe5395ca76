import type { Run } from './commands.js';
import { EXIT } from './exit.js';
import { VERSION } from './version.js';

export const run: Run = async ({ terminal }) => {
  terminal.out(`kubectl-netdiag ${VERSION}\n`);
  return EXIT.ok;
};
