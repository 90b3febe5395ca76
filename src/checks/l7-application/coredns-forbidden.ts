import { changes, defineCheck, fail, pass, reads, skip, type Severity } from '../check.js';
import { podLog } from '../commands.js';
import { clusterDns } from '../samples.js';

const ROLE = 'kubectl get clusterrole system:coredns -o yaml';
const WHO = 'system:serviceaccount:kube-system:coredns';
const LINE = `endpointslices.discovery.k8s.io is forbidden: User "${WHO}" cannot list resource "endpointslices"`;
const REFUSED = [{ pod: 'coredns-668d6bf9bc-7tq2m', line: LINE }];

export default defineCheck({
  id: 'coredns-forbidden',
  layer: 'L7',
  title: 'CoreDNS may read the Services it answers for',
  about: 'cluster',
  needs: ['dns', 'dnsRights'],

  explain: {
    looksAt: 'Refusals of the API server in CoreDNS’s log, and what the ClusterRole system:coredns grants.',
    matters:
      'CoreDNS learns Services by watching the API. Refused, it never becomes ready, or it goes on with what it knew: ' +
      'names of newer Services do not exist, while external names resolve.',
    misleads: 'External names resolve, so the way to the nameserver is taken for healthy and the Service is blamed.',
  },

  judge({ dns: { service: object, endpoints, pods }, dnsRights: { missing, refused } }) {
    if (!object || pods.length === 0) return skip('no CoreDNS pod behind Service kube-dns');
    const lacking = missing === 'not-known' ? [] : missing;
    const [first] = refused === 'not-known' ? [] : refused;
    if (!first && lacking.length === 0) return pass('no refusal by the API server');
    const ready = endpoints.some((each) => each.ready);
    // CoreDNS asks again and recovers by itself: an old refusal beside a complete role is history.
    if (ready && missing !== 'not-known' && lacking.length === 0) return pass('refused once, and allowed since');
    const proven: Severity = ready ? 'degraded' : 'outage';
    const lacks =
      lacking.length > 0 ? `ClusterRole system:coredns does not grant list and watch of ${lacking.join(', ')}` : '';
    return fail({
      // One witness alone, beside pods that are ready, tells of the next restart only.
      severity: ready && (!first || lacking.length === 0) ? 'risk' : proven,
      confidence: 'declared',
      says: first ? `the API server refuses CoreDNS: ${first.line}` : lacks,
      cites: [
        ...(first
          ? [{ on: 'api', shows: first.line, command: podLog({ namespace: 'kube-system', name: first.pod }) }]
          : []),
        ...(lacks ? [{ on: 'api', shows: lacks, command: ROLE }] : []),
      ],
      fix: [
        reads('compare with the role in CoreDNS’s manifest', ROLE),
        changes('grant list and watch of what is refused', 'kubectl edit clusterrole system:coredns'),
      ],
      refute: reads('would print yes', `kubectl auth can-i list endpointslices.discovery.k8s.io --as=${WHO}`),
    });
  },

  examples: {
    subject: { kind: 'cluster' },
    fails: { dns: clusterDns({ endpoints: [] }), dnsRights: { missing: ['endpointslices'], refused: REFUSED } },
    passes: { dns: clusterDns(), dnsRights: { missing: [], refused: [] } },
  },
});
