// What is wrong with how pods of a node get connected, as one sentence; undefined when nothing is.
import { MAIN_TYPES, WRAPPERS, type CniFile, type CniState } from '../model/cni-config.js';
import { counted, listed } from '../model/listed.js';
import type { OwnPod } from '../model/own-pods.js';
import { contains } from './ranges.js';

export interface CniWrong {
  readonly says: string;
  /** Pods that are cut off already, not only those to come. */
  readonly now: boolean;
}

export function cniWrong(state: CniState, ranges: readonly string[], pods: readonly OwnPod[]): CniWrong | undefined {
  const strays = ranges.length === 0 ? [] : pods.filter(({ ip }) => !ranges.some((range) => contains(range, ip)));
  const file = state.files && wrongFile(state.files, state);
  if (strays.length > 0) {
    const named = listed(strays.map(({ name, ip }) => `${name} (${ip})`));
    const outside = `${counted(strays.length, 'pod')} with addresses outside of ${listed(ranges)}: ${named}`;
    return { says: file ? `${file}; ${outside}` : outside, now: true };
  }
  if (file) return { says: file, now: false };
  const { subnet } = state;
  if (subnet === undefined || ranges.length === 0) return undefined;
  const matches = ranges.some((range) => contains(range, subnet.split('/')[0] ?? ''));
  return matches
    ? undefined
    : { says: `flannel hands out ${subnet}, while the Node’s pod range is ${listed(ranges)}`, now: false };
}

function wrongFile(files: readonly CniFile[], { cni }: CniState): string | undefined {
  const [first] = files;
  if (!first) return 'no CNI file: no pod can be started';
  if (first.broken !== undefined) return `${first.file}, the first CNI file, cannot be read: ${first.broken}`;
  const [main] = first.types;
  if (main === undefined) return `${first.file}, the first CNI file, names no plugin`;
  const fits = MAIN_TYPES[cni];
  const known = [...fits, ...WRAPPERS];
  const rightly = ({ types }: CniFile): boolean => types.some((type) => known.includes(type));
  if (fits.length === 0 || rightly(first)) return undefined;
  const rightful = files.find(rightly);
  const before = rightful ? `, before ${rightful.file},` : '';
  return `${first.file} comes first${before} and connects new pods with ${main} instead of ${cni}`;
}
