import { readByTool } from '../read/answered.js';
import { readSysctls } from '../read/sysctls.js';
import { staticAsk } from './ask.js';

const PER_LINK = ['rp_filter', 'forwarding', 'proxy_arp', 'route_localnet', 'accept_local'];

const FILES = [
  'bridge/bridge-nf-call-iptables',
  'core/somaxconn',
  ...[
    'ip_forward',
    'ip_local_port_range',
    'ip_local_reserved_ports',
    'ip_unprivileged_port_start',
    'ip_no_pmtu_disc',
  ].map((name) => `ipv4/${name}`),
  ...['fwmark_reflect', 'icmp_ratelimit', 'neigh/default/gc_thresh3', 'neigh/default/gc_thresh2'].map(
    (name) => `ipv4/${name}`,
  ),
  ...[
    'max_syn_backlog',
    'syncookies',
    'tw_reuse',
    'mtu_probing',
    'abort_on_overflow',
    'fin_timeout',
    'keepalive_time',
  ].map((name) => `ipv4/tcp_${name}`),
  ...[
    'count',
    'max',
    'buckets',
    'tcp_be_liberal',
    'tcp_loose',
    'tcp_timeout_established',
    'tcp_timeout_close_wait',
  ].map((name) => `netfilter/nf_conntrack_${name}`),
  ...['udp_timeout', 'udp_timeout_stream', 'checksum', 'acct'].map((name) => `netfilter/nf_conntrack_${name}`),
  'ipv6/conf/all/disable_ipv6',
  'ipv6/conf/all/forwarding',
];

const PATHS = [
  ...FILES.map((name) => `/proc/sys/net/${name}`),
  ...PER_LINK.map((name) => `/proc/sys/net/ipv4/conf/*/${name}`),
].join(' ');

/**
 * Never the shell's own `read`: dash reads byte by byte, and a sysctl answers only a read at offset 0 (proc_dointvec),
 * so `65536` would come back as `6`. One grep also spares a process for each of thousands of files.
 */
export const sysctlsAsk = staticAsk('sysctls', [
  // A file that does not exist makes grep fail, and is left out, as the fact says.
  { tool: 'grep', needs: ['grep'], script: `grep -Hs '' ${PATHS}; true`, shown: 'sysctl net' },
  {
    tool: 'cat',
    needs: ['cat'],
    script: `for file in ${PATHS}; do [ -e "$file" ] && printf '%s:' "$file" && cat "$file"; done; true`,
    shown: 'sysctl net',
  },
]);

export const readSysctlsAnswer = readByTool({ grep: readSysctls, cat: readSysctls });
