// The part of a script that only a probe pod runs: finds a pod's network namespace from outside, and looks in.

/*
 * - A container's id stands in the cgroup of each of its processes. A zombie keeps its cgroup and has no namespace
 *   left, and conmon runs outside the namespace it serves, so the first process is taken whose namespace opens.
 * - `nsenter -n` changes the network alone: /etc and /sys stay the probe's own. What reads the pod's resolv.conf or
 *   its /sys therefore runs in a mount namespace of its own, where the pod's files lie over ours. Without the means
 *   for that it must not run: it would answer for the wrong pod. The means: unshare and mount, or `ip netns exec`,
 *   which does the same; the files it wants are written into our own container.
 */
export const ENTER = `netpid() {
  found= denied=
  for id in $1; do
    for f in $(grep -l "$id" /proc/[0-9]*/cgroup 2>/dev/null); do
      p=\${f#/proc/} p=\${p%/cgroup}
      grep -q conmon "$f" 2>/dev/null && continue
      [ -e "/proc/$p/ns/net" ] && { found=$p; return; }
      denied=1
    done
  done
}
outside() {
  ROOT=/proc/1/root
  [ -e "$ROOT/etc" ] || ROOT=
  eval "$1"
}
enter() {
  if [ -z "$1" ]; then
    [ "$2" ] && [ ! -e /proc/1/ns/net ] && echo 'permission denied: /proc/1/ns/net does not open' >&2 && return 1
    echo 'no process of the pod was found on its node' >&2
    return 1
  fi
  ROOT=/proc/$1/root nsenter -t "$1" -n sh -c "$3"
}
view() {
  [ "$1" ] || { enter "$@"; return; }
  ROOT=/proc/$1/root
  if command -v unshare >/dev/null 2>&1 && command -v mount >/dev/null 2>&1; then
    nsenter -t "$1" -n unshare -m sh -c '
for f in resolv.conf hosts nsswitch.conf; do
  [ -e "$ROOT/etc/$f" ] || continue
  [ -e "/etc/$f" ] || continue
  mount --bind "$ROOT/etc/$f" "/etc/$f" || exit 1
done
mount -t sysfs sysfs /sys 2>/dev/null
eval "$1"' sh "$3"
    return
  fi
  n=nd$1-$k
  mkdir -p "/etc/netns/$n" && ip netns attach "$n" "$1" || return
  for f in resolv.conf hosts nsswitch.conf; do
    [ -e "$ROOT/etc/$f" ] && [ -e "/etc/$f" ] && cat "$ROOT/etc/$f" >"/etc/netns/$n/$f"
  done
  ip netns exec "$n" sh -c "$3"
}`;

/** What asks the system for a name, or reads files that belong to the pod and not to the network namespace. */
const NEEDS_VIEW = /\b(getent|nslookup|gethostby\w+|getaddrinfo)\b|(?<!\$ROOT)\/(etc|sys)\//;

export const needsView = (script: string): boolean => NEEDS_VIEW.test(script);
