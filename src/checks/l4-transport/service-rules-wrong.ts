import { elsewhereText } from '../../model/programmed-compare.js';
import { nodeSubject, serviceSubject } from '../../target/subject.js';
import { changes, defineCheck, fail, pass, reads, restarts, skip, type Severity } from '../check.js';
import { getSlices } from '../commands.js';
import { FLOW_TO_SERVICE } from '../samples.js';

const read = { kind: 'read', node: 'w1', by: 'kube-proxy', service: { namespace: 'shop', name: 'api' } } as const;
const RULE = '-A KUBE-SEP-DKPZZSASXTHGCDPP -p tcp -m tcp -j DNAT --to-destination 10.244.2.99:8080';
const stale = {
  says: 'w1 sends 1 of 2 shares of 10.96.7.20:80 to 10.244.2.99:8080, which is no usable endpoint',
  shows: RULE,
  command: 'iptables-nft-save -t nat',
  hits: 'some',
} as const;
const SEVERITY: Readonly<Record<'all' | 'some' | 'none', Severity>> = { all: 'outage', some: 'degraded', none: 'risk' };

export default defineCheck({
  id: 'service-rules-wrong',
  layer: 'L4',
  title: 'the node has programmed the Service as the API declares it',
  about: 'flow',
  needs: ['programmed'],

  explain: {
    looksAt: 'kube-proxy’s rules or Cilium’s maps on the node that translates the flow, against the EndpointSlices.',
    matters:
      'Each node translates Services by its own copy of the rules. A copy that is old or torn sends to pods that are ' +
      'gone, or refuses a Service that is well, from this node only.',
    misleads: 'A KUBE-SVC or KUBE-SEP chain that nothing jumps to is left over and harmless.',
  },

  judge({ programmed }) {
    if (programmed.kind === 'does-not-apply') return skip(programmed.why);
    const { node, by, backends, faults, elsewhere, service: of } = programmed;
    const [worst] = faults;
    if (!worst) return pass(`${node} sends to ${backends} backends, all of them usable endpoints`);
    return fail({
      severity: SEVERITY[worst.hits],
      confidence: 'programmed',
      says: [...faults.map(({ says }) => says), ...elsewhereText(elsewhere)].join('; '),
      cites: [
        ...faults.map(({ shows, command }) => ({ on: `node/${node}`, shows, command })),
        { on: 'api', shows: `the endpoints of service/${of.name}`, command: getSlices(of) },
      ],
      fix: [
        reads(`see why ${by} does not repair it`, `kubectl -n kube-system logs -l k8s-app=${by} --prefix`),
        restarts('let it write all of them anew', `kubectl -n kube-system rollout restart daemonset ${by}`),
        changes('when the rules vanish again, find who else writes them: firewalld, a script, another agent'),
      ],
      refute: reads('would show the rule with the addresses of the EndpointSlices', worst.command),
      also: [nodeSubject(node), serviceSubject(of.namespace, of.name)],
    });
  },

  examples: {
    subject: FLOW_TO_SERVICE,
    fails: { programmed: { ...read, backends: 2, faults: [stale], elsewhere: [{ node: 'w2', right: true }] } },
    passes: { programmed: { ...read, backends: 2, faults: [], elsewhere: [] } },
  },
});
