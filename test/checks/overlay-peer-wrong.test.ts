import check from '../../src/checks/l2-segment/overlay-peer-wrong.js';
import { overlay, peer, peers, vxlan } from '../../src/checks/link-samples.js';
import type { Peer } from '../../src/model/peers.js';
import { testCheck } from '../support/test-check.js';

const about = (different: Partial<Peer>) => ({ overlay: overlay(), peers: peers({ list: [peer(different)] }) });
const without = (key: 'mac' | 'publishedMac') => {
  const { [key]: _, ...rest } = peer();
  return { overlay: overlay(), peers: peers({ list: [rest as Peer] }) };
};

testCheck(check, {
  passes: {
    'one peer, all in place': [about({}), 'flannel.1 knows 1 peer as published'],
    'Calico, which publishes no MAC': [without('publishedMac'), 'flannel.1 knows 1 peer as published'],
    'a second, stale place to send to': [
      about({ sentTo: ['192.168.0.9', '192.168.0.3'] }),
      'flannel.1 knows 1 peer as published',
    ],
  },
  fails: {
    'the node’s own MAC changed after it was published': [
      { overlay: overlay(), peers: peers({ mac: '02:00:00:00:00:99' }) },
      'outage',
      'flannel.1 has MAC 02:00:00:00:00:99, while the Node publishes e6:7c:21:9d:02:5a: frames from all peers find nobody',
    ],
    'no neighbour entry': [without('mac'), 'outage', 'no neighbour entry for 10.244.2.0, the tunnel of w2'],
    'the MAC of the peer’s former life': [
      about({ mac: '02:00:00:00:00:aa' }),
      'outage',
      '10.244.2.0, the tunnel of w2, leads to MAC 02:00:00:00:00:aa instead of 3a:90:5c:44:0e:71',
    ],
    'no forwarding entry': [
      about({ sentTo: [] }),
      'outage',
      'no forwarding entry sends 3a:90:5c:44:0e:71 to 192.168.0.3, the tunnel of w2',
    ],
    'an address the peer had before': [
      about({ sentTo: ['192.168.0.9'] }),
      'outage',
      'frames for 3a:90:5c:44:0e:71, the tunnel of w2, are sent to 192.168.0.9 instead of 192.168.0.3',
    ],
    'two peers lost': [
      { overlay: overlay(), peers: peers({ list: [peer({ sentTo: [] }), peer({ node: 'w3', sentTo: [] })] }) },
      'outage',
      'no forwarding entry sends 3a:90:5c:44:0e:71 to 192.168.0.3, the tunnel of w2; 1 more wrong',
    ],
  },
  skips: {
    'no tunnel': [{ overlay: 'none', peers: 'none' }, 'no tunnel whose peers stand in a forwarding table'],
    'the device is down, and its neighbours went with it': [
      { overlay: overlay({ link: vxlan({ up: false }) }), peers: peers({ list: [peer({ sentTo: [] })] }) },
      'flannel.1 is down: its peers do not matter yet',
    ],
  },
});
