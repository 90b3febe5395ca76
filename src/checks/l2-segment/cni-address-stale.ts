import { shown } from '../../evidence/shell.js';
import { counted, listed } from '../../model/listed.js';
import { contains } from '../../path/ranges.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { podBridge } from '../link-samples.js';
import { getNode } from '../node-commands.js';

export default defineCheck({
  id: 'cni-address-stale',
  layer: 'L2',
  title: 'the pods’ bridge has an address of the node’s pod range',
  about: 'node',
  needs: ['podBridge', 'podRanges', 'ownPods'],

  explain: {
    looksAt: 'The address of the bridge that pods hang on, against the pod range of the Node object.',
    matters:
      'That address is the pods’ gateway and makes the node’s route to them. From a former range it answers for ' +
      'nobody: the node has no way to its pods, and new ones are refused with “already has an IP address different from”.',
    misleads: 'Calico and Cilium keep ranges of their own: there the Node’s podCIDR means nothing.',
  },

  judge({ podBridge: hung, podRanges, ownPods }, { name: node }) {
    if (hung === 'none' || !hung.link) return skip('no bridge for pods on this node');
    if (podRanges.length === 0) return skip('the Node object does not decide its pods’ range');
    const held = hung.addresses.filter(({ family }) => family === 4).map(({ ip, prefix }) => `${ip}/${prefix}`);
    const pods = counted(ownPods.length, 'pod');
    if (held.some((each) => podRanges.some((range) => contains(range, each.split('/')[0] ?? ''))))
      return pass(`${hung.name} has ${listed(held)}, of ${listed(podRanges)}`);
    const has = held.length === 0 ? 'no address' : `${listed(held)}, outside of ${listed(podRanges)}`;
    const command = shown`ip -4 addr show dev ${hung.name}`;
    return fail({
      severity: ownPods.length > 0 ? 'outage' : 'risk',
      confidence: 'programmed',
      says: `${hung.name} has ${has}: the node has no route to its ${pods}`,
      cites: [
        { on: node, shows: `${hung.name} has ${listed(held) || 'no address'}`, command },
        { on: 'api', shows: `podCIDR ${listed(podRanges)}`, command: getNode(node) },
      ],
      fix: [
        reads(`see which range the CNI agent works with on ${node}`, 'cat /run/flannel/subnet.env'),
        changes(
          'delete the bridge and then the pods of this node: new ones make it anew',
          shown`ip link delete ${hung.name}`,
        ),
      ],
      refute: reads(`on ${node} this would print an address of ${listed(podRanges)}`, command),
    });
  },

  examples: {
    subject: { kind: 'node', name: 'w1' },
    fails: {
      podBridge: podBridge(),
      podRanges: ['10.244.3.0/24'],
      ownPods: [{ namespace: 'shop', name: 'api', ip: '10.244.3.7' }],
    },
    passes: { podBridge: podBridge(), podRanges: ['10.244.1.0/24'], ownPods: [] },
  },
});
