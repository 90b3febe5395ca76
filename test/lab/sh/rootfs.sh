#!/bin/bash
# rootfs.sh DIR FILE...: copy programs and the shared libraries they need into DIR, keeping their paths. Libraries of
# xtables plugins count too: without libm.so.6 every sync of kube-proxy fails while its pod stays Ready.
set -eu
dir=$1
shift
put() {
  [ -e "$dir$1" ] && return
  mkdir -p "$dir$(dirname "$1")"
  cp -L "$1" "$dir$1"
}
for f in "$@"; do put "$f"; done
# ldd fails for a static program and still lists the libraries of the others.
{ ldd "$@" 2>/dev/null || true; } | grep -oE '(=> |^\s)/[^ )]+ ' | grep -oE '/[^ ]+' | sort -u | while read -r l; do put "$l"; done
