import check from '../../src/checks/l2-segment/overlay-device-broken.js';
import { overlay, vxlan } from '../../src/checks/link-samples.js';
import type { Vxlan } from '../../src/facts/network.js';
import { testCheck } from '../support/test-check.js';

const tunnel = vxlan().vxlan!;
const w = (different: Partial<Vxlan>) => ({
  overlay: overlay({ link: vxlan({ vxlan: { ...tunnel, ...different } }) }),
});
const { link: _, ...missing } = overlay();
const calico = overlay({
  device: 'vxlan.calico',
  wants: { source: 'annotations of node/w1', address: '10.200.190.64', local: '192.168.0.2' },
  link: vxlan({ name: 'vxlan.calico', vxlan: { ...tunnel, vni: 4096, port: 4789 } }),
  addresses: ['10.200.190.64'],
});

testCheck(check, {
  passes: {
    flannel: [{ overlay: overlay() }, 'flannel.1 is up, as annotations of node/w1 say'],
    'Calico, whose VNI and port no annotation tells': [
      { overlay: calico },
      'vxlan.calico is up, as annotations of node/w1 say',
    ],
    'Cilium, whose device is told all by eBPF': [
      {
        overlay: overlay({
          device: 'cilium_vxlan',
          wants: { source: 'configmap/cilium-config -n kube-system' },
          link: vxlan({ name: 'cilium_vxlan', vxlan: { ...tunnel, vni: 0, external: true } }),
          addresses: [],
        }),
      },
      'cilium_vxlan is up, as configmap/cilium-config -n kube-system say',
    ],
    'a node behind a NAT, which publishes the NAT’s address': [
      { overlay: overlay({ wants: { source: 'annotations of node/w1', local: '203.0.113.4' } }) },
      'flannel.1 is up, as annotations of node/w1 say',
    ],
    'a reader that saw no tunnel details': [
      { overlay: overlay({ link: { ...vxlan(), vxlan: undefined } as never }) },
      'flannel.1 is up, as annotations of node/w1 say',
    ],
  },
  fails: {
    missing: [{ overlay: missing }, 'outage', 'flannel.1 does not exist, while annotations of node/w1 tell of it'],
    down: [
      { overlay: overlay({ link: vxlan({ up: false }) }) },
      'outage',
      'flannel.1 is down: nothing leaves for the pods of other nodes',
    ],
    'another VNI': [w({ vni: 42 }), 'outage', 'flannel.1 has VNI 42 instead of 1'],
    'another port': [w({ port: 4789 }), 'outage', 'flannel.1 uses UDP port 4789 instead of 8472'],
    'the other of two addresses': [
      {
        overlay: overlay({
          link: vxlan({ vxlan: { ...tunnel, local: '10.0.2.15' } }),
          nodeAddresses: ['192.168.0.2', '10.0.2.15'],
        }),
      },
      'outage',
      'flannel.1 sends from 10.0.2.15, while the other nodes send to 192.168.0.2',
    ],
    'an address the node lost': [
      w({ local: '192.168.0.9' }),
      'outage',
      'flannel.1 sends from 192.168.0.9, which the node does not hold',
    ],
    'Calico’s device without its address': [
      { overlay: { ...calico, addresses: [] } },
      'outage',
      'vxlan.calico does not hold its address 10.200.190.64',
    ],
  },
  skips: {
    'host-gw': [{ overlay: 'none' }, 'no tunnel is in use here'],
  },
});
