import { restoreArmed, writeArmed } from '../armed.js';
import { defineFault } from '../fault.js';
import { toBackend } from '../ground.js';

const MAX = '/proc/sys/net/netfilter/nf_conntrack_max';
const PID_FILE = '/run/netdiag-filler.pid';
/** The other nodes of a lab track some hundreds; the maximum is the machine's, the count each node's own. */
const FILL = 2_500;
const UNDER = 200;
// An exec reaches kubelet from the API server and the runtime over loopback: tracked, both would be dropped, and nobody could
// look at this node.
const UNTRACKED = [
  'PREROUTING -p tcp --dport 10250',
  'OUTPUT -p tcp --sport 10250',
  'PREROUTING -i lo',
  'OUTPUT -o lo',
].map((match) => `${match} -j CT --notrack`);

export const fault = defineFault({
  id: 'conntrack-full',
  incident: 'row-32',
  story:
    'a leaking client holds thousands of connections: one node’s table is full and drops every new one, old ones live on',
  layer: 'L4',
  cause: 'conntrack-saturation',
  object: () => 'nf_conntrack_count',
  flow: toBackend,
  stopsAt: 'every rule and route lets it pass: the table is full, which is a matter of the moment',
  flavours: ['A', 'B'],
  sees: 'timeout',
  healer: 'the kernel evicts unanswered and closing entries for a new one; these are established and answered',
  async inject({ draw, on, keep }) {
    await on(draw.far, UNTRACKED.map((rule) => `iptables -t raw -I ${rule}`).join(' && '));
    const fill = `ulimit -n 8192; for i in $(seq ${FILL}); do exec {fd}<>/dev/tcp/${draw.across.ip}/${draw.serverPort}; done; echo full > ${PID_FILE}.full; sleep 75`;
    await on(
      draw.far,
      `rm -f ${PID_FILE}.full; setsid bash -c '${fill}' </dev/null >/dev/null 2>&1 & echo $! > ${PID_FILE}
       for i in $(seq 100); do [ -e ${PID_FILE}.full ] && exit 0; sleep 0.1; done; exit 1`,
    );
    keep('max', await writeArmed(MAX, String(FILL - UNDER)));
  },
  async heal({ draw, on, kept }) {
    if (kept('max') !== '') restoreArmed(MAX, kept('max'));
    const drop = UNTRACKED.map((rule) => `iptables -t raw -D ${rule}`).join('; ');
    await on(draw.far, `kill -9 $(cat ${PID_FILE}); rm -f ${PID_FILE} ${PID_FILE}.full; ${drop}; true`);
  },
});
