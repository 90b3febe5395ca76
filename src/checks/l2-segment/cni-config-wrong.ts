import { listed } from '../../model/listed.js';
import { cniWrong } from '../../path/cni-wrong.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { cniState } from '../link-samples.js';
import { podsOn } from '../node-commands.js';

export default defineCheck({
  id: 'cni-config-wrong',
  layer: 'L2',
  title: 'new pods are connected by the cluster’s own network, from the node’s range',
  about: 'node',
  needs: ['cniConfig', 'podRanges', 'ownPods'],

  explain: {
    looksAt:
      'The files of /etc/cni/net.d in the order of their names, flannel’s subnet.env, and whether the pods of the ' +
      'node have addresses of its range.',
    matters:
      'The runtime takes the first file. A broken one keeps pods from starting; one that some package left behind ' +
      'gives them addresses that other nodes do not route to this one.',
    misleads: 'Files that come later, such as CRI-O’s 100-crio-bridge.conf, are never looked at and harm nobody.',
  },

  judge({ cniConfig, podRanges, ownPods }, { name: node }) {
    const files = cniConfig.files ?? [];
    const wrong = cniWrong(cniConfig, podRanges, ownPods);
    if (!wrong && !cniConfig.files) return skip('nobody could look into /etc/cni/net.d');
    if (!wrong) return pass(`${files[0]?.file ?? ''} connects pods, ${listed(files[0]?.types ?? [])}`);
    const command = 'ls /etc/cni/net.d; cat /run/flannel/subnet.env';
    return fail({
      severity: wrong.now ? 'degraded' : 'risk',
      confidence: cniConfig.files ? 'programmed' : 'declared',
      says: wrong.says,
      cites: [
        wrong.now
          ? { on: 'api', shows: `pod range ${listed(podRanges)}`, command: podsOn(node) }
          : { on: node, shows: listed(files.map(({ file }) => file)) || 'no file', command },
      ],
      fix: [
        reads(`look at the files on ${node}`, 'head -c 400 /etc/cni/net.d/*'),
        changes('move the file that does not belong there away, restart the runtime, then delete the pods made by it'),
      ],
      refute: reads('addresses of the node’s range, and the cluster’s own file first, would prove this wrong', command),
    });
  },

  examples: {
    subject: { kind: 'node', name: 'w1' },
    fails: {
      cniConfig: cniState('10-containerd-net.conflist bridge portmap', '10-flannel.conflist flannel portmap'),
      podRanges: ['10.244.1.0/24'],
      ownPods: [{ namespace: 'shop', name: 'api', ip: '10.244.0.2' }],
    },
    passes: { cniConfig: cniState('10-flannel.conflist flannel portmap'), podRanges: ['10.244.1.0/24'], ownPods: [] },
  },
});
