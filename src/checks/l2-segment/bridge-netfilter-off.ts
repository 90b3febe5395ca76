import { BRIDGE_NF } from '../../model/bridge-netfilter.js';
import { counted } from '../../model/listed.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';

export default defineCheck({
  id: 'bridge-netfilter-off',
  layer: 'L2',
  title: 'what the pods’ bridge switches passes by netfilter',
  about: 'node',
  needs: ['bridgeNetfilter'],

  explain: {
    looksAt: `${BRIDGE_NF} of a node whose pods hang on a bridge while kube-proxy translates Services.`,
    matters:
      'A backend on the client’s own node answers through the bridge. If that answer passes netfilter by, nothing ' +
      'turns its source back into the Service’s address: the client does not know it and resets the connection.',
    misleads:
      'Backends on other nodes answer through routing and work, so it looks like one sick replica. Routed CNIs ' +
      '(Calico, kindnet, clouds) and Cilium do not need it.',
  },

  judge({ bridgeNetfilter }, { name: node }) {
    if (bridgeNetfilter === 'not-needed') return skip('no pods on a bridge whose Services kube-proxy translates');
    const { bridge, value, pods } = bridgeNetfilter;
    if (value === '1') return pass(`${BRIDGE_NF} is 1`);
    const shows = value === undefined ? 'is not there: br_netfilter is not loaded' : `is ${value}`;
    const hit = 'a Service hangs for a pod when its backend is on this same node';
    return fail({
      severity: pods > 1 ? 'degraded' : 'risk',
      confidence: 'programmed',
      says: `${BRIDGE_NF} ${shows}, with ${counted(pods, 'pod')} on ${bridge}: ${hit}`,
      cites: [{ on: node, shows: `${BRIDGE_NF} ${shows}`, command: `sysctl ${BRIDGE_NF}` }],
      fix: [
        reads(
          `find what switched it off on ${node}`,
          'grep -rs bridge-nf /etc/sysctl.conf /etc/sysctl.d /etc/modules-load.d',
        ),
        changes(
          'load the module and switch it on; keep both in /etc',
          `modprobe br_netfilter && sysctl -w ${BRIDGE_NF}=1`,
        ),
      ],
      refute: reads(`on ${node} this would print 1`, 'cat /proc/sys/net/bridge/bridge-nf-call-iptables'),
    });
  },

  examples: {
    subject: { kind: 'node', name: 'w1' },
    fails: { bridgeNetfilter: { bridge: 'cni0', value: '0', pods: 6 } },
    passes: { bridgeNetfilter: { bridge: 'cni0', value: '1', pods: 6 } },
  },
});
