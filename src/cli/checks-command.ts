// `checks`: what is looked for, by layer.
import { CHECKS } from '../checks/index.js';
import { LAYERS } from '../layers/layer.js';
import { lowestRung } from '../report/explain.js';
import type { Run } from './commands.js';
import { EXIT } from './exit.js';
import { choice, chosenChecks } from './options.js';
import { tableText } from './table.js';

export const run: Run = async ({ flags, terminal }) => {
  const format = choice(flags, 'output', ['text', 'json'] as const) ?? 'text';
  const checks = chosenChecks(flags, CHECKS).toSorted((a, b) => (a.layer + a.id < b.layer + b.id ? -1 : 1));
  if (format === 'json') {
    const list = checks.map((check) => {
      const { id, layer, about, title, needs } = check;
      return { id, layer, about, rung: lowestRung(check), title, needs };
    });
    terminal.out(`${JSON.stringify(list, undefined, 2)}\n`);
    return EXIT.ok;
  }
  const rows = checks.map((check) => {
    const { id, layer, about, title } = check;
    return [id, `${layer} ${LAYERS[layer].name}`, about, lowestRung(check), title];
  });
  terminal.out(tableText(['id', 'layer', 'about', 'rung', 'healthy means'], rows));
  terminal.out('rung: the lowest --probe that can confirm it; below, it is not known.\n');
  terminal.out(
    `${checks.length} checks. A page each: kubectl netdiag explain ID\n`.replace('kubectl netdiag', terminal.name),
  );
  return EXIT.ok;
};
