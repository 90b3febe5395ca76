#!/bin/bash
# node-init.sh NAME LAB CACHE: pid 1 of a node. Its root is an overlay over the machine's, so whatever a kubelet, a CNI
# installer or a hostPath writes stays in memory and goes with the node.
set -eu
name=$1 lab=$2 cache=$3 own=$2/nodes/$1
hostname "$name"
mount --make-rprivate /
mkdir -p "$own/root"
# The upper layer is on tmpfs because the kernel refuses one that lies inside the lower.
mount -t tmpfs tmpfs "$own/root"
mkdir "$own/root/upper" "$own/root/work" "$own/root/merged"
mount -t overlay overlay -o "lowerdir=/,upperdir=$own/root/upper,workdir=$own/root/work" "$own/root/merged"
cd "$own/root/merged"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount --rbind /dev dev
for d in run tmp; do mount -t tmpfs tmpfs $d; done
# These belong to the whole machine, and the kubelet and Cilium insist on writing them: what they write is a copy.
for f in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys \
  kernel/keys/root_maxbytes kernel/unprivileged_bpf_disabled kernel/timer_migration; do
  [ -e "proc/sys/$f" ] || continue
  mkdir -p "run/sysctl/${f%/*}"
  cat "proc/sys/$f" > "run/sysctl/$f"
  mount --bind "run/sysctl/$f" "proc/sys/$f"
done
groups=$(ls /sys/fs/cgroup)
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  mount -t cgroup2 cgroup2 sys/fs/cgroup
else
  mount -t tmpfs tmpfs sys/fs/cgroup
  for c in $groups; do
    mkdir -p "sys/fs/cgroup/$c"
    case $c in
      unified) mount -t cgroup2 cgroup2 "sys/fs/cgroup/$c" ;;
      systemd) mount -t cgroup -o none,name=systemd cgroup "sys/fs/cgroup/$c" ;;
      *) mount -t cgroup -o "$c" cgroup "sys/fs/cgroup/$c" ;;
    esac
  done
fi
# Bound from their disk: container layers do not belong in memory, nor can an overlay be the upper layer of another.
for d in "$lab" "$cache"; do mkdir -p ".$d"; mount --bind "$d" ".$d"; done
for d in var/lib/containerd var/lib/kubelet var/log; do mkdir -p "$own/$d" $d; mount --bind "$own/$d" $d; done
mkdir -p var/lib/cni etc/cni/net.d opt/cni/bin run/netns run/flannel lib/modules
rm -f etc/cni/net.d/* opt/cni/bin/*
for p in /usr/lib/cni/*; do ln -s "$p" opt/cni/bin/; done
ln -sf "$lab/sh/cni-flannel.sh" opt/cni/bin/flannel
cp "$lab/resolv.conf" etc/resolv.conf
pivot_root . mnt
umount -l /mnt
mount --make-rshared /
containerd --config "$own/containerd.toml" > "$own/containerd.log" 2>&1 &
# A kubelet that starts before the API server answers waits out a growing back-off.
while [ ! -e "$own/start-kubelet" ]; do sleep 0.1; done
"$cache/bin/kubelet" --config="$own/kubelet.yaml" --kubeconfig="$lab/pki/$name.conf" --hostname-override="$name" \
  --node-ip="$(ip -4 -o addr show eth0 | awk '{split($4, a, "/"); print a[1]}')" > "$own/kubelet.log" 2>&1 &
while :; do wait -n || true; sleep 0.5; done
