import { describe, expect, it } from 'vitest';
import { readAddresses } from '../../src/facts/asks/addresses.js';
import {
  readConntrackEntriesAnswer,
  readConntrackStatsAnswer,
  readConntrackTableAnswer,
} from '../../src/facts/asks/conntrack.js';
import { readCounters, readLinkCounters } from '../../src/facts/asks/counters.js';
import { readLinks } from '../../src/facts/asks/links.js';
import { readNeighbours } from '../../src/facts/asks/neighbours.js';
import { readRoutes } from '../../src/facts/asks/routes.js';
import { readSockets } from '../../src/facts/asks/sockets.js';
import { readSysctlsAnswer } from '../../src/facts/asks/sysctls.js';
import { answered, captured } from './captured.js';

const proc = (file: string) => answered('proc', captured(`linux-6.18/${file}.txt`));

describe('/proc and /sys', () => {
  it('tells links without netlink', () => {
    const links = readLinks(answered('sys', captured('linux-6.18/node-links.txt')));
    expect(links).toMatchObject([
      { index: 1, name: 'lo', kind: '' },
      { index: 10, name: 'eth0', up: true, carrier: true, peerIndex: 11, peerNetns: -1 },
      { index: 12, name: 'cni0', kind: 'bridge' },
      { index: 13, name: 'vethpod', master: 'cni0', port: { hairpin: true, state: 'forwarding' } },
      { index: 14, name: 'vethidle', carrier: false, peerIndex: 15 },
      { index: 15, name: 'vethidle2', up: false },
      { index: 16, name: 'flannel.1', kind: 'vxlan', mtu: 1450 },
    ]);
  });

  it('refuses a /sys of another network namespace', () => {
    const node = captured('linux-6.18/node-links.txt');
    const pod = captured('linux-6.18/pod-links.txt');
    const mixed = pod.slice(0, pod.indexOf('\u001e')) + node.slice(node.indexOf('\u001e'));
    expect(readLinks(answered('sys', mixed))).toEqual({
      unreadable:
        '/sys shows another network namespace: it has cni0 eth0 flannel.1 lo vethidle vethidle2 vethpod, /proc/net/dev has lo eth0',
    });
  });

  it('tells the main table, and of other tables that they are there', () => {
    const routes = readRoutes(proc('node-routes'));
    if ('unreadable' in routes) throw new Error(routes.unreadable);
    expect(routes.slice(0, 10).map((route) => route.text)).toEqual([
      '0.0.0.0/0 via 192.168.0.3 dev eth0',
      '10.55.0.0/24 via 192.168.0.3 dev eth0',
      'unreachable 10.66.0.0/16 metric 4278198272',
      '10.77.0.0/16 dev eth0 metric 50',
      '10.88.0.1/32 dev vethidle',
      '10.180.0.0/24 dev cni0',
      '10.180.1.0/24 via 10.180.1.0 dev flannel.1',
      'blackhole 10.180.7.0/26',
      '192.168.0.0/24 dev eth0',
      '0.0.0.0/0 table 100 scope global',
    ]);
    expect(routes[9]).not.toHaveProperty('dev');
    expect(routes).toContainEqual(expect.objectContaining({ table: 'local', type: 'local', dst: '10.180.0.254/32' }));
  });

  it('tells addresses, but no device where no route tells one', () => {
    const addresses = readAddresses(proc('node-addresses'));
    if ('unreadable' in addresses) throw new Error(addresses.unreadable);
    expect(addresses.map(({ link, ip, prefix }) => `${link} ${ip}/${prefix}`)).toEqual([
      ' 10.180.0.0/32',
      'cni0 10.180.0.254/24',
      'lo 127.0.0.1/8',
      'eth0 192.168.0.2/24',
      'flannel.1 fe80::42:aff:feb4:0/64',
      'eth0 fe80::ff:fe00:2/64',
      'cni0 fe80::42:aff:feb4:fe/64',
      'lo ::1/128',
      'vethpod fe80::42:ff:fe00:13/64',
    ]);
  });

  it('tells neighbours', () => {
    expect(readNeighbours(proc('node-neighbours'))).toContainEqual({
      ip: '10.180.1.0',
      dev: 'flannel.1',
      mac: '02:42:0a:b4:01:00',
      state: 'PERMANENT',
    });
  });

  it('tells the sockets ss tells', () => {
    const sockets = readSockets(proc('pod-sockets'));
    const ss = readSockets(answered('ss', captured('iproute2-6.1/pod-ss-Htunap.txt')));
    if ('unreadable' in sockets || 'unreadable' in ss) throw new Error('unreadable');
    const bare = (all: typeof ss) =>
      all
        .map((each) => `${each.protocol} ${each.state} ${each.localIp}:${each.localPort} ${each.receiveQueue}`)
        .toSorted();
    // What ss adds, the process and the room for connections, is not in these files.
    expect(bare(sockets)).toEqual(bare(ss));
    expect(ss.find((each) => each.state === 'LISTEN')).toEqual({
      protocol: 'tcp',
      family: 6,
      localIp: '::',
      localPort: 9090,
      state: 'LISTEN',
      receiveQueue: 1,
      sendQueue: 7,
      process: 'python3',
    });
  });

  it('tells sysctls, of devices with dots in their names too', () => {
    const sysctls = readSysctlsAnswer(answered('grep', captured('linux-6.18/node-sysctls.txt')));
    expect(sysctls).toMatchObject({
      'net.ipv4.ip_forward': '1',
      'net.ipv4.ip_local_port_range': '32768 60999',
      'net.ipv4.conf.flannel.1.rp_filter': '0',
      'net.netfilter.nf_conntrack_max': '262144',
    });
    const calico = readSysctlsAnswer(answered('cat', captured('calico-3.28-vxlan/cp-sysctl.txt')));
    expect(calico).toMatchObject({ 'net.ipv4.conf.calib745719c354.proxy_arp': '1' });
    expect(readSysctlsAnswer(answered('cat', ''))).toEqual({
      unreadable: '/proc/sys/net/ipv4/ip_forward was not printed',
    });
  });
});

describe('counters', () => {
  it('go by the same names from /proc and nstat', () => {
    const fromProc = readCounters(proc('node-counters'));
    const fromNstat = readCounters(answered('nstat', captured('iproute2-6.1/node-nstat-asz.txt')));
    if ('unreadable' in fromProc || 'unreadable' in fromNstat) throw new Error('unreadable');
    for (const name of [
      'IpForwDatagrams',
      'IpOutNoRoutes',
      'TcpExtListenOverflows',
      'TcpExtTCPTimeouts',
      'IpExtInOctets',
    ]) {
      expect(fromProc.before[name], name).toBeTypeOf('number');
      expect(fromNstat.before[name], name).toBeTypeOf('number');
    }
  });

  it('keep both samples and the time between them', () => {
    const before = captured('linux-6.18/pod-link-counters.txt');
    const after = captured('linux-6.18/node-link-counters.txt');
    const read = readLinkCounters({ ...answered('proc', before), after, elapsedMs: 4000 });
    expect(read).toMatchObject({ elapsedMs: 4000, before: { lo: {}, eth0: {} }, after: { cni0: { txDropped: 1 } } });
  });
});

describe('conntrack', () => {
  it('tells both tuples of an entry', () => {
    const [entry] = readConntrackEntriesAnswer(proc('node-conntrack-entries')) as readonly unknown[];
    expect(entry).toMatchObject({
      protocol: 'tcp',
      state: 'TIME_WAIT',
      original: { src: '10.180.0.9', dst: '192.168.0.3', dport: 80 },
      reply: { src: '192.168.0.3', dst: '192.168.0.2', sport: 80 },
      unreplied: false,
      assured: true,
      mark: 0,
    });
    const all = readConntrackEntriesAnswer(
      answered('conntrack', captured('conntrack-1.4.7/conntrack-L-o-extended.txt')),
    );
    expect(all).toContainEqual(
      expect.objectContaining({
        state: 'SYN_SENT',
        unreplied: true,
        original: expect.objectContaining({ dst: '192.168.0.99' }),
      }),
    );
    expect(all).toContainEqual(expect.objectContaining({ protocol: 'udp', unreplied: true }));
    expect(readConntrackEntriesAnswer(proc('pod-conntrack-entries'))).toEqual([]);
  });

  it('keeps an entry once that two questions told', () => {
    const text = captured('conntrack-1.4.7/conntrack-L-o-extended-d.txt');
    const once = readConntrackEntriesAnswer(answered('conntrack', text)) as readonly unknown[];
    expect(readConntrackEntriesAnswer(answered('conntrack', text + text))).toHaveLength(once.length);
  });

  it('tells room and losses', () => {
    expect(readConntrackTableAnswer(proc('node-conntrack-table'))).toEqual({ count: 4, max: 262144, buckets: 262144 });
    expect(readConntrackTableAnswer(answered('proc', ''))).toEqual({
      unreadable: 'nf_conntrack_count and nf_conntrack_max were not printed',
    });
    const none = { found: 0, invalid: 0, insertFailed: 0, drop: 0, earlyDrop: 0 };
    expect(readConntrackStatsAnswer(proc('node-conntrack-statistics'))).toEqual({ before: none, elapsedMs: 0 });
    const tool = answered('conntrack', captured('conntrack-1.4.7/conntrack-S.txt'));
    expect(readConntrackStatsAnswer(tool)).toEqual({ before: none, elapsedMs: 0 });
    expect(
      readConntrackStatsAnswer(
        answered('conntrack', 'cpu=0 found=1 invalid=2 insert_failed=3 drop=4 early_drop=5\n'.repeat(2)),
      ),
    ).toEqual({ before: { found: 2, invalid: 4, insertFailed: 6, drop: 8, earlyDrop: 10 }, elapsedMs: 0 });
  });
});
