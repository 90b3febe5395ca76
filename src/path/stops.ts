// Where a predicted packet, or its answer, is stopped: by which step of which node.
import type { Branch, Outcome, Prediction, Step } from './prediction.js';

export interface Stop {
  /** `node/w1`, `pod/shop/web`. */
  readonly netns: string;
  readonly step: Step;
  readonly way: 'there' | 'back';
  readonly refused: boolean;
  /** Share of new connections it happens to. */
  readonly share: number;
}

/** Only what is certain: an outcome that hangs on an open question stops nothing here. */
export function stopsOf({ branches }: Prediction): readonly Stop[] {
  return branches.flatMap((branch) => {
    const there = stopOf(branch.outcome, branch.hops, 'there');
    const back = branch.reply && stopOf(branch.reply.outcome, branch.reply.hops, 'back');
    const stop = there ?? back;
    return stop ? [{ ...stop, share: branch.probability }] : [];
  });
}

function stopOf(outcome: Outcome, hops: Branch['hops'], way: Stop['way']): Omit<Stop, 'share'> | undefined {
  if (outcome.kind !== 'dropped' && outcome.kind !== 'refused') return undefined;
  const last = hops.at(-1)?.steps.findLast(({ kind }) => kind === 'drop' || kind === 'refuse');
  return last && { netns: outcome.netns, step: last, way, refused: outcome.kind === 'refused' };
}

/** `w1` of `node/w1`; undefined inside a pod. */
export const nodeOf = (netns: string): string | undefined =>
  netns.startsWith('node/') ? netns.slice('node/'.length) : undefined;

export const isReversePath = ({ step }: Stop): boolean => step.command?.includes('rp_filter') ?? false;

/** Rules that kube-proxy or a policy engine wrote: what they refuse is told by the checks about Services and policies. */
const OWNED =
  /-A (?:KUBE-|cali-|CILIUM_|OLD_CILIUM_|WEAVE-|ANTREA-|AZURE-NPM|CNI-)|\b(?:kube-proxy|kube-network-policies|calico|cilium)\b/;

export function isHostFirewall({ step }: Stop): boolean {
  const filter = /^iptables-|^nft /.test(step.command ?? '');
  // The cited rule's own chain decides: others were merely passed on the way to it.
  return filter && ![step.cites, step.command].some((text) => text && OWNED.test(text));
}
