import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answered } from '../../src/facts/read/answered.js';

/** What a tool printed, to the byte: see capture.sh. */
export const captured = (path: string): string => readFileSync(join(import.meta.dirname, 'captured', path), 'utf8');

export const answered = (tool: string, text: string): Answered => ({
  kind: 'answered',
  tool,
  text,
  exit: 0,
  stderr: '',
  elapsedMs: 0,
  through: '',
});
