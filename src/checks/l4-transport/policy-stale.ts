import { shown } from '../../evidence/shell.js';
import { nodeSubject, podSubject } from '../../target/subject.js';
import { changes, defineCheck, fail, pass, reads, restarts, skip, type Severity } from '../check.js';
import { drift, drifted, type ReadDrift } from '../samples-drift.js';
import { FLOW_TO_POD } from '../samples.js';

/** Only what closes an allowed flow can be why it fails; the rest is a promise that the node does not keep. */
function severityOf({ says, observed }: ReadDrift, hits: 'closes' | 'opens'): Severity {
  if (hits === 'opens' || says !== 'allow' || observed === 'connected') return 'risk';
  return observed === 'none' ? 'degraded' : 'outage';
}

export default defineCheck({
  id: 'policy-stale',
  layer: 'L4',
  title: 'the nodes enforce what the policies say',
  about: 'flow',
  needs: ['policyDrift'],

  explain: {
    looksAt:
      'kube-router’s chains and sets, or Cilium’s policy maps, for the pods of the flow, on their nodes, against the policies.',
    matters:
      'Every object in the API is right, and still a pod is closed, or open: each node enforces its own copy, and a set ' +
      'or a map that lacks one entry closes that one pod.',
    misleads: 'A pod that came seconds ago is refused until the next sync; ask again before you look further.',
  },

  judge({ policyDrift: told }) {
    if (told.kind === 'does-not-apply') return skip(told.why);
    const { drifts, nodes, enforcer, says } = told;
    const order = says === 'allow' ? ['closes', 'opens'] : ['opens', 'closes'];
    const [worst, ...more] = drifts.toSorted((a, b) => order.indexOf(a.hits) - order.indexOf(b.hits));
    if (!worst)
      return pass(`${nodes.join(' and ')} ${nodes.length > 1 ? 'have' : 'has'} programmed what the policies say`);
    const { namespace = 'kube-system', name = enforcer.says } = enforcer.daemonSet ?? {};
    return fail({
      severity: severityOf(told, worst.hits),
      confidence: 'programmed',
      says: [worst, ...more].map((one) => one.says).join('; '),
      cites: [worst, ...more].map(({ node, shows, command }) => ({ on: `node/${node}`, shows, command })),
      fix: [
        reads('see why it does not repair it', shown`kubectl -n ${namespace} logs daemonset/${name} --tail=100`),
        restarts('let it write all anew', shown`kubectl -n ${namespace} rollout restart daemonset ${name}`),
        changes('when that does not heal it, remove what it left in the kernel of the node first, or restart the node'),
      ],
      refute: reads(`on ${worst.node} this would show what the policy says`, worst.command),
      also: [nodeSubject(worst.node), podSubject(worst.pod.namespace, worst.pod.name)],
    });
  },

  examples: {
    subject: FLOW_TO_POD,
    fails: { policyDrift: drifted({ drifts: [drift()] }) },
    passes: { policyDrift: drifted() },
  },
});
