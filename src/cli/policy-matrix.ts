// `policy --matrix -n NAMESPACE`: who may reach whom, as a table.
import { matrixCells, matrixInput, type Port } from '../path/policy/matrix.js';
import { matrixReport, type MatrixReport } from '../report/policy-matrix.js';
import { enforcerText } from '../report/policy-text.js';
import { createStyle, harmless, type View } from '../report/style.js';
import { UsageError } from '../target/usage-error.js';
import { openBundle } from './bundled.js';
import type { Call } from './commands.js';
import { openLive } from './live.js';
import { text } from './options.js';
import { evidenceSaver } from './policy-evidence.js';
import { blockedError } from './refusal-error.js';
import { settled } from './settled.js';
import { tableText } from './table.js';

interface How {
  readonly format: 'text' | 'json';
  readonly view: View;
  readonly expect: string | undefined;
}

export async function matrix(call: Call, { format, view, expect }: How): Promise<number> {
  const { flags, terminal, words } = call;
  if (words.length > 0) throw new UsageError('--matrix is about a namespace, not a flow.', 'Name it with -n.');
  if (expect !== undefined) throw new UsageError('--expect is about one flow.', 'Leave --matrix out.');
  const port = portOf(call);
  const bundle = text(flags, 'fromBundle').fromBundle;
  const opened = bundle === undefined ? await openLive(call) : openBundle(bundle);
  const namespace = text(flags, 'namespace').namespace ?? opened.namespace;
  const save = evidenceSaver(call, { ...opened, namespace }, []);
  const { answer } = await settled({ ...call, door: opened.door }, (model) => model.evaluate(matrixInput(namespace)));
  save();
  if (answer.kind === 'unknown') throw blockedError(answer.gaps, {}, opened);
  const { enforcer } = answer.value;
  const about = { namespace, context: opened.context, enforcer: { name: enforcer.says, enforces: enforcer.enforces } };
  const report = matrixReport(matrixCells(answer.value, port), about);
  terminal.out(format === 'json' ? `${JSON.stringify(report, undefined, 2)}\n` : matrixText(report, view));
  return report.exitCode;
}

function portOf({ flags }: Call): Port | undefined {
  const { port } = text(flags, 'port');
  if (port === undefined) return undefined;
  if (!/^\d{1,5}$/.test(port)) throw new UsageError(`--port ${port}: a matrix needs a number.`);
  return { port: Number(port), protocol: (text(flags, 'protocol').protocol ?? 'tcp').toUpperCase() };
}

const rowOf = ({ to, port, protocol }: MatrixReport['cells'][number]): string =>
  `${to}:${port}/${protocol.toLowerCase()}`;

/** A row for each destination and port, a column for each source: people ask who may reach a thing. */
function matrixText(report: MatrixReport, view: View): string {
  const { cells, enforcer, namespace, pods } = report;
  if (cells.length === 0) return `No two running pods with a declared port in ${namespace}; ask with --port.\n`;
  const style = createStyle({ ...view, colour: false });
  const mark = { allow: style.mark.ok, deny: style.mark.broken, mixed: '~', unknown: '?' };
  const sources = [...new Set(cells.map(({ from }) => from))].toSorted();
  const rows = [...new Set(cells.map(rowOf))].toSorted().map((row) => {
    const group = cells.filter((cell) => rowOf(cell) === row);
    const found = sources.map((source) => group.find(({ from }) => from === source));
    return [row, ...found.map((cell) => (cell ? mark[cell.holds] : '-'))];
  });
  // Names keep their letters: they are there to be copied.
  const names = ['to \\ from', ...sources.map((name) => labelled(name, pods))];
  const table = tableText(
    names.map(() => ''),
    [names, ...rows].map((row) => row.map(harmless)),
  );
  const legend = `${mark.allow} allowed, ${mark.deny} denied, ~ some of its pods, ? not known, - itself`;
  return `${table}\n${legend}\n${enforcerText(enforcer)}. Why: -o json, or policy SOURCE DESTINATION\n`;
}

const labelled = (name: string, pods: MatrixReport['pods']): string => {
  const count = pods[name]?.length ?? 1;
  return count > 1 ? `${name} x${count}` : name;
};
