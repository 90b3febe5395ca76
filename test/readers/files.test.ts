import { describe, expect, it } from 'vitest';
import {
  readCniFilesAnswer,
  readHostsAnswer,
  readNsswitchAnswer,
  readResolvConfAnswer,
  readSubnetEnvAnswer,
} from '../../src/facts/asks/files.js';
import { readUserAnswer } from '../../src/facts/asks/user.js';
import { answered, captured } from './captured.js';

const file = (text: string) => answered('file', text);

describe('files', () => {
  it('tells what a resolver goes by', () => {
    const text =
      '# by kubelet\nsearch shop.svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5 edns0\n';
    expect(readResolvConfAnswer(file(text))).toEqual({
      nameservers: ['10.96.0.10'],
      search: ['shop.svc.cluster.local', 'cluster.local'],
      ndots: 5,
      options: ['ndots:5', 'edns0'],
    });
    expect(readResolvConfAnswer(file('nameserver 1.1.1.1\nsearch a b\ndomain c d\n'))).toMatchObject({
      search: ['c'],
      ndots: 1,
    });
  });

  it('tells names of a hosts file, comments aside', () => {
    expect(
      readHostsAnswer(file('# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n10.1.2.3 web web.shop # us\n')),
    ).toEqual([
      { ip: '127.0.0.1', names: ['localhost'] },
      { ip: '10.1.2.3', names: ['web', 'web.shop'] },
    ]);
  });

  it('tells as whom we try', () => {
    expect(readUserAnswer(answered('status', captured('linux-6.18/status.txt')))).toEqual({ uid: 1337, gid: 42 });
    expect(readUserAnswer(answered('status', 'Name:\tcat\n'))).toHaveProperty('unreadable');
  });

  it('tells the order of sources', () => {
    expect(readNsswitchAnswer(file('passwd: files\nhosts:  files mdns4_minimal [NOTFOUND=return] dns\n'))).toEqual([
      'files',
      'mdns4_minimal',
      'dns',
    ]);
  });

  it('tells a place without a view of the folder from an empty folder', () => {
    expect(readCniFilesAnswer(answered('files', 'unseen\n'))).toBe('unseen');
    expect(readCniFilesAnswer(answered('files', ''))).toEqual([]);
  });

  it('tells plugins of CNI files, and keeps a broken file in the list', () => {
    const calico = captured('calico-3.28-vxlan/cp-cni-conflist.json');
    const read = readCniFilesAnswer(
      answered('files', `\u001e10-calico.conflist\n${calico}\u001e99-broken.conf\n{"type":`),
    );
    expect(read).toMatchObject([
      {
        file: '10-calico.conflist',
        name: 'k8s-pod-network',
        plugins: [{ type: 'calico' }, { type: 'portmap' }, { type: 'bandwidth' }],
      },
      { file: '99-broken.conf', plugins: [], unreadable: '99-broken.conf did not print JSON: {"type":' },
    ]);
  });

  it("tells flannel's share", () => {
    const text = 'FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.1.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n';
    expect(readSubnetEnvAnswer(file(text))).toEqual({
      network: '10.244.0.0/16',
      subnet: '10.244.1.1/24',
      mtu: 1450,
      ipMasq: true,
    });
    expect(readSubnetEnvAnswer(file('FLANNEL_MTU=x\n'))).toEqual({
      unreadable: 'subnet.env lacks FLANNEL_NETWORK, FLANNEL_SUBNET or FLANNEL_MTU: FLANNEL_MTU=x',
    });
  });
});
