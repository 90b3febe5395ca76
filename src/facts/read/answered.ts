// From a tool's answer to the reader that knows its format.
import { isUnreadable, unreadable, type Answered, type Unreadable } from '../fact.js';

export type { Answered };
export type Reader<T> = (text: string) => T | Unreadable;

/** Two samples of one thing, and the time between them. */
export interface Around<T> {
  readonly before: T;
  /** Absent when the second sample was never taken: then nothing can be said about what changed. */
  readonly after?: T;
  readonly elapsedMs: number;
}

/** One reader per `Try.tool` of an ask. */
export function readByTool<T>(readers: Readonly<Record<string, Reader<T>>>): (answer: Answered) => T | Unreadable {
  return (answer) => {
    const reader = readers[answer.tool];
    return reader ? reader(answer.text) : unreadable(`no reader for what ${answer.tool} prints`);
  };
}

export function readAround<T>(
  readers: Readonly<Record<string, Reader<T>>>,
): (answer: Answered) => Around<T> | Unreadable {
  const read = readByTool(readers);
  return (answer) => {
    const before = read(answer);
    if (isUnreadable(before)) return before;
    if (answer.after === undefined) return { before, elapsedMs: answer.elapsedMs };
    const after = read({ ...answer, text: answer.after });
    return isUnreadable(after) ? after : { before, after, elapsedMs: answer.elapsedMs };
  };
}

/** Every line read, or the first that could not be, quoted. */
export function readLines<T>(
  text: string,
  read: (line: string) => T | Unreadable | undefined,
): readonly T[] | Unreadable {
  const values: T[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const value = read(line);
    if (isUnreadable(value)) return value;
    if (value !== undefined) values.push(value);
  }
  return values;
}

export const notRead = (tool: string, line: string): Unreadable =>
  unreadable(`${tool} printed a line we do not know: ${line.trim().slice(0, 160)}`);
