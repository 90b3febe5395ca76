// Lists in pages: each page is cut down to the fields used before the next is parsed, so that memory stays flat.
import type { Gap } from './evidence.js';
import { fieldsOf, listOf, some, textOf } from './kubeconfig/config.js';
import type { Projection } from './project.js';
import { projection } from './project.js';
import type { Outcome, Transport } from './transport.js';

export interface ListCall {
  readonly path: string;
  readonly fields?: readonly string[];
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

/** Measured: larger pages outgrow the young generation and cost twice the CPU. */
const PAGE = 500;
const PAGE_BYTES = 256 << 20;
const MAX_BYTES = 512 << 20;

interface Page {
  readonly done: Promise<Outcome>;
  /** The next page's token, once the first kilobytes have told it. */
  token?: string;
  whenToken?: () => void;
}

/** Answers with one list object that holds the items of all pages. */
export async function listAll(transport: Transport, call: ListCall): Promise<Outcome> {
  const walked = await walk(transport, call);
  // An expired continue token: the walk took longer than etcd keeps old revisions. Once more from the start.
  return walked.kind === 'refused' && walked.status === 410 ? walk(transport, call) : walked;
}

async function walk(transport: Transport, call: ListCall): Promise<Outcome> {
  const keep: Projection = call.fields ? projection(call.fields) : (item) => item;
  const items: unknown[] = [];
  let bytes = 0;
  for (let page = openPage(transport, call, ''); ;) {
    let following: Page | undefined;
    // The next page is fetched while this one still arrives, but never more than one ahead.
    const early = () => (following ??= page.token ? openPage(transport, call, page.token) : undefined);
    page.whenToken = early;
    early();
    const got = await page.done;
    if (got.kind !== 'answered') return got;
    const list = parseList(got.text);
    if ('detail' in list) return { kind: 'refused', gap: list };
    for (const item of list.items) items.push(keep(item));
    bytes += got.text.length;
    if (bytes > (call.maxBytes ?? MAX_BYTES)) return tooLong(call, bytes, items.length);
    if (list.token && !following) following = openPage(transport, call, list.token);
    if (!following) return { kind: 'answered', status: 200, text: JSON.stringify({ ...list.head, items }) };
    page = following;
  }
}

function openPage(transport: Transport, call: ListCall, token: string): Page {
  const query = `limit=${PAGE}${token ? `&continue=${encodeURIComponent(token)}` : ''}`;
  const onStart = (text: string) => {
    // The API server writes metadata before items; where another does not, the parsed page tells.
    const found = /"continue":\s*"([^"\\]+)"/.exec(text.split('"items":', 1)[0] ?? '')?.[1];
    if (!found || page.token) return;
    page.token = found;
    page.whenToken?.();
  };
  const page: Page = {
    done: transport.call({
      path: `${call.path}${call.path.includes('?') ? '&' : '?'}${query}`,
      ...some('timeoutMs', call.timeoutMs),
      maxBytes: PAGE_BYTES,
      onStart,
    }),
  };
  return page;
}

interface List {
  readonly items: readonly unknown[];
  readonly head: Readonly<Record<string, unknown>>;
  readonly token: string | undefined;
}

function parseList(text: string): List | Extract<Gap, { kind: 'unreadable' }> {
  try {
    const { items, metadata, ...rest } = fieldsOf(JSON.parse(text));
    const { continue: token, resourceVersion } = fieldsOf(metadata);
    return { items: listOf(items), head: { ...rest, metadata: { resourceVersion } }, token: textOf(token) };
  } catch {
    return { kind: 'unreadable', detail: `the list is no JSON: ${text.slice(0, 80)}` };
  }
}

function tooLong(call: ListCall, bytes: number, count: number): Outcome {
  return { kind: 'refused', gap: { kind: 'truncated', bytes, detail: `${call.path} after ${count} items` } };
}
