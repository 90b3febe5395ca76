import check from '../../src/checks/l1-link/link-down.js';
import { bridge, nic, podBridge, veth } from '../../src/checks/link-samples.js';
import { testCheck } from '../support/test-check.js';

const uplink = { ip: '192.168.0.2', link: nic() };
const healthy = {
  uplink,
  podBridge: podBridge(),
  podLinks: [{ namespace: 'shop', name: 'api', ip: '10.244.1.7', link: veth() }],
};

testCheck(check, {
  passes: {
    'all up': [healthy, 'eth0 is up, and so is what leads to 1 pod'],
    'no bridge, as with Calico': [{ ...healthy, podBridge: 'none' }, 'eth0 is up, and so is what leads to 1 pod'],
    'a bridge that is down while no pod hangs on it': [
      { ...healthy, podBridge: podBridge({ link: bridge({ up: false }) }), podLinks: [] },
      'eth0 is up, and so is what leads to 0 pods',
    ],
    'an InternalIP that no link holds': [{ ...healthy, uplink: { ip: '203.0.113.9' } }, 'up is what leads to 1 pod'],
  },
  fails: {
    'the bridge is down': [
      { ...healthy, podBridge: podBridge({ link: bridge({ up: false }) }) },
      'outage',
      'cni0, the bridge of 1 pod here, is down',
    ],
    'the underlay’s cable is out': [
      { ...healthy, uplink: { ...uplink, link: nic({ carrier: false }) } },
      'outage',
      'eth0, which holds 192.168.0.2, has no carrier',
    ],
    'a port of the bridge whose pod nobody could name': [
      { ...healthy, podBridge: podBridge({ ports: [veth(), veth({ name: 'veth77', up: false, carrier: false })] }) },
      'degraded',
      'veth77, which leads to a pod, is down',
    ],
    'a Calico link of a running pod and a second one': [
      {
        uplink,
        podBridge: 'none',
        podLinks: ['cali1', 'cali2'].map((name) => ({
          namespace: 'shop',
          name,
          ip: '10.244.1.8',
          link: veth({ name, up: false }),
        })),
      },
      'degraded',
      'cali1 and cali2, which lead to pods, are down',
    ],
  },
});
