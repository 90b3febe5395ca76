import type { ConntrackStats, ConntrackTable } from '../../facts/network.js';
import { changes, defineCheck, fail, pass, reads, type Cite, type Severity } from '../check.js';

// Above this the next burst fills the table; the kernel's own alarm ("table full") comes only after the first drop.
const NEARLY_FULL = 0.9;
const COUNT = 'cat /proc/sys/net/netfilter/nf_conntrack_count /proc/sys/net/netfilter/nf_conntrack_max';
const still: ConntrackStats = { found: 0, invalid: 0, insertFailed: 12, drop: 12, earlyDrop: 0 };
const idle = { before: still, after: still, elapsedMs: 5000 };
const dropping = { ...idle, after: { ...still, drop: 1905 } };

export default defineCheck({
  id: 'conntrack-saturation',
  layer: 'L4',
  title: 'conntrack has room for new connections',
  about: 'node',
  needs: ['conntrackTable', 'conntrackStats'],

  explain: {
    looksAt: 'nf_conntrack_count against nf_conntrack_max, and the drop counters before and after the attempts.',
    matters:
      'Every translated connection needs an entry. When the table is full the kernel drops the first packet of each ' +
      'new connection while old ones live on: the node looks healthy and clients see random timeouts.',
    misleads:
      'A race between two packets of one flow raises drop and insert_failed together, with the table half empty.',
  },

  judge({ conntrackTable: table, conntrackStats: { before, after, elapsedMs } }, { name }) {
    const fill = `table at ${table.count} of ${table.max} entries (${Math.floor((table.count / table.max) * 100)}%)`;
    const grown = (key: keyof ConntrackStats): number => (after ? Math.max(0, after[key] - before[key]) : 0);
    // The kernel counts a lost insert race in both (nf_conntrack_confirm): what is left was dropped for want of room.
    const dropped = Math.max(0, grown('drop') - grown('insertFailed'));
    const evicted = grown('earlyDrop');
    if (dropped + evicted === 0 && !nearlyFull(table)) return pass(fill);
    const severity: Severity = dropped > 0 ? 'outage' : evicted > 0 ? 'degraded' : 'risk';
    const what = [
      dropped > 0 ? `dropped ${dropped} packets` : '',
      evicted > 0 ? `evicted ${evicted} entries` : '',
    ].filter(Boolean);
    const stats: Cite = { on: `node/${name}`, shows: what.join(', '), command: 'conntrack -S' };
    return fail({
      severity,
      confidence: severity === 'risk' ? 'programmed' : 'observed',
      says: what.length > 0 ? `${what.join(' and ')} in ${(elapsedMs / 1000).toFixed(1)} s, ${fill}` : fill,
      cites: [{ on: `node/${name}`, shows: fill, command: COUNT }, ...(what.length > 0 ? [stats] : [])],
      fix: [
        reads('see what fills it', "conntrack -L | awk '{print $1, $4, $5}' | sort | uniq -c | sort -rn | head"),
        changes('give it room where it is set: conntrack.maxPerCore in the configuration of kube-proxy'),
      ],
      refute: reads('would print a count far below the limit', COUNT),
    });
  },

  examples: {
    subject: { kind: 'node', name: 'w1' },
    fails: { conntrackTable: { count: 262_144, max: 262_144 }, conntrackStats: dropping },
    passes: { conntrackTable: { count: 40_112, max: 262_144 }, conntrackStats: idle },
  },
});

const nearlyFull = ({ count, max }: ConntrackTable): boolean => count >= max * NEARLY_FULL;
