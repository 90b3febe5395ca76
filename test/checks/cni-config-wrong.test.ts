import check from '../../src/checks/l2-segment/cni-config-wrong.js';
import { cniState } from '../../src/checks/link-samples.js';
import type { CniState } from '../../src/model/cni-config.js';
import { testCheck } from '../support/test-check.js';

const ours = '10-flannel.conflist flannel portmap';
const api = { namespace: 'shop', name: 'api', ip: '10.244.1.7' };
const facts = (cniConfig: CniState, ip = api.ip) => ({
  cniConfig,
  podRanges: ['10.244.1.0/24'],
  ownPods: [{ ...api, ip }],
});
const { files: _, ...unseen } = cniState();

testCheck(check, {
  passes: {
    'one file': [facts(cniState(ours)), '10-flannel.conflist connects pods, flannel and portmap'],
    'a rival that comes later': [
      facts(cniState(ours, '100-crio-bridge.conf bridge')),
      '10-flannel.conflist connects pods, flannel and portmap',
    ],
    'multus in front': [facts(cniState('00-multus.conf multus', ours)), '00-multus.conf connects pods, multus'],
    'Cilium chained behind a cloud’s ptp': [
      { ...facts({ ...cniState('10-gke-ptp.conflist ptp portmap cilium-cni'), cni: 'cilium' }), podRanges: [] },
      '10-gke-ptp.conflist connects pods, ptp, portmap and cilium-cni',
    ],
    'a CNI we do not know': [
      { ...facts({ cni: 'unknown', files: [{ file: '10-x.conf', types: ['x'] }] }), podRanges: [] },
      '10-x.conf connects pods, x',
    ],
  },
  fails: {
    'no file': [facts(cniState()), 'risk', 'no CNI file: no pod can be started'],
    'a broken file in front': [
      facts({ cni: 'flannel', files: [{ file: '05-x.conf', types: [], broken: 'not JSON' }] }),
      'risk',
      '05-x.conf, the first CNI file, cannot be read: not JSON',
    ],
    'a leftover in front, before anybody was hurt': [
      facts(cniState('10-containerd-net.conflist bridge', ours)),
      'risk',
      '10-containerd-net.conflist comes first, before 10-flannel.conflist, and connects new pods with bridge instead of flannel',
    ],
    'a leftover in front, and a pod made by it': [
      facts(cniState('10-containerd-net.conflist bridge', ours), '10.88.0.7'),
      'degraded',
      '10-containerd-net.conflist comes first, before 10-flannel.conflist, and connects new pods with bridge instead of flannel; 1 pod with addresses outside of 10.244.1.0/24: api (10.88.0.7)',
    ],
    'a pod of a foreign range, though nobody could look at the files': [
      facts(unseen, '10.244.0.2'),
      'degraded',
      '1 pod with addresses outside of 10.244.1.0/24: api (10.244.0.2)',
    ],
    'flannel works with a former range': [
      facts({ ...cniState(ours), subnet: '10.244.9.1/24' }),
      'risk',
      'flannel hands out 10.244.9.1/24, while the Node’s pod range is 10.244.1.0/24',
    ],
  },
  skips: {
    'nobody could look': [
      { cniConfig: { cni: 'calico' }, podRanges: [], ownPods: [api] },
      'nobody could look into /etc/cni/net.d',
    ],
  },
});
