import { shown } from '../../evidence/shell.js';
import { asksCluster } from '../../model/resolver.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { getPod } from '../commands.js';

const read = { kind: 'read', policy: 'cluster', wanted: ['10.96.0.10'] } as const;
const search = ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'];

export default defineCheck({
  id: 'pod-resolver-wrong',
  layer: 'L7',
  title: 'the pod asks the cluster’s nameserver',
  about: 'pod',
  needs: ['resolver'],

  explain: {
    looksAt: 'The pod’s resolv.conf against its dnsPolicy and the address of Service kube-dns.',
    matters: 'The kubelet writes resolv.conf once, when the pod starts. With another nameserver no Service has a name.',
    misleads: '169.254.20.10 is NodeLocal DNS on the pod’s own node, and right.',
  },

  judge({ resolver }, { namespace, name }) {
    if (resolver.kind === 'does-not-apply') return skip(resolver.why);
    const { servers, wanted, policy, missingSearch } = resolver;
    const asked = servers.join(', ') || 'nobody';
    const right = asksCluster(resolver);
    if (right && (!missingSearch || policy === 'host')) return pass(`it asks ${asked}`);
    const host = 'it shares its node’s network with dnsPolicy ClusterFirst, so it resolves as the node does';
    const other = `resolv.conf names ${asked}, and the cluster’s nameserver is ${wanted.join(', ')}`;
    const short = `resolv.conf does not search ${missingSearch ?? ''}: short names of Services are not found`;
    const file = shown`kubectl -n ${namespace} exec ${name} -- cat /etc/resolv.conf`;
    return fail({
      // An agent in its node's network may well mean to resolve as the node does.
      severity: !right && policy === 'host' ? 'risk' : 'degraded',
      confidence: 'programmed',
      says: right ? short : policy === 'host' ? `${host}, at ${asked}` : other,
      cites: [
        { on: `pod/${name}`, shows: `nameserver ${asked}; search ${resolver.search.join(' ')}`, command: file },
        { on: 'api', shows: 'dnsPolicy', command: getPod({ namespace, name }, 'jsonpath={.spec.dnsPolicy}') },
      ],
      fix: [
        reads('compare with the Service', 'kubectl -n kube-system get service kube-dns'),
        policy === 'host'
          ? changes('set dnsPolicy to ClusterFirstWithHostNet in the pod template')
          : changes('correct clusterDNS and clusterDomain in the kubelet’s configuration, then start the pod anew'),
      ],
      refute: reads(`would print ${wanted.join(' or ')}`, file),
    });
  },

  examples: {
    subject: { kind: 'pod', namespace: 'shop', name: 'web' },
    fails: { resolver: { ...read, servers: ['10.96.0.99'], search } },
    passes: { resolver: { ...read, servers: ['10.96.0.10'], search } },
  },
});
