import { shown } from '../../evidence/shell.js';
import { notFoundText } from '../../model/naming-text.js';
import { CLUSTER } from '../../target/subject.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { lookUp } from '../commands.js';
import { FLOW_TO_DNS, LOOKUP, NAMING } from '../samples.js';

const ABSENT = { ...LOOKUP, rcode: 'NXDOMAIN', addresses: [] };
const inner = { namespace: 'shop', name: 'api', exists: false };

export default defineCheck({
  id: 'name-not-found',
  layer: 'L7',
  title: 'the name exists',
  about: 'flow',
  needs: ['naming'],

  explain: {
    looksAt: 'The nameserver’s answer, the Services of that name, and the search list and ndots of the pod.',
    matters: 'NXDOMAIN is an answer: the network and the nameserver work, and the name is what is wrong.',
    misleads: 'A short name is completed by the pod’s own search list: what one namespace resolves, another does not.',
  },

  judge({ naming: told }) {
    if (told.kind === 'no-lookup') return skip('the flow is no lookup');
    const { lookup, inner: meant, elsewhere } = told;
    if (lookup.end !== 'answered') return skip('nothing was answered, so nothing is said about the name');
    if (lookup.rcode !== 'NXDOMAIN')
      return pass(`${lookup.name}: ${lookup.rcode ?? 'answered'} ${lookup.addresses.join(', ')}`.trim());
    const dig = lookUp(lookup);
    const instead = elsewhere[0] && meant ? `use ${meant.name}.${elsewhere[0]}` : 'correct the name in the client';
    return fail({
      severity: 'outage',
      confidence: 'observed',
      says: notFoundText(told),
      cites: [
        { on: 'source', shows: `${lookup.server} answered NXDOMAIN for ${lookup.name}`, command: dig },
        ...(meant
          ? [{ on: 'api', shows: meant.exists ? 'it exists' : 'no such Service', command: find(meant.name) }]
          : []),
      ],
      fix: [
        reads('see which names there are', meant ? shown`kubectl -n ${meant.namespace} get services` : dig),
        changes(meant?.exists ? 'see CoreDNS’s log: it does not know a Service that exists' : instead),
      ],
      refute: reads('would print an address', dig),
      also: [CLUSTER],
    });
  },

  examples: {
    subject: FLOW_TO_DNS,
    fails: { naming: { ...NAMING, inner, elsewhere: ['store'], lookup: ABSENT } },
    passes: { naming: { ...NAMING, inner: { ...inner, exists: true }, lookup: LOOKUP } },
  },
});

const find = (name: string): string => shown`kubectl get services -A --field-selector ${`metadata.name=${name}`}`;
