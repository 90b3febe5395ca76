#!/bin/sh
# Captures what iptables-save, nft and ipset print for rules with every awkward form, in a throw-away namespace.
# Needs root. Writes test/readers/captured/<tool>-<version>/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)/captured
ns=netdiag-capture-$$
ip netns add "$ns"
trap 'ip netns delete "$ns"' EXIT
inside() { ip netns exec "$ns" "$@"; }
mkdir -p "$here/iptables-1.8.9" "$here/nftables-1.0.6" "$here/ipset-7.17"

inside ipset restore <<'SETS'
create hosts hash:ip
add hosts 10.180.0.11
create nets hash:net
add nets 10.180.0.0/16
add nets 10.180.0.12 nomatch
create services hash:ip,port
add services 172.30.0.10,tcp:80
add services 172.30.0.10,udp:1000-1001
create six hash:ip family inet6
add six fd00::1
create timed hash:ip timeout 100000 comment
add timed 10.180.0.13 timeout 90000 comment "for a while"
SETS
inside ipset save > "$here/ipset-7.17/ipset-save.txt"

inside iptables-nft-restore <<'RULES'
*filter
:FORWARD DROP [0:0]
:WILD - [0:0]
-A FORWARD ! -s 1.2.3.0/24 ! -d 5.6.7.8/32 ! -i in0 ! -o out+ ! -p tcp -j ACCEPT
-A FORWARD -m conntrack ! --ctstate INVALID,UNTRACKED --ctproto 6 --ctorigdst 172.30.0.1 --ctorigdstport 443 --ctdir ORIGINAL -g WILD
-A FORWARD -m limit --limit 5/min --limit-burst 7 -j LOG --log-prefix "a \"q\" b: "
-A FORWARD -m comment --comment "it's \"quoted\" \\ back" -m comment --comment second
-A FORWARD -p tcp -m set ! --match-set hosts src -m set --match-set services dst,dst -j REJECT --reject-with tcp-reset
-A WILD -p tcp -m multiport ! --dports 80,443,1000:2000 -m statistic --mode random --probability 0.33333333349 -j RETURN
COMMIT
*nat
:KUBE-SEP-A - [0:0]
-A PREROUTING -p tcp -m addrtype --dst-type LOCAL --limit-iface-in -m tcp --dport 30080 -j KUBE-SEP-A
-A KUBE-SEP-A -p tcp -m recent --set --name KUBE-SEP-A --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.180.0.11:8080
-A POSTROUTING -j MASQUERADE --random-fully
COMMIT
RULES
inside iptables-nft-save -c > "$here/iptables-1.8.9/iptables-nft-save.txt"

inside nft -f - <<'TABLE'
table ip kube-proxy {
  set cluster-ips { type ipv4_addr
    elements = { 172.30.0.10, 172.30.0.20 } }
  map service-ips { type ipv4_addr . inet_proto . inet_service : verdict
    elements = { 172.30.0.10 . tcp . 80 : goto service-a } }
  map no-endpoint-services { type ipv4_addr . inet_proto . inet_service : verdict
    elements = { 172.30.0.20 . tcp . 80 comment "ns/b:http" : drop } }
  chain service-a {
    meta l4proto tcp dnat ip addr . port to numgen random mod 2 map { 0 : 10.180.0.11 . 8080, 1 : 10.180.0.12 . 8080 } comment "balance"
  }
  chain services {
    ip daddr . meta l4proto . th dport vmap @service-ips
  }
  chain nat-prerouting { type nat hook prerouting priority -100
    jump services
  }
  chain filter-forward { type filter hook forward priority 0; policy drop;
    ct state established,related accept
  }
}
TABLE
inside nft -j list table ip kube-proxy > "$here/nftables-1.0.6/list-table-kube-proxy.json"

# One rule of each kind that is told in nft's own words.
inside nft -f - <<'TABLE'
table ip told {
  set hosts { type ipv4_addr
    elements = { 10.0.0.1 } }
  map ports { type ipv4_addr . inet_proto . inet_service : verdict
    elements = { 10.0.0.1 . tcp . 80 : drop } }
  chain other {
    return
  }
  chain c {
    ip daddr 10.201.0.0/18 drop
    ip saddr @hosts ip daddr != { 10.0.0.2, 10.0.0.3 } reject
    ip saddr 10.0.0.1-10.0.0.9 tcp dport 1000-2000 accept
    ip daddr . meta l4proto . th dport vmap @ports
    iifname "eth0" oifname != "cni0" counter packets 0 bytes 0 jump other
    ct state established,related accept
    ct state invalid goto other
    meta mark set 0x00004000
    meta mark & 0x00004000 != 0x00000000 reject with tcp reset
    meta l4proto tcp dnat to 10.0.0.1:8080
    meta l4proto tcp reject with icmp host-prohibited
    tcp dport 22 redirect to :2222
    fib daddr type local accept
    fib saddr . iif oif missing drop
    ct original ip daddr 10.0.0.1 snat to 10.0.0.7
    tcp flags & (syn | ack) == syn notrack
    udp dport 53 limit rate 10/second accept
    numgen random mod 2 vmap { 0 : goto other, 1 : continue }
    tcp sport 80 masquerade random,fully-random
  }
}
TABLE
inside nft -j list table ip told > "$here/nftables-1.0.6/list-table-told.json"
inside nft -a list table ip told > "$here/nftables-1.0.6/list-table-told.txt"
