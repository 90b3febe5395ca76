// The fixed part of every script we run in somebody's container. dash, bash and busybox run it; it needs no program
// but `sleep`, writes no file, and whatever happens to us it ends: at end of input, or at its own deadline.

/**
 * Read from standard input rather than put on the command line: a URL of 20 KB is refused by many proxies, and a
 * script cut short must not run, so it runs only once its last line is there.
 */
export function bootstrap(lastLine: string): readonly string[] {
  const read = `s=;while IFS= read -r l;do [ "$l" = ${lastLine} ]&&{ eval "$s";exit;};s="$s$l\n";done`;
  return ['sh', '-c', read];
}

/**
 * For every shell that starts others: told to end, it waits for those it started. A second TERM must not hurry it, and
 * `wait` knows nothing of a command substitution, whose shell bash leaves behind when a trap ends it.
 */
export const MORTAL = `trap 'trap "" TERM; c=1; while wait; [ "$c" ]; do c=; read -r c </proc/thread-self/children; done 2>/dev/null; exit 137' TERM`;

/*
 * Why it looks as it does.
 * - A hung tool is killed with all its children. There are no process groups without a terminal in dash, so children
 *   are found in /proc.
 * - Nothing may be left to the container's first process: it is rarely an init, never waits for what it has not
 *   started, and would keep each orphan as a zombie that counts against the pod's limit of processes. So whoever
 *   starts something waits for it. What must be killed is stopped from its root on and killed from its leaves on: a
 *   shell that comes to again takes its dead child's entry away, and only then follows the TERM that waits for it.
 * - No `timeout`, `mktemp` or `mkfifo` in the poorest image: watchdogs are shells that sleep a second at a time and
 *   look whether they are still wanted, so what survives a kill of everything else survives it for one second.
 * - A watchdog is called off by its own sleep being killed, so that it takes that away and ends by itself. It is stopped
 *   first, and seen to be: between looking for its child and killing it, it might start one.
 * - Watchdogs hold no stream of ours open: the runtime ends an exec only when its streams are closed.
 * - What we run is charged to the container's memory limit, and an OOM kill would hit the agent: a large dump gets
 *   three quarters of what is left for its data (setrlimit(2): since Linux 4.7 that counts what is private and writable),
 *   and fails by itself instead. Not as address space: programs in Go, cilium-dbg among them, reserve 1.3 GB of it and
 *   use a tenth.
 * - stdout goes straight out; stderr is held back in a variable by swapping descriptors and follows it.
 */
export const PRELUDE = `lim=
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin:/usr/local/sbin:/usr/bin:/bin" ROOT=
me=
now() { u=0; read -r u v </proc/uptime; } 2>/dev/null
kids() {
  if [ -r "/proc/$1/task/$1/children" ]; then
    c=; read -r c <"/proc/$1/task/$1/children"
    for p in $c; do [ "$p" = "$me" ] || echo "$p"; done
    return
  fi
  for f in /proc/[0-9]*/stat; do
    l=; read -r l <"$f" || continue
    p=\${f#/proc/}
    set -- "$1" \${l##*) }
    [ "$3" = "$1" ] && [ "\${p%/stat}" != "$me" ] && echo "\${p%/stat}"
  done
} 2>/dev/null
fell() {
  kill -STOP "$1"
  l=
  for p in $(kids "$1"); do fell "$p"; l=1; done
  if [ "$l" ]; then kill -TERM "$1"; else kill -KILL "$1"; fi
  kill -CONT "$1"
}
uproot() {
  kill -STOP "$1"
  for p in $(kids "$1"); do uproot "$p"; done
  kill -KILL "$1"
}
reap() {
  for n in 1 2 3 4 5; do
    fell "$1"
    kill -0 "$1" || return
    sleep 0.1 || sleep 1
  done
  uproot "$1"
} 2>/dev/null
dog() {
  read -r me v </proc/self/stat
  mortal
  i=0
  while [ $i -lt "$1" ]; do
    sleep 1 || return
    i=$((i + 1))
    kill -0 "$2" || return
  done
  reap "$2"
} </dev/null >/dev/null 2>&1 4>&-
off() {
  kill -STOP "$1"
  while read -r l <"/proc/$1/stat"; do
    case $l in *') T '* | *') Z '*) break ;; esac
  done
  z=; read -r z <"/proc/$1/task/$1/children"
  if [ "$z" ]; then kill -KILL $z; kill -CONT "$1"; else kill -KILL "$1"; fi
  wait "$1"
} 2>/dev/null
mortal() { ${MORTAL}; }
room() {
  lim=
  while IFS=: read -r n c q; do
    case $c in
      '') set -- "/sys/fs/cgroup$q" /sys/fs/cgroup; a=memory.max b=memory.current ;;
      *memory*) set -- "/sys/fs/cgroup/memory$q" /sys/fs/cgroup/memory; a=memory.limit_in_bytes b=memory.usage_in_bytes ;;
      *) continue ;;
    esac
    for g in "$@"; do
      max= cur=
      read -r max <"$g/$a" && read -r cur <"$g/$b" || continue
      [ "$max" = max ] && break
      f=0
      while read -r k v; do [ "$k" = inactive_file ] && f=$v; done <"$g/memory.stat"
      lim=$(((max - cur + f) / 1024 * 3 / 4))
      break
    done
  done </proc/self/cgroup
} 2>/dev/null
one() {
  mortal
  [ "$lim" ] && [ "$lim" -lt 12288 ] && { echo "out of memory: $lim KB are left to this container" >&2; return 1; }
  (
    mortal
    [ "$lim" ] && ulimit -d "$lim" 2>/dev/null
    eval "$2"
  ) </dev/null 4>&- &
  p=$!
  dog "$1" $p &
  d=$!
  wait $p
  r=$?
  off $d
  return $r
}
ask() {
  mortal
  k=$1 s=$2 t=0
  shift 2
  while [ $# -gt 0 ]; do
    x=
    for n in $1; do command -v "$n" >/dev/null 2>&1 || { x=$n; break; }; done
    if [ "$x" ]; then
      printf '\\n%s n %s %s %s\\n' "$m" "$k" "$t" "$x"
    else
      now; b=\${u%.*}
      printf '\\n%s b %s %s %s\\n' "$m" "$k" "$t" "$u"
      { e=$(one "$s" "$2" 2>&1 >&4); r=$?; } 4>&1
      now
      [ $r -ne 0 ] && [ "$lim" ] && [ "$lim" -lt 262144 ] && e="memory was limited to $lim KB
$e"
      printf '\\n%s o %s %s\\n%.4000s\\n%s e\\n' "$m" "$u" "$r" "$e" "$m"
      [ $r -eq 0 ] && return
      [ $((\${u%.*} - b)) -ge "$s" ] && return
    fi
    t=$((t + 1))
    shift 2
  done
}
big() {
  room
  if command -v gzip >/dev/null 2>&1; then
    printf '\\n%s z\\n' "$m"
    ask "$@" | gzip -1 -c
    printf '\\n%s y\\n' "$m"
  else ask "$@"; fi
  lim=
}
end() { off $g; exit; }
step() {
  "$1" </dev/null &
  w=$!
  read -r l || { reap $w; wait $w; end; }
  wait $w
}`;
