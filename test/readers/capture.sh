#!/bin/sh
# Regenerates captured/<tool>-<version>/ by running the real tools in throw-away network namespaces. Needs root.
# Addresses are fixed, so a diff after a rerun shows what a tool prints differently, plus counters and ages.
set -eu
here=$(CDPATH= cd "$(dirname "$0")" && pwd)/captured
node=cap-node pod=cap-pod peer=cap-peer
clean() { for n in $node $pod $peer; do ip netns del $n 2>/dev/null || true; done; }
trap 'kill ${server-} ${other-} ${third-} 2>/dev/null; clean' EXIT
clean
in_node() { ip netns exec $node "$@"; }
in_pod() { ip netns exec $pod "$@"; }

build() {
  for n in $node $pod $peer; do ip netns add $n; ip -n $n link set lo up; done
  ip -n $node link add eth0 index 10 address 02:00:00:00:00:02 type veth peer name eth0 netns $peer index 11 address 02:00:00:00:00:03
  ip -n $node link add cni0 index 12 address 02:42:0a:b4:00:fe type bridge
  ip -n $node link add vethpod index 13 address 02:42:00:00:00:13 type veth peer name eth0 netns $pod index 2 address 02:42:0a:b4:00:09
  ip -n $node link add vethidle index 14 address 02:42:00:00:00:14 type veth peer name vethidle2 index 15 address 02:42:00:00:00:15
  ip -n $node link add flannel.1 index 16 address 02:42:0a:b4:00:00 mtu 1450 type vxlan id 1 local 192.168.0.2 dev eth0 dstport 8472 nolearning
  ip -n $node link set vethpod master cni0
  ip -n $node link set vethidle master cni0
  in_node bridge link set dev vethpod hairpin on
  ip -n $node addr add 192.168.0.2/24 dev eth0
  ip -n $node addr add 10.180.0.254/24 dev cni0
  ip -n $node addr add 10.180.0.0/32 dev flannel.1
  ip -n $peer addr add 192.168.0.3/24 dev eth0
  ip -n $pod addr add 10.180.0.9/24 dev eth0
  for l in eth0 cni0 vethpod flannel.1; do ip -n $node link set $l up; done
  ip -n $node link set vethidle up
  ip -n $peer link set eth0 up
  ip -n $pod link set eth0 up
  ip -n $pod route add default via 10.180.0.254
  ip -n $node route add default via 192.168.0.3 dev eth0
  ip -n $node route add 10.180.1.0/24 via 10.180.1.0 dev flannel.1 onlink
  ip -n $node route add 10.55.0.0/24 nexthop via 192.168.0.3 dev eth0 weight 1 nexthop via 192.168.0.4 dev eth0 weight 2
  ip -n $node route add blackhole 10.180.7.0/26 proto 80
  ip -n $node route add unreachable 10.66.0.0/16 metric 4278198272
  ip -n $node route add 10.77.0.0/16 dev eth0 src 192.168.0.2 metric 50 mtu 1400
  ip -n $node route add 10.88.0.1 dev vethidle scope link
  ip -n $node route add default via 192.168.0.4 dev eth0 table 100
  ip -n $node rule add from 10.180.0.99 lookup 100 pref 1000
  ip -n $node rule add fwmark 0x200/0xf00 lookup 2004 pref 9
  ip -n $node rule add not from 10.180.0.0/16 to 10.9.0.0/16 iif vethidle lookup 100 pref 40000
  ip -n $node rule add to 10.10.0.0/16 blackhole pref 1200
  ip -n $node neigh add 10.180.1.0 dev flannel.1 lladdr 02:42:0a:b4:01:00 nud permanent
  ip -n $node neigh add 192.168.0.77 dev eth0 nud failed
  in_node bridge fdb append 02:42:0a:b4:01:00 dev flannel.1 dst 192.168.0.3
}

# The kernel has to have something to tell: a listener, a flow, a failed neighbour.
use() {
  in_node sysctl -qw net.ipv4.ip_forward=1
  in_node iptables-nft -t nat -A POSTROUTING -s 10.180.0.0/24 ! -d 10.180.0.0/16 -j MASQUERADE
  listen='import socket,sys
s=socket.create_server((sys.argv[1],int(sys.argv[2])))
while True: c=s.accept()[0]; c.recv(999); c.close()'
  ip netns exec $peer python3 -c "$listen" 192.168.0.3 80 & server=$!
  ip netns exec $node python3 -c "$listen" 0.0.0.0 8080 & other=$!
  ip netns exec $pod python3 -c 'import socket,time
s=socket.socket(socket.AF_INET6,socket.SOCK_STREAM); s.bind(("::",9090)); s.listen(7)
u=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); u.bind(("10.180.0.9",53))
c=socket.create_connection(("::1",9090)); time.sleep(60)' & third=$!
  sleep 4
  in_pod curl --noproxy '*' -s -o /dev/null -m 2 http://192.168.0.3/ || true
  in_pod curl --noproxy '*' -s -o /dev/null -m 1 http://192.168.0.3:81/ || true
  in_pod curl --noproxy '*' -s -o /dev/null -m 1 http://192.168.0.99/ || true
  in_pod bash -c 'echo >/dev/udp/192.168.0.3/99' || true
}

# save <directory> <file> <command...>: what the command printed, to the byte.
save() {
  mkdir -p "$here/$1"
  at="$here/$1/$2"
  shift 2
  "$@" >"$at" 2>/dev/null || true
}

iproute() {
  d=iproute2-6.1
  for n in node pod; do
    ns=cap-$n
    save $d $n-ip-j-d-s-link.json ip netns exec $ns ip -j -d -s link
    save $d $n-ip-d-s-link.txt ip netns exec $ns ip -d -s link
    save $d $n-ip-j-addr.json ip netns exec $ns ip -j addr
    save $d $n-ip-addr.txt ip netns exec $ns ip addr
    save $d $n-ip-j-4-route-table-all.json ip netns exec $ns ip -j -4 route show table all
    save $d $n-ip-4-route-table-all.txt ip netns exec $ns ip -4 route show table all
    save $d $n-ip-j-4-rule.json ip netns exec $ns ip -j -4 rule
    save $d $n-ip-4-rule.txt ip netns exec $ns ip -4 rule
    save $d $n-ip-j-neigh.json ip netns exec $ns ip -j neigh
    save $d $n-ip-neigh.txt ip netns exec $ns ip neigh
    save $d $n-bridge-j-fdb.json ip netns exec $ns bridge -j fdb
    save $d $n-bridge-fdb.txt ip netns exec $ns bridge fdb
    save $d $n-bridge-j-d-link.json ip netns exec $ns bridge -j -d link
    save $d $n-bridge-d-link.txt ip netns exec $ns bridge -d link
    save $d $n-ss-Htunlp.txt ip netns exec $ns ss -Htunlp
    save $d $n-ss-Htunap.txt ip netns exec $ns ss -Htunap
    save $d $n-nstat-asz.txt ip netns exec $ns nstat -asz
  done
}

busybox() {
  d=busybox-1.35
  for n in node pod; do
    ns=cap-$n
    save $d $n-ip-link.txt ip netns exec $ns busybox ip link
    save $d $n-ip-addr.txt ip netns exec $ns busybox ip addr
    save $d $n-ip-route-table-all.txt ip netns exec $ns busybox ip -4 route show table all
    save $d $n-ip-rule.txt ip netns exec $ns busybox ip -4 rule
    save $d $n-ip-neigh.txt ip netns exec $ns busybox ip neigh
  done
}

conntrack_tools() {
  save conntrack-1.4.7 conntrack-L-o-extended.txt in_node conntrack -L -o extended
  save conntrack-1.4.7 conntrack-L-o-extended-d.txt in_node conntrack -L -o extended -d 192.168.0.3
  save conntrack-1.4.7 conntrack-S.txt in_node conntrack -S
}

# Every ask's own script for /proc and /sys, as dash runs it: the poorest shell we meet.
asks() {
  (cd "$here/../../.." && npx tsx test/readers/print-asks.ts) | while read -r tool id encoded; do
    for n in node pod; do
      script=$(printf %s "$encoded" | base64 -d)
      save "$tool" "$n-$id.txt" ip netns exec cap-$n dash -c "$script"
    done
  done
}

# As somebody whose two ids differ.
user() { save linux-6.18 status.txt setpriv --reuid 1337 --regid 42 --clear-groups cat /proc/self/status; }

build
use
user
iproute
busybox
conntrack_tools
[ "${1-}" = tools ] || asks
