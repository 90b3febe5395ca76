import { defineFault, type Flow } from '../fault.js';
import { addressIn } from '../ground.js';
import type { Scene } from '../scene.js';

const deadOf = ({ draw }: Scene): string => addressIn(draw.across.ip, 150 + (draw.number % 50));
const fromPort = ({ draw }: Scene): number => 40_000 + draw.number;

/** A lookup with a source port of its own, as a resolver does that keeps its socket. */
function fromOnePort(scene: Scene): Flow {
  const { client } = scene.draw;
  const dest = 'kubernetes.default.svc.cluster.local';
  return {
    source: `pod/${client.pod}`,
    dest,
    probe: 'dns',
    address: scene.lab.cidrs.dns,
    port: 443,
    tries: 1,
    fromPort: fromPort(scene),
  };
}

export const fault = defineFault({
  id: 'conntrack-entry-stale',
  incident: 'KN-033',
  story: 'a client that keeps its UDP port is still translated to a DNS pod that is gone; every new socket works',
  layer: 'L5',
  cause: 'conntrack-stale-entry',
  object: deadOf,
  flow: fromOnePort,
  stopsAt: 'a path is that of a new connection, and only one connection that stands is cut',
  flavours: ['A', 'B'],
  sees: 'timeout',
  healer:
    'kube-proxy deletes such entries at its next sync, which comes with the next change of a Service or endpoint; none comes',
  async inject(scene) {
    const { draw, lab, on } = scene;
    const tuple = `-p udp -s ${draw.client.ip} -d ${lab.cidrs.dns} --sport ${fromPort(scene)} --dport 53`;
    await on(
      draw.near,
      `conntrack -D ${tuple} >/dev/null 2>&1; conntrack -I ${tuple} -t 600 --dst-nat ${deadOf(scene)}`,
    );
  },
  async heal(scene) {
    await scene.on(
      scene.draw.near,
      `conntrack -D -p udp -s ${scene.draw.client.ip} --sport ${fromPort(scene)} >/dev/null 2>&1; true`,
    );
  },
});
