import { UsageError } from '../target/usage-error.js';
import type { Run } from './commands.js';

export const run: Run = async () => {
  throw new UsageError('explain is not built yet.');
};
