import { shown } from '../../evidence/shell.js';
import { defineCheck, fail, pass, reads, skip } from '../check.js';
import { linkCounters, nic } from '../link-samples.js';

/** Below one in a hundred a retransmission hides it from everybody; above, TCP's throughput collapses. */
const SHARE = 0.01;

export default defineCheck({
  id: 'link-errors',
  layer: 'L1',
  title: 'the node’s own link receives and sends without errors',
  about: 'node',
  needs: ['uplink', 'linkCounters'],

  explain: {
    looksAt: 'Errors of the link that holds the node’s InternalIP, counted before and after the attempts.',
    matters: 'A frame that arrives damaged or cannot be sent is lost: TCP slows down, UDP and handshakes time out.',
    misleads:
      'Totals since boot prove nothing, so only what rose is judged. Dropped frames alone are no illness: the ' +
      'counter also holds those of protocols that nobody here speaks.',
  },

  judge({ uplink: { link }, linkCounters: { before, after, elapsedMs } }, { name: node }) {
    const [from, to] = [before[link?.name ?? ''], after?.[link?.name ?? '']];
    if (!link || !from || !to) return skip('the counters of the node’s own link were not read twice');
    const errors = to.rxErrors - from.rxErrors + to.txErrors - from.txErrors;
    const packets = to.rxPackets - from.rxPackets + to.txPackets - from.txPackets;
    const seen = `${link.name}: ${errors} errors beside ${packets} packets in ${(elapsedMs / 1000).toFixed(1)} s`;
    if (errors <= 0) return pass(seen);
    const command = shown`ip -s link show dev ${link.name}`;
    return fail({
      severity: errors >= (errors + packets) * SHARE ? 'degraded' : 'risk',
      confidence: 'observed',
      says: seen,
      cites: [{ on: node, shows: `receive errors ${to.rxErrors}, send errors ${to.txErrors}`, command }],
      fix: [
        reads(`see which kind of error it is on ${node}`, shown`ethtool -S ${link.name}`),
        reads('look at cable, transceiver, switch port and driver: nothing in the cluster causes these'),
      ],
      refute: reads(`twice on ${node}, some seconds apart: the errors would not rise`, command),
    });
  },

  examples: {
    subject: { kind: 'node', name: 'w1' },
    fails: { uplink: { ip: '192.168.0.2', link: nic() }, linkCounters: linkCounters(64) },
    passes: { uplink: { ip: '192.168.0.2', link: nic() }, linkCounters: linkCounters(0) },
  },
});
