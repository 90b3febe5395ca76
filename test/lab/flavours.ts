import { LabError } from './settings.js';

export type SetName = 'A' | 'B' | 'C';
export interface Flavour {
  readonly set: SetName;
  readonly proxy: 'iptables' | 'nftables' | 'none';
  readonly cni: 'vxlan' | 'host-gw' | 'cilium';
  readonly policy: 'none' | 'kube-router' | 'cilium';
  readonly workers: number;
}

export const sets: Readonly<Record<SetName, Flavour>> = {
  A: { set: 'A', proxy: 'iptables', cni: 'vxlan', policy: 'none', workers: 2 },
  B: { set: 'B', proxy: 'nftables', cni: 'host-gw', policy: 'kube-router', workers: 2 },
  C: { set: 'C', proxy: 'none', cni: 'cilium', policy: 'cilium', workers: 2 },
};

const refinements = { proxy: ['iptables', 'nftables'], cni: ['vxlan', 'host-gw'], policy: ['none', 'kube-router'] };

/** The flavour that command-line flags ask for, or undefined when they ask for none. */
export function flavourOf(flags: Readonly<Record<string, string>>): Flavour | undefined {
  const asked = ['set', 'proxy', 'cni', 'policy', 'workers'].filter((name) => flags[name] !== undefined);
  if (asked.length === 0) return undefined;
  const set = flags['set'] ?? 'A';
  if (set !== 'A' && set !== 'B' && set !== 'C') throw new LabError(`--set ${set}: the sets are A, B and C`);
  const refined: Record<string, string> = {};
  for (const [name, allowed] of Object.entries(refinements)) {
    const value = flags[name];
    if (value === undefined) continue;
    if (set === 'C') throw new LabError(`--${name} refines sets A and B; set C is Cilium whole`);
    if (!allowed.includes(value)) throw new LabError(`--${name} ${value}: choose ${allowed.join(' or ')}`);
    refined[name] = value;
  }
  return { ...sets[set], ...refined, workers: workersOf(flags['workers'], sets[set].workers) };
}

export function sameFlavour(a: Flavour, b: Flavour): boolean {
  return describe(a) === describe(b);
}

export function describe(f: Flavour): string {
  return `set ${f.set} (proxy ${f.proxy}, cni ${f.cni}, policy ${f.policy}, ${f.workers} workers)`;
}

export function nodeNames(f: Flavour): readonly string[] {
  return ['cp', ...Array.from({ length: f.workers }, (_, i) => `w${i + 1}`)];
}

function workersOf(flag: string | undefined, usual: number): number {
  const workers = Number(flag ?? usual);
  // The workload places one client on each of two workers, so it needs two; nine keeps addresses and names simple.
  if (!Number.isInteger(workers) || workers < 2 || workers > 9) throw new LabError(`--workers ${flag}: 2 to 9`);
  return workers;
}
