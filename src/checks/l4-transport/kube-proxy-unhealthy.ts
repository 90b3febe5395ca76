import { shown } from '../../evidence/shell.js';
import type { ProxyHealth } from '../../facts/sources/node.js';
import { proxyText } from '../../model/proxy-text.js';
import { changes, defineCheck, fail, pass, reads, restarts, skip } from '../check.js';
import { podLog } from '../commands.js';
import { node, pod } from '../samples.js';

const HEALTHZ = 'curl -s http://127.0.0.1:10256/healthz';
const proxy = pod({ namespace: 'kube-system', name: 'kube-proxy-8xk2p', hostNetwork: true });
const healthy: ProxyHealth = { expected: true, pod: proxy, healthy: true, lastSyncSeconds: 12, complaints: [] };

export default defineCheck({
  id: 'kube-proxy-unhealthy',
  layer: 'L4',
  title: 'kube-proxy runs on the node and keeps its rules up to date',
  about: 'node',
  needs: ['object', 'proxyHealth'],

  explain: {
    looksAt: 'The kube-proxy pod of the node, its healthz and metrics pages, and errors in its log.',
    matters:
      'Old rules stay when kube-proxy stops: old Services go on working, and on this node only new ones do not exist.',
    misleads: 'kube-proxy has no readiness probe: it is Ready while every write fails.',
  },

  judge({ object, proxyHealth: health }, { name }) {
    if (object === 'absent') return skip('the node does not exist');
    if (!health.expected) return skip('no kube-proxy DaemonSet: something else serves Services, or it is no pod');
    const { pod: own } = health;
    const ago = health.lastSyncSeconds ?? '?';
    if (own?.ready && health.healthy === true) return pass(`it is healthy, last wrote rules ${ago} s ago`);
    const [complaint] = health.complaints;
    if (own?.ready && health.healthy === 'unknown' && !complaint) return pass('its pod is ready, its log clean');
    const says = proxyText(name, health);
    const list = shown`kubectl -n kube-system get pods -l k8s-app=kube-proxy --field-selector ${`spec.nodeName=${name}`}`;
    const log = own ? podLog(own) : list;
    const again = shown`kubectl -n kube-system delete pod ${own?.name ?? ''}`;
    return fail({
      // A line in a log alone tells of no present failure.
      severity: health.healthy === false ? 'degraded' : 'risk',
      confidence: own?.ready ? 'observed' : 'declared',
      says,
      cites: [
        own?.ready ? { on: `node/${name}`, shows: says, command: HEALTHZ } : { on: 'api', shows: says, command: list },
        ...(complaint ? [{ on: 'api', shows: complaint, command: log }] : []),
      ],
      fix: [
        reads('see what it says', log),
        own ? restarts('start it anew', again) : changes('let the DaemonSet tolerate and select this node'),
      ],
      refute: reads('would show lastUpdated within the last minutes', HEALTHZ),
    });
  },

  examples: {
    subject: { kind: 'node', name: 'w1' },
    fails: { object: node(), proxyHealth: { ...healthy, healthy: false, lastSyncSeconds: 412, queuedSeconds: 395 } },
    passes: { object: node(), proxyHealth: healthy },
  },
});
