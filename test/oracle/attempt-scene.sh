#!/bin/sh
# A client, a router that filters, and a server, in throw-away network namespaces. `up` builds them, `down` removes them.
set -eu
client=att-client router=att-router server=att-server
down() { for n in $client $router $server; do ip netns del $n 2>/dev/null || true; done; }
[ "$1" = down ] && { down; exit; }
down
for n in $client $router $server; do ip netns add $n; ip -n $n link set lo up; done
ip -n $client link add eth0 type veth peer name c0 netns $router
ip -n $server link add eth0 type veth peer name s0 netns $router
ip -n $client addr add 10.9.1.2/24 dev eth0
ip -n $server addr add 10.9.2.2/24 dev eth0
ip -n $router addr add 10.9.1.1/24 dev c0
ip -n $router addr add 10.9.2.1/24 dev s0
for e in "$client eth0" "$server eth0" "$router c0" "$router s0"; do set -- $e; ip -n "$1" link set "$2" up; done
ip -n $client route add 10.9.2.0/24 via 10.9.1.1
ip -n $server route add default via 10.9.2.1
ip -n $client route add unreachable 10.9.3.1
ip -n $client route add prohibit 10.9.3.2
ip -n $client route add blackhole 10.9.3.3
ip netns exec $client sysctl -qw net.ipv4.ping_group_range="0 2147483647"
for n in $router $server; do ip netns exec $n sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0; done
filter() { ip netns exec $router iptables-nft -A FORWARD "$@"; }
for p in tcp udp; do
  filter -p $p --dport 8001 -j REJECT --reject-with icmp-port-unreachable
  filter -p $p --dport 8003 -j REJECT --reject-with icmp-host-unreachable
  filter -p $p --dport 8004 -j REJECT --reject-with icmp-admin-prohibited
  filter -p $p --dport 8005 -j REJECT --reject-with icmp-net-unreachable
  filter -p $p --dport 8006 -j DROP
  ip netns exec $client iptables-nft -A OUTPUT -p $p --dport 8008 -j DROP
done
filter -p tcp --dport 8002 -j REJECT --reject-with tcp-reset
ip netns exec $router ip link set s0 mtu 1400
