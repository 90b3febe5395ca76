import check from '../../src/checks/l3-network/cidr-overlap.js';
import { cni } from '../../src/checks/link-samples.js';
import { node } from '../../src/checks/samples.js';
import { testCheck } from '../support/test-check.js';

const cidrs = {
  pods: ['10.244.0.0/16'],
  services: ['10.96.0.0/12'],
  clusterDomain: 'cluster.local',
  source: 'configmap/kubeadm-config -n kube-system',
};
const w2 = node({ name: 'w2', internalIps: ['192.168.0.3'], podCidrs: ['10.244.2.0/24'] });
const facts = { cidrs, cni: cni(), nodes: [node(), w2] };

testCheck(check, {
  passes: {
    'ranges side by side': [facts, '2 nodes and no range twice'],
    'Calico, which does not look at them': [
      { ...facts, cni: cni({ name: 'calico' }), nodes: [node(), { ...w2, podCidrs: ['10.244.1.0/24'] }] },
      '2 nodes and no range twice',
    ],
    'a cloud that tells no ranges': [
      { cidrs: { ...cidrs, pods: [], services: [] }, cni: cni({ name: 'aws-vpc' }), nodes: [node({ podCidrs: [] })] },
      '1 node and no range twice',
    ],
    'two families': [
      { ...facts, nodes: [node({ podCidrs: ['10.244.1.0/24', 'fd00:1::/64'] }), w2] },
      '2 nodes and no range twice',
    ],
  },
  fails: {
    'one range on two nodes': [
      { ...facts, nodes: [node(), w2, { ...w2, name: 'w3', podCidrs: ['10.244.1.0/24'] }] },
      'outage',
      'w1 and w3 both hold the pod range 10.244.1.0/24',
    ],
    'the whole cluster’s range on a node': [
      { ...facts, nodes: [node({ podCidrs: ['10.244.0.0/16'] }), w2] },
      'outage',
      'the pod range 10.244.0.0/16 of w1 and 10.244.2.0/24 of w2 overlap',
    ],
    'a range that flannel’s network does not hold': [
      { ...facts, nodes: [node({ podCidrs: ['10.0.1.0/24'] }), w2] },
      'outage',
      'the pod range 10.0.1.0/24 of w1 is no part of the pod network 10.244.0.0/16',
    ],
    'a node among the pods': [
      { ...facts, nodes: [node({ internalIps: ['10.244.2.9'] }), w2] },
      'outage',
      'the address 10.244.2.9 of w1 lies in 10.244.2.0/24, the pod range of w2',
    ],
    'a node among the Services': [
      { ...facts, nodes: [node({ internalIps: ['10.96.0.4'] }), w2] },
      'risk',
      'the address 10.96.0.4 of w1 lies in 10.96.0.0/12, the Services’ range',
    ],
    'pods and Services': [
      { ...facts, cidrs: { ...cidrs, services: ['10.244.128.0/20'] } },
      'risk',
      'the pods’ range 10.244.0.0/16 and the Services’ range 10.244.128.0/20 overlap',
    ],
  },
  skips: {
    'no nodes': [{ ...facts, nodes: [] }, 'no nodes are listed'],
  },
});
