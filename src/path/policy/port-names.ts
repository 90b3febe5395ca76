// Port names as enforcers look them up: among the pods that have an address of their own and still run.
import type { PodObject, PolicyRule } from '../../facts/kube.js';

export type Port = PolicyRule['ports'][number];

const FINISHED: readonly string[] = ['Succeeded', 'Failed'];
export const hasAddress = ({ ip, hostNetwork, phase }: PodObject): boolean =>
  ip !== undefined && !hostNetwork && !FINISHED.includes(phase);

/** The numbers a pod gives the port's name, of the port's protocol. */
export const numbersOf = ({ containers }: PodObject, { port, protocol }: Port): readonly number[] =>
  containers.flatMap(({ ports }) =>
    ports.filter((one) => one.name === port && one.protocol === protocol).map((one) => one.port),
  );
