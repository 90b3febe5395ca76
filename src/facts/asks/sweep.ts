// Pings of growing size that may not be fragmented: which of them come back.
import type { Ask } from '../../evidence/evidence.js';
import { MORTAL } from '../../evidence/script-prelude.js';
import { sh, shown, verbatim } from '../../evidence/shell.js';

/** IPv4 and ICMP headers: what a payload needs around it. */
const HEADERS = 28;
/** Sizes that tell overlays apart: 1280 the floor of IPv6, 1370 to 1450 VXLAN, WireGuard, IPIP and their sums, 1500 plain Ethernet. */
const SIZES = [1280, 1370, 1400, 1410, 1420, 1430, 1440, 1450, 1460, 1480, 1500];

/** What is left of ping's "local error: message too long, mtu=1450", less the headers. */
const OWN_LIMIT = `n=\${o##*mtu=}; n=$((\${n%%[!0-9]*} - ${HEADERS}))`;

const PYTHON = `import errno, select, socket, struct, sys, time
host, sizes = sys.argv[1], [int(n) for n in sys.argv[2:]]
left, state = {}, {}
for n in sizes:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
    s.setsockopt(socket.IPPROTO_IP, 10, 2)
    s.setblocking(False)
    try:
        s.connect((host, 0))
        s.send(struct.pack('!BBHHH', 8, 0, 0, 0, n) + bytes(n - ${HEADERS}))
        left[s] = n
    except OSError as e:
        state[n] = errno.errorcode.get(e.errno, str(e))
        if e.errno == errno.EMSGSIZE: state[n] += ' %d' % s.getsockopt(socket.IPPROTO_IP, 14)
until = time.monotonic() + 2
while left and time.monotonic() < until:
    for s in select.select(list(left), [], [], 0.2)[0]:
        n = left.pop(s)
        try:
            s.recv(65536)
            state[n] = 'answered'
        except OSError as e:
            state[n] = errno.errorcode.get(e.errno, str(e))
for n in sizes: print('size', n, state.get(n, 'silent'))
`;

export function sweepAsk(address: string, sizes: readonly number[] = SIZES): Ask {
  const asShown = shown`ping -M do -c 2 -s ${(sizes.at(-1) ?? 0) - HEADERS} ${address}`;
  return {
    id: `sweep ${address}`,
    tries: [
      { tool: 'ping', needs: ['ping'], script: pings(address, sizes), shown: asShown },
      // Ping sockets need no capability where net.ipv4.ping_group_range allows them, as it does in most pods.
      { tool: 'python3', needs: ['python3'], script: sh`python3 -IS -c ${PYTHON} ${address} ${sizes}`, shown: asShown },
    ],
    phase: 'attempt',
    timeoutSeconds: 8,
    maxBytes: 64 * 1024,
  };
}

/**
 * The largest first, or what our own stack says is the largest: where it comes back, all that are smaller would too.
 * busybox has a ping without -M: its large pings would be cut to pieces and arrive. One ping may be lost, so it is asked
 * again, but not what the stack itself refuses: a single ping waits out -W even then.
 */
function pings(address: string, sizes: readonly number[]): string {
  const payloads = sizes.map((size) => size - HEADERS);
  return sh`case $(ping -V 2>&1) in *iputils*) ;; *) exit 1 ;; esac
try() { o=$(ping -n -M do -c 1 -W 0.1 -s $1 ${address} 2>&1); r=$?; }
tell() { printf '\036size %s %s\n%s\n' $(($1 + ${verbatim(String(HEADERS))})) $r "$o"; }
one() {
  ${verbatim(MORTAL)}
  try $1
  case $r$o in
  0* | *mtu*) ;;
  *) o=$(ping -n -M do -c 2 -i 0.3 -W 2 -s $1 ${address} 2>&1); r=$? ;;
  esac
  tell $1
}
n=${payloads.at(-1) ?? 0}
try $n
case $o in *mtu=*) tell $n; ${verbatim(OWN_LIMIT)}; try $n ;; esac
[ $r -eq 0 ] && tell $n && exit
for size in ${payloads}; do one $size & done
wait
ping -n -c 1 -W 1 ${address} >/dev/null 2>&1
[ $? -le 1 ]`;
}
