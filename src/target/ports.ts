// Which of a Service's ports is meant.
import { UsageError } from './usage-error.js';

export interface NamedPort {
  /** Empty when the Service has one port without a name. */
  readonly name: string;
  readonly port: number;
}

/** `wanted` is a number, a name, or nothing when there is only one. */
export function choosePort<P extends NamedPort>(service: string, ports: readonly P[], wanted: string | undefined): P {
  const [only] = ports;
  if (only === undefined)
    throw new UsageError(`service "${service}" has no port.`, `See kubectl get svc ${service} -o yaml`);
  if (wanted === undefined) {
    if (ports.length === 1) return only;
    const choices = ports.map(({ name, port }) => `svc/${service}:${name === '' ? port : name} (${port})`);
    throw new UsageError(`service "${service}" has ${ports.length} ports; choose one: ${choices.join(', ')}.`);
  }
  const found = ports.find(({ name, port }) => String(port) === wanted || (name !== '' && name === wanted));
  if (found !== undefined) return found;
  const has = ports.map(({ name, port }) => (name === '' ? String(port) : `${name}=${port}`));
  throw new UsageError(`service "${service}" has no port ${wanted}.`, `Ports: ${has.join(', ')}.`);
}
