import { describe as group, expect, it } from 'vitest';
import { describe, flavourOf, nodeNames, sets } from './flavours.js';
import { hostOf, nodeIp, settings } from './settings.js';

group('a flavour', () => {
  it('is a set, refined by single flags', () => {
    expect(flavourOf({})).toBeUndefined();
    expect(flavourOf({ set: 'B' })).toEqual(sets.B);
    expect(flavourOf({ set: 'A', proxy: 'nftables', workers: '3' })).toEqual({
      set: 'A',
      proxy: 'nftables',
      cni: 'vxlan',
      policy: 'none',
      workers: 3,
    });
  });

  it('refuses what does not exist in one sentence', () => {
    expect(() => flavourOf({ set: 'D' })).toThrow('--set D: the sets are A, B and C');
    expect(() => flavourOf({ proxy: 'ipvs' })).toThrow('--proxy ipvs: choose iptables or nftables');
    expect(() => flavourOf({ set: 'C', cni: 'vxlan' })).toThrow('--cni refines sets A and B; set C is Cilium whole');
    expect(() => flavourOf({ workers: '1' })).toThrow('--workers 1: 2 to 9');
  });

  it('is told in one line', () => {
    expect(describe(sets.A)).toBe('set A (proxy iptables, cni vxlan, policy none, 2 workers)');
    expect(nodeNames(sets.A)).toEqual(['cp', 'w1', 'w2']);
  });
});

group('settings', () => {
  it('keep a second instance apart from the first', () => {
    const first = settings({});
    const second = settings({ NETDIAG_LAB: 'dev' });
    expect([first.prefix, first.dir, first.port]).toEqual(['nd-', '/var/tmp/netdiag-lab', 16443]);
    expect([second.prefix, second.dir]).toEqual(['nddev-', '/var/tmp/netdiag-lab-dev']);
    expect(second.port).not.toBe(first.port);
    expect(() => settings({ NETDIAG_LAB: '../etc' })).toThrow('up to eight lower-case letters and digits are allowed');
  });

  it('count addresses from the ranges they are given', () => {
    expect(hostOf('10.1.255.0/16', 300)).toBe('10.2.0.44');
    const of = settings({ NETDIAG_LAB_NODE_CIDR: '172.20.0.0/24', NETDIAG_LAB_SERVICE_CIDR: '10.9.0.0/20' });
    expect([nodeIp(of, 'cp'), nodeIp(of, 'w2'), of.router, of.cidrs.dns, of.loadBalancers]).toEqual([
      '172.20.0.11',
      '172.20.0.22',
      '172.20.0.1',
      '10.9.0.10',
      '172.20.0.200-172.20.0.210',
    ]);
  });
});
