// `explain ID`: the page of a check, offline.
import { CHECKS } from '../checks/index.js';
import { exampleOf, explainPage } from '../report/explain.js';
import { unknownCheck } from '../target/errors.js';
import type { Run } from './commands.js';
import { EXIT } from './exit.js';
import { choice } from './options.js';

export const run: Run = async ({ words: [id = ''], flags, terminal }) => {
  const check = CHECKS.find((one) => one.id === id);
  if (check === undefined)
    throw unknownCheck(
      id,
      CHECKS.map((one) => one.id),
    );
  const format = choice(flags, 'output', ['text', 'json'] as const) ?? 'text';
  const { layer, title, about, needs, explain } = check;
  const page = {
    id,
    layer,
    title,
    about,
    needs,
    ...explain,
    saysWhenBroken: exampleOf(check, 'fails'),
    saysWhenHealthy: exampleOf(check, 'passes'),
  };
  terminal.out(format === 'json' ? `${JSON.stringify(page, undefined, 2)}\n` : explainPage(check));
  return EXIT.ok;
};
