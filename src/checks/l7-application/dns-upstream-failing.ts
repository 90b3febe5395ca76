import { upstreamText } from '../../model/naming-text.js';
import { CLUSTER } from '../../target/subject.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { lookUp, podLog } from '../commands.js';
import { FLOW_TO_DNS, LOOKUP, NAMING } from '../samples.js';

const LINE = '[ERROR] plugin/errors: 2 www.example.com. A: read udp 10.244.1.2:3604->192.168.1.1:53: i/o timeout';
const UPSTREAM = { server: '192.168.1.1:53', count: 7, line: LINE, pod: 'coredns-668d6bf9bc-7tq2m' };
const found = { ...LOOKUP, name: 'www.example.com' };
const outside = { ...NAMING, external: true };

export default defineCheck({
  id: 'dns-upstream-failing',
  layer: 'L7',
  title: 'names outside the cluster resolve',
  about: 'flow',
  needs: ['naming'],

  explain: {
    looksAt: 'The lookup of an external name, and what CoreDNS logged of the nameservers it forwards to.',
    matters: 'CoreDNS passes on what it does not own. When its upstream is silent, every external name fails.',
    misleads: 'The same lookup on the node works: its resolver falls back to the next server.',
  },

  judge({ naming: told }) {
    if (told.kind === 'no-lookup') return skip('the flow is no lookup');
    const { lookup, external, upstreams } = told;
    if (!external) return skip('the name is the cluster’s own');
    if (lookup.end === 'answered' && lookup.rcode !== 'SERVFAIL')
      return pass(`${lookup.name}: ${lookup.rcode ?? 'answered'}`);
    const [first] = upstreams;
    // Silence may be the way to the nameserver, a log convicts nobody: both together do.
    if (lookup.end !== 'answered' && !first) return skip('the nameserver did not answer at all');
    const dig = lookUp(lookup);
    return fail({
      severity: 'outage',
      confidence: 'observed',
      says: upstreamText(told),
      cites: [
        // What is the same for every lookup that fails comes first: by it they are one finding.
        ...upstreams.slice(0, 1).map(({ line, pod }) => ({ on: 'api', shows: line, command: logOf(pod) })),
        { on: 'source', shows: `${lookup.rcode ?? lookup.end} after ${lookup.elapsedMs} ms`, command: dig },
      ],
      fix: [
        reads('see where CoreDNS forwards to', 'kubectl -n kube-system get configmap coredns -o yaml'),
        changes('repair the way to that upstream, or forward to one that answers'),
      ],
      refute: reads('would print an address', dig),
      also: [CLUSTER],
    });
  },

  examples: {
    subject: { ...FLOW_TO_DNS, host: 'www.example.com' },
    fails: { naming: { ...outside, upstreams: [UPSTREAM], lookup: { ...found, rcode: 'SERVFAIL' } } },
    passes: { naming: { ...outside, lookup: found } },
  },
});

const logOf = (name: string): string => podLog({ namespace: 'kube-system', name });
