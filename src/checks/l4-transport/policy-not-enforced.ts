import { listed } from '../../model/listed.js';
import { idleText, unsureText } from '../../path/policy/reason.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { getPolicies } from '../policy.js';
import { enforcer, NOBODY, policy } from '../samples-policy.js';

export default defineCheck({
  id: 'policy-not-enforced',
  layer: 'L4',
  title: 'NetworkPolicies that select the pod are enforced',
  about: 'pod',
  needs: ['policies'],

  explain: {
    looksAt: 'The NetworkPolicies that select the pod, and whether the CNI enforces any.',
    matters: 'The API accepts policies on every cluster. Without an engine they protect nothing, and nobody is told.',
    misleads: 'flannel with kube-router or Calico beside it does enforce them.',
  },

  judge({ policies: { selecting, enforcer: who } }, { namespace, name }) {
    if (selecting.length === 0) return skip('no NetworkPolicy selects the pod');
    const cni = who.says;
    if (who.enforces === 'unknown') return skip(unsureText(who));
    const names = listed(selecting.map((each) => each.name));
    if (who.enforces) return pass(`${names} selects it, and ${cni} is there to enforce it`);
    const list = getPolicies(namespace);
    return fail({
      severity: 'risk',
      confidence: 'declared',
      says: `${names} selects pod/${name}, and nothing enforces it: ${idleText(who)}`,
      cites: [
        { on: 'api', shows: `NetworkPolicy ${names}`, command: list },
        { on: 'api', shows: `${cni}, and no policy engine`, command: 'kubectl get daemonsets -A' },
      ],
      fix: [
        reads('see which agents run', 'kubectl get daemonsets -A'),
        changes('add an engine beside it (kube-router --run-firewall, Calico), or remove policies nobody enforces'),
      ],
      refute: reads(
        'would show calico-node, canal, cilium, kube-router or another engine',
        'kubectl get daemonsets -A',
      ),
    });
  },

  examples: {
    subject: { kind: 'pod', namespace: 'shop', name: 'api-7c9f-x2kq' },
    fails: { policies: { enforcer: NOBODY, selecting: [policy()] } },
    passes: { policies: { enforcer: enforcer(), selecting: [policy()] } },
  },
});
