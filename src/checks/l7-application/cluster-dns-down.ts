import { dnsDownText, KUBE_DNS } from '../../model/dns-rights.js';
import { podSubject } from '../../target/subject.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { describePod, getSlices, nodesOf } from '../commands.js';
import { clusterDns } from '../samples.js';

const LOOP = 'CrashLoopBackOff: back-off 5m0s restarting failed container=coredns';

export default defineCheck({
  id: 'cluster-dns-down',
  layer: 'L7',
  title: 'the cluster’s nameserver has a ready endpoint',
  about: 'cluster',
  needs: ['dns', 'dnsUnready'],

  explain: {
    looksAt: 'The Service kube-dns, its EndpointSlices, the pods behind it and why they are not ready.',
    matters:
      'Without a ready CoreDNS every lookup of every pod fails. Applications then report hosts that do not exist or ' +
      'databases that do not answer, and few of them name DNS.',
    misleads: 'Connections by address keep working, so the network looks healthy to whoever tests with addresses.',
  },

  judge({ dns: { service: object, endpoints, pods }, dnsUnready }) {
    if (!object) return skip('no Service kube-dns in kube-system: another nameserver is in use');
    const ready = new Set(endpoints.filter((each) => each.ready).map(({ ip }) => ip)).size;
    if (ready > 0) return pass(`${ready} nameserver endpoints ready`);
    const [first] = dnsUnready;
    const listPods = 'kubectl -n kube-system get pods -l k8s-app=kube-dns -o wide';
    return fail({
      severity: 'outage',
      confidence: 'declared',
      says: dnsDownText(pods.length, dnsUnready),
      cites: [
        {
          on: 'api',
          shows: `0 ready endpoints of service/kube-dns, ${pods.length} pods`,
          command: getSlices(KUBE_DNS),
        },
        ...(first
          ? [{ on: 'api', shows: `pod/${first.pod}: ${first.why}`, command: describePod('kube-system', first.pod) }]
          : []),
      ],
      fix: [
        reads('see the pods and their last words', first ? describePod('kube-system', first.pod) : listPods),
        changes('repair what the events name; when no pod exists, scale deployment/coredns up'),
      ],
      refute: reads('would show a pod that is 1/1 Running', listPods),
      also: [KUBE_DNS, ...dnsUnready.map((each) => podSubject('kube-system', each.pod)), ...nodesOf(pods)],
    });
  },

  examples: {
    subject: { kind: 'cluster' },
    fails: { dns: clusterDns({ endpoints: [] }), dnsUnready: [{ pod: 'coredns-668d6bf9bc-7tq2m', why: LOOP }] },
    passes: { dns: clusterDns(), dnsUnready: [] },
  },
});
