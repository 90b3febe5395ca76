import { shown } from '../../evidence/shell.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';

/** IPv4 and ICMP headers around a ping's payload. */
const HEADERS = 28;

export default defineCheck({
  id: 'path-mtu-black-hole',
  layer: 'L3',
  title: 'packets of full size arrive, or their sender is told',
  about: 'flow',
  needs: ['sweep'],

  explain: {
    looksAt: 'Pings of growing size that may not be taken apart: the largest answered, the smallest lost.',
    matters:
      'A link on the way is smaller than both ends believe, and the ICMP that would tell them is lost: connections ' +
      'open, small requests work, large answers hang for ever.',
    misleads: 'A TLS handshake that hangs after ClientHello looks like a certificate’s fault and is often this.',
  },

  judge({ sweep }, flow) {
    if (sweep === 'not-needed') return skip('sizes are tried between pods of different nodes only');
    const { largestAnswered: small, smallestLost: large, reportedMtu } = sweep;
    if (small === undefined) return skip('no ping was answered, whatever its size: nothing can be told from sizes');
    if (large === undefined) return pass(`packets of ${small} bytes are answered`);
    // A link of our own that refuses larger packets is no black hole; what it lets through must arrive.
    if (reportedMtu !== undefined && large > reportedMtu)
      return pass(`packets larger than ${reportedMtu} bytes are refused with that number`);
    if (large < small) return skip(`${large} bytes were lost and ${small} answered: loss, but not by size`);
    const on = flow.source.kind === 'pod' ? `pod/${flow.source.name}` : 'the source';
    const ping = (size: number): string => shown`ping -M do -c 3 -s ${size - HEADERS} ${flow.address}`;
    return fail({
      severity: 'outage',
      confidence: 'observed',
      says: `packets of ${small} bytes to ${flow.address} are answered and those of ${large} bytes vanish, without an ICMP that says why`,
      cites: [{ on, shows: `${small} bytes answered, ${large} bytes silent`, command: ping(large) }],
      fix: [
        reads('find the link that is smaller than both nodes’ own', shown`tracepath -n ${flow.address}`),
        changes(`set the CNI’s MTU so that packets stay at ${small} bytes, or let ICMP type 3 code 4 pass`),
      ],
      refute: reads(`from ${on} this would be answered, or be told an mtu`, ping(large)),
    });
  },

  examples: {
    subject: {
      kind: 'flow',
      source: { kind: 'pod', namespace: 'shop', name: 'web' },
      protocol: 'tcp',
      address: '10.244.2.7',
      port: 8080,
      pod: { namespace: 'shop', name: 'api' },
    },
    fails: { sweep: { tool: 'ping', largestAnswered: 1370, smallestLost: 1400, raw: '' } },
    passes: { sweep: { tool: 'ping', largestAnswered: 1450, raw: '' } },
  },
});
