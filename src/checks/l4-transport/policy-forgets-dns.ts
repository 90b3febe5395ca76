import type { PodObject } from '../../facts/kube.js';
import type { PolicySurvey } from '../../model/policy-survey.js';
import { policedPod, representatives, rulingOn } from '../../path/policy/survey.js';
import { defineLint, survey } from '../policy-lint.js';
import { pod } from '../samples.js';
import { policy } from '../samples-policy.js';

const isNameserver = ({ namespace, labels }: PodObject): boolean =>
  namespace === 'kube-system' && labels['k8s-app'] === 'kube-dns';
const dns = pod({ namespace: 'kube-system', name: 'coredns-x', uid: 'dns', labels: { 'k8s-app': 'kube-dns' } });
const egress = (...protocols: readonly string[]) =>
  policy({ types: ['Egress'], egress: [{ peers: [], ports: protocols.map((protocol) => ({ protocol, port: 53 })) }] });

/** Over which of the two a pod cannot ask the nameserver. */
function closedOver(one: PodObject, server: PodObject, all: PolicySurvey): readonly string[] {
  const call = { direction: 'Egress', self: one, peer: policedPod(server, all), port: 53 } as const;
  return ['UDP', 'TCP'].filter((protocol) => rulingOn({ ...call, protocol }, all).verdict === 'deny');
}

export default defineLint({
  id: 'policy-forgets-dns',
  title: 'pods whose egress is closed may still ask for names',
  explain: {
    looksAt: 'Pods that egress policies select, and whether any rule lets them reach the nameserver’s pods at port 53.',
    matters:
      'Nearly everything begins with a lookup, and port 53 is closed with the rest. Over UDP alone the large answers ' +
      'fail: those are asked again over TCP.',
    misleads: 'With NodeLocal DNSCache pods ask 169.254.20.10 on their own node, which a podSelector does not mean.',
  },
  hits(all) {
    const server = all.pods.find(isNameserver);
    if (!server) return [];
    return representatives(all, 'Egress').flatMap((one) => {
      const closed = closedOver(one, server, all);
      const [first] = policedPod(one, all).selecting.filter(({ types }) => types.includes('Egress'));
      if (!first || closed.length === 0 || isNameserver(one)) return [];
      return [
        {
          policy: first,
          says: `${first.namespace}/${first.name} keeps pod/${one.name} from port 53 over ${closed.join(' and ')}`,
        },
      ];
    });
  },
  change: 'allow egress to the pods with k8s-app=kube-dns in kube-system, port 53, UDP and TCP',
  fails: survey({ policies: [egress('TCP')], pods: [pod(), dns] }),
  passes: survey({ policies: [egress('TCP', 'UDP')], pods: [pod(), dns] }),
});
