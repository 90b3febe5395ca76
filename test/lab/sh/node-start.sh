#!/bin/bash
# node-start.sh NAME LAB CACHE PREFIX: enter cgroups of the node's own, then become its pid 1 in fresh namespaces.
set -eu
name=$1 lab=$2 cache=$3 group=$4$1
for c in /sys/fs/cgroup /sys/fs/cgroup/*/; do
  [ -f "$c/cgroup.procs" ] || continue
  mkdir -p "$c/$group"
  # A new cpuset is empty, and no process can enter it until it has been given processors and memory.
  [ -f "$c/cpuset.cpus" ] && { cat "$c/cpuset.cpus" > "$c/$group/cpuset.cpus"; cat "$c/cpuset.mems" > "$c/$group/cpuset.mems"; }
  echo $$ > "$c/$group/cgroup.procs"
done
exec nsenter --net="/run/netns/$group" unshare -m -u -i -p -C --fork --kill-child -- "$lab/sh/node-init.sh" "$name" "$lab" "$cache"
