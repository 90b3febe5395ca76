import { describe, expect, it } from 'vitest';
import { readAddresses } from '../../src/facts/asks/addresses.js';
import { readBridgePorts, readFdb } from '../../src/facts/asks/bridge.js';
import { readLinks } from '../../src/facts/asks/links.js';
import { readNeighbours } from '../../src/facts/asks/neighbours.js';
import { readRoutes } from '../../src/facts/asks/routes.js';
import { readRules } from '../../src/facts/asks/rules.js';
import { isUnreadable } from '../../src/facts/fact.js';
import { answered, captured } from './captured.js';

const read = <T>(value: T): Exclude<T, { unreadable: string }> => {
  if (isUnreadable(value)) throw new Error(value.unreadable);
  return value as Exclude<T, { unreadable: string }>;
};
const json = (file: string) => answered('ip-json', captured(file));

describe('links', () => {
  const links = read(readLinks(json('iproute2-6.1/node-ip-j-d-s-link.json')));
  const link = (name: string) => links.find((each) => each.name === name);

  it('tells a bridge port, its hairpin mode and where its peer is', () => {
    expect(link('vethpod')).toEqual({
      index: 13,
      name: 'vethpod',
      kind: 'veth',
      up: true,
      carrier: true,
      mtu: 1500,
      mac: '02:42:00:00:00:13',
      master: 'cni0',
      peerIndex: 2,
      peerNetns: 1,
      port: { hairpin: true, state: 'forwarding' },
      counters: { rxPackets: 16, txPackets: 29, rxErrors: 0, txErrors: 0, rxDropped: 0, txDropped: 0 },
    });
  });

  it('tells a veth whose peer here is down', () => {
    expect(link('vethidle')).toMatchObject({ up: true, carrier: false, peerIndex: 15, port: { state: 'disabled' } });
    expect(link('vethidle')).not.toHaveProperty('peerNetns');
    expect(link('vethidle2')).toMatchObject({ up: false, peerIndex: 14 });
  });

  it('tells a VXLAN device', () => {
    expect(link('flannel.1')).toMatchObject({
      kind: 'vxlan',
      mtu: 1450,
      vxlan: { vni: 1, port: 8472, local: '192.168.0.2', device: 'eth0', learning: false, external: false },
    });
  });

  it('reads the text form alike, but for the number of the other namespace', () => {
    const text = read(readLinks(answered('ip', captured('iproute2-6.1/node-ip-d-s-link.txt'))));
    const elsewhere = links.map((each) => (each.peerNetns === undefined ? each : { ...each, peerNetns: -1 }));
    expect(text).toEqual(elsewhere);
  });

  it('claims no kind where busybox tells none', () => {
    const text = read(readLinks(answered('busybox-ip', captured('busybox-1.35/node-ip-link.txt'))));
    expect(text.map(({ name, kind, master, carrier }) => [name, kind, master, carrier])).toEqual([
      ['lo', '', undefined, true],
      ['eth0', '', undefined, true],
      ['cni0', '', undefined, true],
      ['vethpod', '', 'cni0', true],
      ['vethidle', '', 'cni0', false],
      ['vethidle2', '', undefined, false],
      ['flannel.1', '', undefined, true],
    ]);
  });

  it("tells Calico's and Cilium's devices", () => {
    const calico = read(readLinks(json('calico-3.28-vxlan/cp-ip-link.json')));
    expect(calico.find((each) => each.name === 'vxlan.calico')?.vxlan).toMatchObject({
      vni: 4096,
      port: 4789,
      learning: false,
    });
    const cilium = read(readLinks(json('cilium-1.16-kpr-vxlan/cp-ip-link.json')));
    expect(cilium.find((each) => each.name === 'cilium_vxlan')?.vxlan).toMatchObject({ port: 8472, external: true });
  });

  it('refuses what is not JSON, quoting it', () => {
    expect(readLinks(answered('ip-json', 'Option "-j" is unknown'))).toEqual({
      unreadable: 'ip -j link did not print JSON: Option "-j" is unknown',
    });
  });
});

describe('routes', () => {
  const routes = read(readRoutes(json('iproute2-6.1/node-ip-j-4-route-table-all.json')));
  const main = routes.filter((route) => route.table === 'main');

  it('prints each as ip would', () => {
    expect(main.map((route) => route.text)).toEqual([
      'default via 192.168.0.3 dev eth0',
      '10.55.0.0/24 nexthop via 192.168.0.3 dev eth0 weight 1 nexthop via 192.168.0.4 dev eth0 weight 2',
      'unreachable 10.66.0.0/16 metric 4278198272',
      '10.77.0.0/16 dev eth0 scope link src 192.168.0.2 metric 50 mtu 1400',
      '10.88.0.1 dev vethidle scope link linkdown',
      '10.180.0.0/24 dev cni0 proto kernel scope link src 10.180.0.254',
      '10.180.1.0/24 via 10.180.1.0 dev flannel.1 onlink',
      'blackhole 10.180.7.0/26 proto 80',
      '192.168.0.0/24 dev eth0 proto kernel scope link src 192.168.0.2',
    ]);
  });

  it('tells where each leads', () => {
    expect(main[1]).toMatchObject({
      dst: '10.55.0.0/24',
      nexthops: [{ via: '192.168.0.3', weight: 1 }, { weight: 2 }],
    });
    expect(main[3]).toMatchObject({ src: '192.168.0.2', metric: 50, mtu: 1400, scope: 'link', onlink: false });
    expect(main[6]).toMatchObject({ via: '10.180.1.0', dev: 'flannel.1', onlink: true });
    expect(main[7]).toMatchObject({ type: 'blackhole', dst: '10.180.7.0/26', protocol: '80' });
  });

  it('reads the text form alike', () => {
    expect(read(readRoutes(answered('ip', captured('iproute2-6.1/node-ip-4-route-table-all.txt'))))).toEqual(routes);
    const calico = read(readRoutes(answered('ip', captured('calico-3.28-vxlan/cp-ip-route.txt'))));
    const calicoMain = read(readRoutes(json('calico-3.28-vxlan/cp-ip-route.json'))).filter(
      (route) => route.table === 'main',
    );
    expect(calico.filter((route) => route.table === 'main')).toEqual(calicoMain);
  });

  it('leaves a multipath route of busybox without any hop, and mends its metrics', () => {
    const busybox = read(readRoutes(answered('busybox-ip', captured('busybox-1.35/node-ip-route-table-all.txt'))));
    expect(busybox.find((route) => route.dst === '10.55.0.0/24')).toEqual({
      table: 'main',
      type: 'unicast',
      dst: '10.55.0.0/24',
      metric: 0,
      onlink: false,
      dead: false,
      text: '10.55.0.0/24',
    });
    expect(busybox.find((route) => route.dst === '10.66.0.0/16')?.metric).toBe(4278198272);
  });

  it('refuses a kind of route it does not know', () => {
    expect(readRoutes(answered('ip-json', '[{"type":"xresolve","dst":"10.0.0.0/8"}]'))).toEqual({
      unreadable: 'ip -j route printed a route of a kind we do not know: xresolve',
    });
  });
});

describe('rules', () => {
  const rules = read(readRules(json('iproute2-6.1/node-ip-j-4-rule.json')));

  it('tells marks, selectors and actions', () => {
    expect(rules.map((rule) => rule.text)).toEqual([
      '0: from all lookup local',
      '9: from all fwmark 0x200/0xf00 lookup 2004',
      '1000: from 10.180.0.99 lookup 100',
      '1200: from all to 10.10.0.0/16 blackhole',
      '32766: from all lookup main',
      '32767: from all lookup default',
      '40000: not from 10.180.0.0/16 to 10.9.0.0/16 iif vethidle lookup 100',
    ]);
    expect(rules[1]).toMatchObject({ mark: { value: 0x200, mask: 0xf00 }, table: '2004', action: 'lookup' });
    expect(rules[3]).toMatchObject({ to: '10.10.0.0/16', action: 'blackhole' });
    expect(rules[6]).toMatchObject({ not: true, from: '10.180.0.0/16', iif: 'vethidle' });
  });

  it('reads the text form alike', () => {
    expect(read(readRules(answered('ip', captured('iproute2-6.1/node-ip-4-rule.txt'))))).toEqual(rules);
  });

  it('trusts of busybox only rules without a selector: it prints no "not"', () => {
    const busybox = read(readRules(answered('busybox-ip', captured('busybox-1.35/node-ip-rule.txt'))));
    expect(busybox.map((rule) => rule.action)).toEqual([
      'lookup',
      ...Array(3).fill('unknown'),
      'lookup',
      'lookup',
      'unknown',
    ]);
  });

  it('calls a rule with a word it does not know unknown', () => {
    const [rule] = read(readRules(answered('ip-json', '[{"priority":5,"src":"all","uid_start":0,"table":"main"}]')));
    expect(rule).toMatchObject({ action: 'unknown', text: '5: from all uid_start 0 lookup main' });
  });
});

describe('neighbours', () => {
  it('tells them by state, whichever form', () => {
    const neighbours = read(readNeighbours(json('iproute2-6.1/node-ip-j-neigh.json')));
    expect(neighbours).toContainEqual({
      ip: '10.180.1.0',
      dev: 'flannel.1',
      mac: '02:42:0a:b4:01:00',
      state: 'PERMANENT',
    });
    expect(neighbours).toContainEqual({ ip: '192.168.0.77', dev: 'eth0', state: 'FAILED' });
    expect(read(readNeighbours(answered('ip', captured('iproute2-6.1/node-ip-neigh.txt'))))).toEqual(neighbours);
    const busybox = read(readNeighbours(answered('busybox-ip', captured('busybox-1.35/node-ip-neigh.txt'))));
    expect(busybox).toContainEqual({ ip: '192.168.0.77', dev: 'eth0', state: 'FAILED' });
  });
});

describe('bridges', () => {
  it('tells where frames to a MAC are sent, whichever form', () => {
    const fdb = read(readFdb(answered('bridge-json', captured('iproute2-6.1/node-bridge-j-fdb.json'))));
    expect(fdb).toContainEqual({ mac: '02:42:0a:b4:01:00', dev: 'flannel.1', dst: '192.168.0.3', permanent: true });
    expect(fdb).toContainEqual({ mac: '02:42:0a:b4:00:09', dev: 'vethpod', master: 'cni0', permanent: false });
    expect(read(readFdb(answered('bridge', captured('iproute2-6.1/node-bridge-fdb.txt'))))).toEqual(fdb);
  });

  it('tells ports alike from netlink and from /sys', () => {
    const ports = {
      vethpod: { bridge: 'cni0', hairpin: true, state: 'forwarding' },
      vethidle: { bridge: 'cni0', hairpin: false, state: 'disabled' },
    };
    expect(readBridgePorts(answered('bridge-json', captured('iproute2-6.1/node-bridge-j-d-link.json')))).toEqual(ports);
    expect(readBridgePorts(answered('bridge', captured('iproute2-6.1/node-bridge-d-link.txt')))).toEqual(ports);
    expect(readBridgePorts(answered('sys', captured('linux-6.18/node-bridge-ports.txt')))).toEqual(ports);
  });
});

describe('addresses', () => {
  it('tells both families, whichever form', () => {
    const addresses = read(readAddresses(json('iproute2-6.1/node-ip-j-addr.json')));
    expect(addresses.map(({ link, ip, prefix, scope }) => `${link} ${ip}/${prefix} ${scope}`)).toEqual([
      'lo 127.0.0.1/8 host',
      'lo ::1/128 host',
      'eth0 192.168.0.2/24 global',
      'eth0 fe80::ff:fe00:2/64 link',
      'cni0 10.180.0.254/24 global',
      'cni0 fe80::42:aff:feb4:fe/64 link',
      'vethpod fe80::42:ff:fe00:13/64 link',
      'flannel.1 10.180.0.0/32 global',
      'flannel.1 fe80::42:aff:feb4:0/64 link',
    ]);
    for (const [tool, file] of [
      ['ip', 'iproute2-6.1/node-ip-addr.txt'],
      ['busybox-ip', 'busybox-1.35/node-ip-addr.txt'],
    ] as const) {
      expect(read(readAddresses(answered(tool, captured(file))))).toEqual(addresses);
    }
  });
});
