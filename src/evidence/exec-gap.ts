// Why an exec brought no answer, in the server's own words. Pure.
import type { Container, Gap } from './evidence.js';
import type { ExecEnd } from './exec.js';
import { fieldsOf, textOf } from './kubeconfig/config.js';
import { throughText } from './loads.js';

const NO_SHELL = /executable file not found|no such file or directory|exit code 12[67]\b/i;

export function execGap(end: ExecEnd, container: Container): Gap {
  const place = throughText(container);
  switch (end.kind) {
    case 'silent':
      return { kind: 'timeout', afterMs: end.afterMs, detail: `the exec in ${place} fell silent` };
    case 'lost':
      return { kind: 'unreachable', detail: `the exec in ${place} was cut off: ${end.detail}` };
    case 'refused':
      return refusedGap(end, container);
    case 'failed':
      if (NO_SHELL.test(end.message)) return noShell(place);
      return { kind: 'refused', detail: `exec in ${place}: ${end.message.slice(0, 300)}` };
    case 'exit':
      return exitGap(end, place);
  }
}

function exitGap({ code, stderr, message }: Extract<ExecEnd, { kind: 'exit' }>, place: string): Gap {
  const why = (stderr.trim() || message).split('\n', 1)[0] ?? '';
  if (code === 126 || code === 127 || NO_SHELL.test(why)) return noShell(place);
  if (code === 137) return { kind: 'refused', detail: `the script was killed in ${place} (exit code 137)` };
  return {
    kind: 'refused',
    detail: `the script ended early in ${place} with exit code ${code}${why ? `: ${why}` : ''}`,
  };
}

const noShell = (place: string): Gap => ({ kind: 'no-such-tool', tools: ['sh'], detail: `${place} has no shell` });

function refusedGap({ status, body }: Extract<ExecEnd, { kind: 'refused' }>, container: Container): Gap {
  const message = kubernetesMessage(body);
  const says = message ?? `the answer to the upgrade was ${status}`;
  if (status === 403 && message) {
    // Since 1.35 a WebSocket needs `create` beside `get`; the message names the one that is missing.
    const verb = /cannot (\w+) resource/.exec(message)?.[1] ?? 'get and create';
    return { kind: 'forbidden', permission: `${verb} pods/exec in ${container.namespace}`, detail: message };
  }
  if (status === 401) return { kind: 'unreachable', detail: `You must be logged in to the server (${says})` };
  if (NO_SHELL.test(says)) return noShell(throughText(container));
  return { kind: 'refused', detail: `exec in ${throughText(container)}: ${says}` };
}

/** Set only where the API server itself spoke: a proxy's page is no Status. */
export function kubernetesMessage(body: string): string | undefined {
  try {
    const status = fieldsOf(JSON.parse(body));
    return status['kind'] === 'Status' ? textOf(status['message']) : undefined;
  } catch {
    return undefined;
  }
}
