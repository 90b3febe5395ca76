#!/bin/bash
# rootfs.sh DIR FILE...: copy programs and the shared libraries they need into DIR, keeping their paths. Libraries of
# xtables plugins count too: without libm.so.6 every sync of kube-proxy fails while its pod stays Ready.
set -eu
dir=$1
shift
put() { [ -e "$dir$1" ] || { mkdir -p "$dir$(dirname "$1")"; cp -L "$1" "$dir$1"; }; }
for f in "$@"; do
  p=$(command -v "$f" || echo "$f")
  put "$p"
  { ldd "$p" 2>/dev/null || true; } | grep -oE '/[^ )]+' | while read -r l; do put "$l"; done || true
done
