// Things that are wrong elsewhere, and traffic that is not ours. A report about one flow must be silent about all of it,
// and counters that rise must not be taken for the probe's own packets.
import type { Lab } from './lab.js';
import { outOf, survey } from './scene.js';
import { noise } from './traffic.js';

/** Everything of the decoys' in the API lives here, so that one deletion ends it and a report is searched for one name. */
export const DECOY_NAMESPACE = 'decoy-annex';

const POD_LIFE = { terminationGracePeriodSeconds: 0, automountServiceAccountToken: false };

const crashing = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'decoy-crash', namespace: DECOY_NAMESPACE },
  spec: {
    ...POD_LIFE,
    containers: [
      {
        name: 'c',
        image: 'lab.local/nettools:1',
        imagePullPolicy: 'IfNotPresent',
        command: ['/bin/sh', '-c', 'exit 1'],
      },
    ],
  },
};

const dead = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'decoy-dead', namespace: DECOY_NAMESPACE },
  spec: { selector: { app: 'decoy-nobody' }, ports: [{ port: 80 }] },
};

// Docker's chains for its own bridge, as dockerd writes them, without the policy DROP that would be a fault; and two
// sysctls that hardening guides set and that harm no forwarded packet.
const ODD_NODE = `set -e
ip link show docker0 >/dev/null 2>&1 || ip link add docker0 type bridge
ip addr replace 172.17.0.1/16 dev docker0; ip link set docker0 up
iptables -n -L DOCKER-ISOLATION-STAGE-2 >/dev/null 2>&1 || iptables-restore --noflush <<'RULES'
*filter
:DOCKER - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-ISOLATION-STAGE-2 - [0:0]
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o docker0 -j DOCKER
-A DOCKER ! -i docker0 -o docker0 -j DROP
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
COMMIT
RULES
sysctl -qw net.ipv4.tcp_fin_timeout=15 net.ipv4.conf.all.log_martians=1`;

const EVEN_NODE = `iptables -D FORWARD -j DOCKER-ISOLATION-STAGE-1; iptables -D FORWARD -o docker0 -j DOCKER
for c in DOCKER-ISOLATION-STAGE-1 DOCKER DOCKER-ISOLATION-STAGE-2; do iptables -F $c; done
for c in DOCKER-ISOLATION-STAGE-1 DOCKER DOCKER-ISOLATION-STAGE-2; do iptables -X $c; done
ip link del docker0; sysctl -qw net.ipv4.tcp_fin_timeout=60 net.ipv4.conf.all.log_martians=0; true`;

export async function decoysUp(lab: Lab): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: DECOY_NAMESPACE } };
  const items = [namespace, crashing, dead, ...noise(DECOY_NAMESPACE, await survey(lab))];
  const list = { apiVersion: 'v1', kind: 'List', items };
  outOf(await lab.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(list) }), 'decoys');
  for (const { name, sh } of lab.nodes.slice(1)) outOf(await sh(ODD_NODE), `decoys on ${name}`);
}

export async function decoysDown(lab: Lab): Promise<void> {
  await lab.kubectl(['delete', 'namespace', DECOY_NAMESPACE, '--ignore-not-found', '--timeout=30s']);
  for (const { sh } of lab.nodes.slice(1)) await sh(EVEN_NODE);
}
