import check from '../../src/checks/l3-network/host-firewall-drop.js';
import { prediction } from '../../src/checks/flow-samples.js';
import type { Step } from '../../src/path/prediction.js';
import { testCheck } from '../support/test-check.js';

const step = (cites: string, more: Partial<Step> = {}): Step => ({
  kind: 'drop',
  says: 'filter FORWARD: dropped',
  cites,
  command: 'iptables-nft-save -t filter',
  ...more,
});
const policy = '-A KUBE-POD-FW-ABCD -m mark ! --mark 0x10000/0x10000 -j REJECT --reject-with icmp-port-unreachable';

testCheck(check, {
  passes: {
    delivered: [{ predicted: prediction('delivered') }, 'the packet passes every filter on its way and back'],
    'a policy engine says no': [
      { predicted: prediction('dropped', step(policy)) },
      'the packet passes every filter on its way and back',
    ],
    'a Service without endpoints': [
      { predicted: prediction('dropped', step('-A KUBE-SERVICES -d 10.96.7.20/32 -p tcp -j REJECT')) },
      'the packet passes every filter on its way and back',
    ],
    Calico: [
      { predicted: prediction('dropped', step('-A cali-tw-cali440f455693 -j DROP')) },
      'the packet passes every filter on its way and back',
    ],
    'kube-proxy’s own nft table': [
      { predicted: prediction('dropped', step('reject', { command: 'nft list table ip kube-proxy' })) },
      'the packet passes every filter on its way and back',
    ],
    'rp_filter, which is no firewall': [
      { predicted: prediction('dropped', step('rp_filter is 1', { command: 'sysctl net.ipv4.conf.all.rp_filter' })) },
      'the packet passes every filter on its way and back',
    ],
  },
  fails: {
    'the policy of FORWARD': [
      { predicted: prediction('dropped', step('-P FORWARD DROP')) },
      'outage',
      'w2 drops the packet: -P FORWARD DROP',
    ],
    'the policy, after chains of kube-proxy’s were passed': [
      { predicted: prediction('dropped', step('-P FORWARD DROP', { trail: ['-A FORWARD -j KUBE-FORWARD'] })) },
      'outage',
      'w2 drops the packet: -P FORWARD DROP',
    ],
    'half of the connections': [
      { predicted: prediction('dropped', step('-P FORWARD DROP'), 0.5) },
      'degraded',
      'w2 drops the packet: -P FORWARD DROP',
    ],
    'a REJECT': [
      {
        predicted: prediction(
          'dropped',
          step('-A FORWARD -d 10.244.2.7/32 -j REJECT --reject-with icmp-host-prohibited', { kind: 'refuse' }),
        ),
      },
      'outage',
      'w2 rejects the packet: -A FORWARD -d 10.244.2.7/32 -j REJECT --reject-with icmp-host-prohibited',
    ],
    'a native nft table': [
      {
        predicted: prediction(
          'dropped',
          step('ip daddr 10.244.2.7 reject', { kind: 'refuse', command: 'nft list table inet hostfw' }),
        ),
      },
      'outage',
      'w2 rejects the packet: ip daddr 10.244.2.7 reject',
    ],
  },
  skips: {
    'a filter that could not be read': [{ predicted: prediction('unknown') }, 'the way is not known to its end'],
  },
});
