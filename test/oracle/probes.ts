// Rules ahead of all wild ones, one for each thing that dice alone bring about too seldom. Those that do not translate
// change nothing but a bit of the mark that nobody reads, so that packets come to the rules behind them.
import type { Dice } from './random.js';

/** As likely as that, so that hardly two situations have the same. */
const SHARE = 0.35;
const NFT_SHARE = 0.6;
const BIT = '-j MARK --set-xmark 0x10/0x10';

const IPTABLES: readonly (readonly [table: string, rule: string])[] = [
  ['raw', '-A PREROUTING -p udp -m udp --dport 53 -j CT --notrack'],
  ['mangle', `-A PREROUTING -m rpfilter ${BIT}`],
  ['raw', `-A PREROUTING -m rpfilter --invert ${BIT}`],
  ['mangle', `-A PREROUTING -m rpfilter --invert ${BIT}`],
  ['mangle', `-A PREROUTING -m rpfilter --loose --validmark --invert ${BIT}`],
  ['mangle', `-A PREROUTING -m addrtype --dst-type LOCAL --limit-iface-in ${BIT}`],
  ['mangle', `-A PREROUTING -m addrtype ! --dst-type LOCAL ${BIT}`],
  ['mangle', `-A PREROUTING -m connmark ! --mark 0x2/0x6 ${BIT}`],
  ['mangle', `-A FORWARD -m connmark --mark 0x2/0x6 ${BIT}`],
  ['mangle', '-A PREROUTING -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff'],
  ['mangle', '-A POSTROUTING -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff'],
  ['mangle', '-A PREROUTING -p tcp -j CONNMARK --set-xmark 0x2/0x6'],
  ['mangle', `-A OUTPUT -p icmp -m icmp --icmp-type 3 ${BIT}`],
  ['mangle', `-A POSTROUTING -p icmp -m icmp --icmp-type 3/3 ${BIT}`],
  ['mangle', `-A FORWARD -m physdev ! --physdev-is-in ${BIT}`],
  ['mangle', `-A FORWARD ! -p tcp -i p+ -o w0 ${BIT}`],
  ['mangle', `-A POSTROUTING -o p+ ${BIT}`],
  ['mangle', `-A PREROUTING -p tcp -m multiport ! --dports 80,443,1000:2000 ${BIT}`],
  ['mangle', `-A PREROUTING -p tcp -m tcp ! --dport 80 ${BIT}`],
  ['mangle', `-A PREROUTING -p tcp -m tcp --dport 30000:32767 ${BIT}`],
  ['mangle', `-A POSTROUTING -m conntrack --ctorigdst 172.30.0.0/16 ${BIT}`],
  ['mangle', `-A POSTROUTING -m conntrack --ctreplsrc 10.180.0.0/16 ${BIT}`],
  ['mangle', `-A PREROUTING -m conntrack --ctdir REPLY --ctproto 6 ${BIT}`],
  ['mangle', `-A FORWARD -m conntrack --ctstatus SEEN_REPLY ${BIT}`],
  ['mangle', `-A FORWARD -m set ! --match-set nets dst ${BIT}`],
  ['mangle', `-A FORWARD -m nfacct --nfacct-name ct_state_invalid_dropped_pkts ${BIT}`],
  ['mangle', `-A FORWARD -m iprange --dst-range 10.180.0.11-10.180.0.12 ${BIT}`],
  ['mangle', `-A PREROUTING -m state --state NEW ${BIT}`],
  ['mangle', `-A FORWARD -m conntrack ! --ctstate INVALID,UNTRACKED ${BIT}`],
  ['mangle', `-A PREROUTING -m addrtype --src-type UNICAST ${BIT}`],
  ['mangle', '-A FORWARD -p udp -j LOG --log-prefix "x: "'],
  ['mangle', '-A FORWARD -p udp -j NFLOG --nflog-group 5'],
  ['nat', '-A PREROUTING -p tcp -m tcp --dport 443 -j REDIRECT --to-ports 8080'],
  ['nat', '-A OUTPUT -p udp -m udp --dport 53 -j REDIRECT'],
  ['nat', '-A PREROUTING -d 172.30.0.30/32 -j NETMAP --to 10.180.0.12/30'],
  ['nat', '-A POSTROUTING -d 198.51.100.0/24 -j SNAT --to-source 192.168.77.2'],
  ['nat', '-A INPUT -p udp -j SNAT --to-source 192.0.2.99'],
];

export const iptablesProbes = (table: string, dice: Dice): readonly string[] =>
  IPTABLES.filter(([where]) => where === table && dice.chance(SHARE)).map(([, rule]) => rule);

const NFT: Readonly<Record<string, readonly string[]>> = {
  'filter prerouting -155': [
    'fib saddr . iif oif missing meta mark set meta mark or 0x10',
    'fib daddr oif exists counter',
    'fib daddr oifname { "p0", "w0" } counter',
    'fib saddr oifname { "p0", "p1", "w0" } counter',
    'fib saddr type unicast counter',
    'ct original ip daddr 172.30.0.0/16 counter',
    'ct direction reply log prefix "x: "',
    'jhash ip saddr mod 2 0 counter',
    'ct mark set 0x1',
    'meta mark 0x0-0x10 continue',
  ],
  'filter output -156': ['icmp type destination-unreachable counter', 'ip daddr & 255.255.0.0 == 10.180.0.0 counter'],
  'filter forward -157': [
    'ct status dnat counter',
    'ct status seen-reply counter',
    'ct mark 0x1 counter',
    'iifname "p*" oifname "w0" counter',
    'ip protocol udp counter',
  ],
  'filter prerouting -290': ['udp dport != 8080 notrack', 'tcp flags syn counter'],
  'nat prerouting -95': ['tcp dport { 53, 443 } redirect to :8080'],
  'nat postrouting 112': [
    'ip daddr { 198.51.100.0/24, 10.180.1.0/24, 10.180.2.0/24 } snat ip to 192.168.77.2',
    'ip daddr 203.0.113.0/24 masquerade',
  ],
};

export const nftProbes = (dice: Dice): string =>
  Object.entries(NFT)
    .map(([place, rules], at) => {
      const [type, hook, priority] = place.split(' ');
      const chosen = rules.filter(() => dice.chance(NFT_SHARE)).map((rule) => `    ${rule}\n`);
      return `  chain probe${at} { type ${type} hook ${hook} priority ${priority}; policy accept;\n${chosen.join('')}  }\n`;
    })
    .join('');
