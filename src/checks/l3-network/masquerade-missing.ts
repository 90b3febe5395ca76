import { shown } from '../../evidence/shell.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { flow } from '../flow-samples.js';

const POSTROUTING = 'iptables-save -c -t nat';

export default defineCheck({
  id: 'masquerade-missing',
  layer: 'L3',
  title: 'what leaves the cluster carries an address that answers can find',
  about: 'flow',
  needs: ['leaving'],

  explain: {
    looksAt:
      'The source address with which a pod’s packet to beyond the cluster leaves its node, and whether it was answered.',
    matters: 'Beyond the nodes nobody has a route to pod addresses: without masquerade the answer finds no way back.',
    misleads: 'Clouds and BGP route pod addresses of some CNIs: there packets rightly leave with them.',
  },

  judge({ leaving }, { address }) {
    if (leaving === 'none') return skip('it stays in the cluster, or pod addresses are routed beyond it');
    const { node, source, bare, unanswered, rule } = leaving;
    if (!bare) return pass(`it leaves ${node} as ${source}`);
    if (!unanswered) return pass(`it leaves ${node} with the pod’s own address ${source} and is answered`);
    const by = rule ? `, after "${rule.cites}"` : '';
    return fail({
      severity: 'outage',
      confidence: 'programmed',
      says: `it leaves ${node} with the pod’s own address ${source}${by}, and ${address} does not answer`,
      cites: [
        {
          on: node,
          shows: rule?.cites ?? 'no rule of POSTROUTING masquerades it',
          command: rule?.command || POSTROUTING,
        },
      ],
      fix: [
        reads(`see on ${node} which rule of POSTROUTING it meets first`, POSTROUTING),
        changes('take the exception away, or let the CNI masquerade: flannel’s --ip-masq, ip-masq-agent’s ranges'),
      ],
      refute: reads(
        `on ${node} this would show ${address} seeing another source than ${source}`,
        shown`conntrack -L -d ${address}`,
      ),
      also: [{ kind: 'node', name: node }],
    });
  },

  examples: {
    subject: { kind: 'flow', source: flow().source, protocol: 'tcp', address: '203.0.113.10', port: 80 },
    fails: { leaving: { node: 'w1', source: '10.244.1.4', bare: true, unanswered: true } },
    passes: { leaving: { node: 'w1', source: '192.168.0.2', bare: false, unanswered: false } },
  },
});
