// One API request as evidence knows it.
import type { Answer, Request } from './evidence.js';
import { some } from './kubeconfig/config.js';
import { listAll } from './list.js';
import type { Outcome, Transport } from './transport.js';

export type ApiRequest = Extract<Request, { via: 'api' }>;

export async function askApi(transport: Transport, request: ApiRequest, timeoutMs: number): Promise<Answer> {
  const startedMs = performance.now();
  const got = await fetched(transport, request, timeoutMs);
  if (got.kind === 'absent') return { kind: 'absent' };
  if (got.kind === 'refused') return { kind: 'refused', gap: got.gap };
  return {
    kind: 'answered',
    tool: 'api',
    text: got.text,
    exit: 0,
    stderr: '',
    elapsedMs: Math.round(performance.now() - startedMs),
    through: '',
  };
}

function fetched(transport: Transport, request: ApiRequest, timeoutMs: number): Promise<Outcome> {
  const { path, shape, fields, maxBytes } = request;
  const call = { path, timeoutMs, ...some('maxBytes', maxBytes) };
  return shape === 'list' ? listAll(transport, { ...call, ...some('fields', fields) }) : transport.call(call);
}
