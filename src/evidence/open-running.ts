// Opens an exec the best way that works: a WebSocket; after a renewed login; by kubectl where upgrades are refused.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecCall, ExecEnd, Running } from './exec.js';
import { openExec } from './exec.js';
import { kubernetesMessage } from './exec-gap.js';
import type { Overrides } from './kubeconfig/overrides.js';
import { firstLine } from './kubeconfig/login.js';
import { openKubectlExec } from './kubectl-exec.js';
import type { OpenRunning } from './place.js';
import type { Transport } from './transport.js';

const MAX_WAIT_SECONDS = 5;

export function openOpener(transport: Transport, flags: Overrides): OpenRunning {
  let byKubectl = false;
  const dial = (call: ExecCall) => (byKubectl ? openKubectlExec(flags, call) : openExec(transport, call));
  const again = async (end: ExecEnd): Promise<boolean> => {
    if (end.kind !== 'refused' || byKubectl) return false;
    if (end.status === 401) return transport.renew();
    if (end.status === 429) return pause(end.retryAfterSeconds);
    byKubectl = needsKubectl(end);
    return byKubectl;
  };
  return (call) => retried(call, dial, again);
}

async function pause(seconds: number | undefined): Promise<boolean> {
  if (seconds === undefined || seconds > MAX_WAIT_SECONDS) return false;
  await sleep(seconds * 1000);
  return true;
}

/** A proxy that strips upgrades answers with a page of its own; a role with only `create` is refused the `get`. */
function needsKubectl({ status, body }: Extract<ExecEnd, { kind: 'refused' }>): boolean {
  const message = kubernetesMessage(body);
  if (message === undefined) return status !== 401 && status !== 429;
  return status === 403 && /cannot get resource "pods\/exec"/.test(message);
}

type Dial = (call: ExecCall) => Promise<Running>;

/** What was written before the refusal is written again to the next way. */
async function retried(call: ExecCall, dial: Dial, again: (end: ExecEnd) => Promise<boolean>): Promise<Running> {
  const written: string[] = [];
  let stopped = false;
  let current = await opened(call, dial);
  const ended = current.ended.then(async (end): Promise<ExecEnd> => {
    if (stopped || !(await again(end))) return end;
    current = await opened(call, dial);
    for (const text of written) current.write(text);
    return current.ended;
  });
  return {
    ended,
    write: (text) => {
      written.push(text);
      current.write(text);
    },
    stop: () => {
      stopped = true;
      current.stop();
    },
    carrier: () => current.carrier(),
  };
}

async function opened(call: ExecCall, dial: Dial): Promise<Running> {
  try {
    return await dial(call);
  } catch (error) {
    const ended = Promise.resolve<ExecEnd>({ kind: 'lost', detail: firstLine(error) });
    return { ended, write: () => undefined, stop: () => undefined, carrier: () => '' };
  }
}
