// A real connection, or a real datagram, from where the packet would start.
import type { Ask, Try } from '../../evidence/evidence.js';
import { MORTAL } from '../../evidence/script-prelude.js';
import { sh, shown, verbatim } from '../../evidence/shell.js';
import { dnsQuery } from '../read/dns-message.js';
import { NODE, PERL, PYTHON } from './attempt-clients.js';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** How many tries; more than a burst of them take a second each, see PACE. */
  readonly count?: number;
}

/**
 * A neighbour that does not answer ARP becomes "no route to host" after three requests a second apart, so nothing is
 * called a timeout before 3.5 s; SYNs go out at 0, 1 and 3 s.
 */
const CONNECT_SECONDS = 4;
/** A resolver asks again after 5 s; an ICMP error comes within a round trip. */
const DATAGRAM_SECONDS = 2;
/** The kernel's ICMP errors to one client: six at once, then one a second (icmp_ratelimit). Five tries stay below. */
const PACE = 0.2;
/** What was accepted at once costs nobody an ICMP error: the next tries need not wait. */
const ACCEPTED_PACE = 0.02;
/** Looked at twice: most are accepted within the first of these, and all that are worth hurrying for within both. */
const FIRST_LOOKS = [0.02, 0.08] as const;
const BURST = 5;
/** Beyond that one a second, or an error that the kernel withholds looks like a timeout. */
const LONG_PACE = 1;
/** Any name will do: an answer NXDOMAIN is an answer too. */
const PROBE_NAME = 'kubernetes.default.svc.cluster.local';
const DNS_PORT = 53;

type Words = readonly [string, string, number, number, number, number, string];

export function connectAsk(to: Endpoint): Ask {
  const count = tries(to);
  const words: Words = ['tcp', to.address, to.port, count, CONNECT_SECONDS, paceOf(count), ''];
  const asShown = shown`nc -vz -w ${CONNECT_SECONDS} ${to.address} ${to.port}`;
  const shells = [bash(to), netcat(to), curl(to)].map((each): Try => ({
    ...each,
    script: paced(each.script, count),
    shown: asShown,
  }));
  return attempt(`connect tcp ${to.address} ${to.port}`, [...clients(words, asShown), ...shells], count);
}

/** To a DNS port a query, to any other one empty datagram. */
export function datagramAsk(to: Endpoint): Ask {
  const payload = to.port === DNS_PORT ? dnsQuery(PROBE_NAME) : '';
  const count = tries(to);
  const words: Words = ['udp', to.address, to.port, count, DATAGRAM_SECONDS, paceOf(count), payload];
  const asShown = shown`nc -uvz -w ${DATAGRAM_SECONDS} ${to.address} ${to.port}`;
  return attempt(`send udp ${to.address} ${to.port}`, clients(words, asShown), count);
}

export const clients = (words: Words, asShown: string): readonly Try[] => [
  { tool: 'python3', needs: ['python3'], script: sh`python3 -IS -c ${PYTHON} ${words}`, shown: asShown },
  { tool: 'perl', needs: ['perl'], script: sh`perl -e ${PERL} -- ${words}`, shown: asShown },
  { tool: 'node', needs: ['node'], script: sh`NODE_OPTIONS= node -e ${NODE} -- ${words}`, shown: asShown },
];

const tries = (to: Endpoint): number => to.count ?? 3;
const paceOf = (count: number): number => (count > BURST ? LONG_PACE : PACE);

/** The last of them starts when all others have; starting an interpreter on a throttled CPU may take seconds. */
export const secondsFor = (count: number): number => Math.ceil(CONNECT_SECONDS + count * paceOf(count) + 5);

const attempt = (id: string, all: readonly Try[], count: number): Ask => ({
  id,
  tries: all,
  phase: 'attempt',
  timeoutSeconds: secondsFor(count),
  maxBytes: 64 * 1024,
});

/**
 * All tries at once, a pace apart, each printing one frame when it ends: exit status, uptime before and after, words.
 * Where the first is accepted within a moment the others follow closely.
 * A refused connection is a measurement; a client that could not even start is not, and the next tool has its turn.
 */
const paced = (script: string, count: number): string =>
  sh`one() {
  ${verbatim(MORTAL)}
  read -r b x </proc/uptime
  o=$(${verbatim(script)} 2>&1 </dev/null)
  r=$?
  read -r e x </proc/uptime
  printf '\036try %s %s %s\n%s\n' $r $b $e "$o"
  return $r
}
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
i=1 pace=${paceOf(count)}
while [ $i -lt ${verbatim(String(count))} ]; do
  one & p=$!
  i=$((i + 1))
${verbatim(count > BURST ? '' : hurry)}
  sleep $pace 2>/dev/null || sleep 1
done
one
wait
[ $r -ne 126 ] && [ $r -ne 127 ]`;

/** Not for more than a burst: an accepted first try says nothing of the twentieth. */
const hurry = sh`  if [ $i -eq 2 ]; then
    for look in ${FIRST_LOOKS}; do
      sleep $look 2>/dev/null || break
      kill -0 $p 2>/dev/null && continue
      wait $p && pace=${ACCEPTED_PACE}
      break
    done
  fi`;

/** bash's own connect knows no limit; where there is no `timeout` it is killed from beside. */
function bash(to: Endpoint): Try {
  const inner = 'exec 3<>"/dev/tcp/$1/$2"';
  const words = [to.address, to.port];
  const script = sh`if command -v timeout >/dev/null; then timeout -s KILL ${CONNECT_SECONDS} bash -c ${inner} bash ${words}
  else
    bash -c ${inner} bash ${words} & c=$!
    { trap 'kill $!; wait $!; exit' TERM; sleep ${CONNECT_SECONDS} & wait $! && kill -9 $c; } 2>/dev/null & w=$!
    wait $c; r=$?
    kill $w 2>/dev/null; wait $w
    exit $r
  fi`;
  return { tool: 'bash', needs: ['bash', 'sleep'], script, shown: '' };
}

/**
 * Four programs go by this name, with four sets of flags; only their help tells them
 * apart. A busybox without -z stays connected until the other side ends, unless -e gives it a program that ends.
 */
function netcat(to: Endpoint): Try {
  const words = [to.address, to.port];
  const script = sh`case $(nc -h 2>&1) in
  *OpenBSD*) nc -n -z -v -w ${CONNECT_SECONDS} ${words} ;;
  *Ncat*) nc -n -z -v -w ${CONNECT_SECONDS} ${words} ;;
  *"[v1."*) nc -n -z -v -w ${CONNECT_SECONDS} ${words} ;;
  *-z*) nc -z -v -w ${CONNECT_SECONDS} ${words} ;;
  *) nc -w ${CONNECT_SECONDS} ${words} -e true ;;
  esac`;
  return { tool: 'nc', needs: ['nc', 'sleep'], script, shown: '' };
}

/** telnet:// because it connects and sends nothing; -v because newer versions name the errno nowhere else. */
function curl(to: Endpoint): Try {
  const host = to.address.includes(':') ? `[${to.address}]` : to.address;
  const form = '\\ncurl %{time_connect} %{time_total} %{local_port}\\n';
  const script = sh`case $(curl -V) in
  *telnet*) curl -q -sS -v --noproxy '*' --connect-timeout ${CONNECT_SECONDS} -m ${CONNECT_SECONDS} -w ${form} ${`telnet://${host}:${to.port}`} ;;
  *) exit 126 ;;
  esac`;
  return { tool: 'curl', needs: ['curl', 'sleep'], script, shown: '' };
}
