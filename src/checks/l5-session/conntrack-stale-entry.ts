import { staleText } from '../../model/stale-entries.js';
import { nodeSubject, serviceSubject } from '../../target/subject.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { getSlices } from '../commands.js';
import { FLOW_TO_DNS } from '../samples.js';

const service = { namespace: 'kube-system', name: 'kube-dns' };
const TEXT = 'udp 17 25 src=10.244.1.4 dst=10.96.0.10 sport=40000 dport=53 [UNREPLIED] src=10.244.9.9 dst=10.244.1.4';
const read = { kind: 'read', node: 'w1', address: '10.96.0.10', port: 53, service, entries: 3 } as const;
const old = { client: '10.244.1.4', own: true, answersFrom: '10.244.9.9', text: TEXT };

export default defineCheck({
  id: 'conntrack-stale-entry',
  layer: 'L5',
  title: 'tracked UDP flows to the Service lead to living backends',
  about: 'flow',
  needs: ['staleEntries'],

  explain: {
    looksAt:
      'UDP entries for the Service’s address in the conntrack table of the source’s node, against its endpoints.',
    matters:
      'A client that keeps one UDP socket keeps its entry alive, and with it the backend chosen long ago. When that ' +
      'pod is gone its datagrams vanish, while every new socket is answered.',
    misleads: 'nslookup from the same pod works, because it uses a fresh port; rules and endpoints are right already.',
  },

  judge({ staleEntries }) {
    if (staleEntries.kind === 'does-not-apply') return skip(staleEntries.why);
    const { node, address, port, entries, stale, service: of } = staleEntries;
    const [first] = stale;
    if (!first)
      return pass(`${entries} tracked UDP flows to ${address}:${port}, none of them to a backend that is gone`);
    const listed = `conntrack -L -p udp --orig-dst ${address}`;
    const reply = first.answersFrom === address ? '' : ` --reply-src ${first.answersFrom}`;
    const remove = `conntrack -D -p udp --orig-dst ${address}${reply}`;
    return fail({
      // Only the sockets that hold these entries fail; a new one is translated anew.
      severity: stale.some(({ own }) => own) ? 'degraded' : 'risk',
      confidence: 'programmed',
      says: staleText(staleEntries),
      cites: [
        { on: `node/${node}`, shows: first.text, command: listed },
        { on: 'api', shows: `the endpoints of service/${of.name}`, command: getSlices(of) },
      ],
      fix: [
        reads('see all such entries', listed),
        changes('remove them: the next datagram is translated anew', remove),
      ],
      refute: reads('would list only addresses of the EndpointSlices as the second src=', listed),
      also: [nodeSubject(node), serviceSubject(of.namespace, of.name)],
    });
  },

  examples: {
    subject: FLOW_TO_DNS,
    fails: { staleEntries: { ...read, stale: [old] } },
    passes: { staleEntries: { ...read, stale: [] } },
  },
});
