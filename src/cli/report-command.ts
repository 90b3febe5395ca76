// `report FILE -o FMT`: a saved JSON report in another format, with the exit code it had.
import { readFile } from 'node:fs/promises';
import { readReport, type Read } from '../report/read-json.js';
import { SCHEMA_VERSION } from '../report/json.js';
import { newerSchema } from '../target/errors.js';
import { UsageError } from '../target/usage-error.js';
import type { Run } from './commands.js';
import { outputsOf, viewOf, writeOutputs } from './output.js';

export const run: Run = async ({ words: [file = ''], flags, terminal }) => {
  const outputs = outputsOf(flags);
  const read = await readFileAsReport(file);
  if ('refused' in read) {
    if (read.newer !== undefined) throw newerSchema(file, read.newer, SCHEMA_VERSION);
    throw new UsageError(
      `cannot read ${file}: ${read.refused}.`,
      'Save one: kubectl netdiag pod/web svc/api -o json=report.json',
    );
  }
  const view = viewOf(flags, terminal, read.titleOf);
  await writeOutputs({ report: read.report, outputs, view }, terminal);
  return read.report.exitCode;
};

async function readFileAsReport(file: string): Promise<Read> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
    return readReport(parsed);
  } catch (error) {
    return {
      refused: error instanceof SyntaxError ? 'it is not JSON' : error instanceof Error ? error.message : String(error),
    };
  }
}
