import { describe } from './flavours.js';
import type { Lab } from './lab.js';
import { isRunning, recorded } from './processes.js';

export interface Status {
  readonly lines: readonly string[];
  readonly isHealthy: boolean;
}

/** Whether every program runs, every node and pod is Ready, and `shop` answers from a pod on each worker. */
export async function status(lab: Lab): Promise<Status> {
  const ended = recorded(lab.dir).filter((one) => !isRunning(one));
  const lines = [
    describe(lab.flavour),
    `kubeconfig ${lab.kubeconfig}`,
    ...ended.map(({ name }) => `${name} has ended`),
  ];
  const unready = await Promise.all([notReady(lab, ['node']), notReady(lab, ['pod', '-A'])]);
  const answers = await Promise.all(['web', 'web2'].map((pod) => answer(lab, pod)));
  lines.push(...unready.flat(), ...answers.map(({ line }) => line));
  return { lines, isHealthy: ended.length === 0 && unready.flat().length === 0 && answers.every(({ isOk }) => isOk) };
}

async function notReady(lab: Lab, what: readonly string[]): Promise<readonly string[]> {
  const condition = '{range .status.conditions[?(@.type=="Ready")]}{.status}{end}';
  const path = `{range .items[*]}{.kind} {.metadata.name} ${condition}{"\\n"}{end}`;
  const { code, stdout, stderr } = await lab.kubectl(['get', ...what, '-o', `jsonpath=${path}`], { timeoutMs: 10_000 });
  if (code !== 0) return [`the API server does not answer: ${stderr.trim()}`];
  return stdout
    .trim()
    .split('\n')
    .filter((line) => !line.endsWith(' True'))
    .map((line) => `${line}: not Ready`);
}

async function answer(lab: Lab, pod: string): Promise<{ readonly line: string; readonly isOk: boolean }> {
  const curl = ['exec', '-n', 'shop', pod, '--', 'curl', '-sS', '-m', '3', 'http://api'];
  const { code, stdout, stderr } = await lab.kubectl(curl, { timeoutMs: 10_000 });
  return { line: `shop/${pod} to svc/api: ${(stdout || stderr).trim().split('\n').at(-1)}`, isOk: code === 0 };
}
