// A page as curl -i, wget -S or a bare socket printed it.
import { unreadable, type Unreadable } from '../fact.js';

export interface Page {
  readonly status: number;
  /** Without the headers, where the client kept them apart. */
  readonly body: string;
}

export function readHttp(text: string): Page | Unreadable {
  const status = /HTTP\/1\.[01] (\d{3})/.exec(text);
  if (!status) return unreadable(`no HTTP status in: ${text.trim().slice(0, 160)}`);
  const lines = text.replaceAll('\r', '').split('\n');
  const first = lines.findIndex((line) => line.startsWith('HTTP/1'));
  // Headers lead up to an empty line; wget's are indented and mixed with its own talk, which ends the same way or not at all.
  const blank = first < 0 ? -1 : lines.indexOf('', first);
  const headers = first >= 0 && blank > 0 && lines.slice(first + 1, blank).every((line) => /^[\w-]+:/.test(line));
  const body = headers ? lines.slice(blank + 1) : lines.filter((line) => !/HTTP\/1\.|^ {2}[\w-]+:/.test(line));
  return { status: Number(status[1]), body: body.join('\n').trim() };
}
