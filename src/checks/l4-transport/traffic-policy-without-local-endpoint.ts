import { shown } from '../../evidence/shell.js';
import { nodeSubject, serviceSubject } from '../../target/subject.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { getService, getSlices } from '../commands.js';

const service = { namespace: 'shop', name: 'api-np' };
const applies = { kind: 'applies', policy: 'externalTrafficPolicy', service, node: 'cp' } as const;

export default defineCheck({
  id: 'traffic-policy-without-local-endpoint',
  layer: 'L4',
  title: 'a traffic policy of Local finds an endpoint on the node',
  about: 'flow',
  needs: ['localPolicy'],

  explain: {
    looksAt: 'The traffic policies of the Service, the node which translates the flow, and the endpoints on that node.',
    matters:
      'With a policy of Local, kube-proxy drops what reaches a node without an endpoint: clients of that node wait ' +
      'until they time out, while the same Service answers by way of other nodes.',
    misleads: 'From the node itself, and from its pods to a node port, the policy does not apply and all looks well.',
  },

  judge({ localPolicy }) {
    if (localPolicy.kind === 'does-not-apply') return skip(localPolicy.why);
    const { policy, node, local, elsewhere, service: of } = localPolicy;
    if (local > 0) return pass(`${local} endpoints on ${node}, where ${policy} is Local`);
    // Without any endpoint at all the policy is not what is missing.
    if (elsewhere.length === 0) return skip('the Service has no usable endpoint anywhere');
    const there = elsewhere.join(', ');
    return fail({
      severity: 'outage',
      confidence: 'declared',
      says: `${policy} of service/${of.name} is Local and ${node} has no endpoint of it; ${there} has`,
      cites: [
        { on: 'api', shows: `service/${of.name}: ${policy}: Local`, command: getService(of) },
        { on: 'api', shows: `endpoints on ${there}, none on ${node}`, command: getSlices(of) },
      ],
      fix: [
        reads('see which nodes hold its pods', getSlices(of, 'wide')),
        changes(`send to a node that has an endpoint, run a pod on ${node}, or set ${policy} to Cluster`),
      ],
      refute: reads(
        'would print Cluster',
        shown`kubectl -n ${of.namespace} get service ${of.name} -o ${`jsonpath={.spec.${policy}}`}`,
      ),
      also: [serviceSubject(of.namespace, of.name), nodeSubject(node)],
    });
  },

  examples: {
    subject: { kind: 'flow', source: { kind: 'outside' }, protocol: 'tcp', address: '192.168.0.1', port: 30_080 },
    fails: { localPolicy: { ...applies, local: 0, elsewhere: ['w1', 'w2'] } },
    passes: { localPolicy: { ...applies, node: 'w1', local: 1, elsewhere: ['w2'] } },
  },
});
