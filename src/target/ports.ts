// Which of an object's ports is meant, and what to say when none is.
import { UsageError } from './usage-error.js';

export interface NamedPort {
  /** Empty when it has none. */
  readonly name: string;
  readonly port: number;
}

/** `svc/api` -> `service "api"`, as kubectl calls it. */
function objectText(what: string): string {
  const [kind, name] = what.split('/');
  return `${kind === 'svc' ? 'service' : kind} "${name}"`;
}

export function severalPorts(what: string, ports: readonly NamedPort[]): UsageError {
  const choices = ports.map(({ name, port }) => `${what}:${name === '' ? port : name} (${port})`);
  return new UsageError(`${objectText(what)} has ${ports.length} ports; choose one: ${choices.join(', ')}.`);
}

export function noSuchPort(what: string, wanted: string, ports: readonly NamedPort[]): UsageError {
  const has = ports.map(({ name, port }) => (name === '' ? String(port) : `${name}=${port}`));
  return new UsageError(`${objectText(what)} has no port ${wanted}.`, `Ports: ${has.join(', ')}.`);
}

export const noPort = (what: string): UsageError =>
  new UsageError(`${what} names no port to connect to.`, `Add one: ${what}:PORT or --port PORT.`);
