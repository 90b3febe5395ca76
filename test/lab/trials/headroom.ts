// An agent limited to 64Mi on a node with 55,000 rules: what is executed in it is charged to it, and must not kill it.
import { FLANNEL, KUBE_PROXY, podOn } from '../agents.js';
import type { Lab } from '../lab.js';
import { productSays } from '../product.js';
import { until } from '../run.js';
import { newScene, type Scene } from '../scene.js';
import type { Trial } from './trial.js';

const RULES = 55_000;
const LIMIT = '64Mi';
const RUNS = 3;
/** No chain jumps to it: the rules cost what it costs to print them, and change no packet. */
const CHAIN = 'NETDIAG-MANY';

export const headroom: Trial = {
  name: 'headroom',
  shows: `agents limited to ${LIMIT} on a node with ${RULES} rules survive ${RUNS} runs without a restart`,
  async run(lab, seed, say) {
    const scene = await newScene(lab, 'headroom', seed);
    const { near, client, service } = scene.draw;
    const agents = [FLANNEL, KUBE_PROXY];
    try {
      for (const agent of agents) await limit(scene, agent, LIMIT);
      await scene.on(near, many());
      const rules = (await scene.on(near, `iptables-nft-save -t filter | grep -c '^-A ${CHAIN}'`)).trim();
      const before = await restarts(lab, scene);
      const runs = [];
      for (let at = 0; at < RUNS; at += 1)
        runs.push(await productSays(lab, [`pod/${client.pod}`, `svc/${service.name}`], { rung: 'exec' }));
      const after = await restarts(lab, scene);
      const said = runs.map(
        ({ exitCode, findings, trouble }) => trouble || `exit ${exitCode}, ${findings.length} findings`,
      );
      const passed =
        before === after && runs.every(({ findings, exitCode }) => findings.length === 0 && exitCode === 0);
      say({
        name: `${rules} rules on ${near}`,
        passed,
        words: `restarts ${before} before and ${after} after; ${said.join('; ')}`,
      });
    } finally {
      await scene.on(near, `iptables-nft -F ${CHAIN}; iptables-nft -X ${CHAIN}; true`);
      for (const agent of agents) await limit(scene, agent, undefined);
    }
  },
};

function many(): string {
  const rule = `-A ${CHAIN} -s 198.51.%d.%d/32 -p tcp -m comment --comment "netdiag %d" -m tcp --dport %d -j RETURN\\n`;
  const awk = `BEGIN { print "*filter\\n:${CHAIN} - [0:0]"; for (i = 0; i < ${RULES}; i++) printf "${rule.replaceAll('"', '\\"')}", i / 256 % 256, i % 256, i, i % 65535 + 1; print "COMMIT" }`;
  return `awk '${awk}' | iptables-nft-restore --noflush`;
}

async function limit(
  scene: Scene,
  { namespace, name, label }: typeof FLANNEL,
  memory: string | undefined,
): Promise<void> {
  const container = (
    await scene.kubectl('get', 'ds', name, '-n', namespace, '-o', 'jsonpath={.spec.template.spec.containers[0].name}')
  ).trim();
  const resources = { limits: memory === undefined ? null : { memory } };
  const patch = { spec: { template: { spec: { containers: [{ name: container, resources }] } } } };
  await scene.kubectl('patch', 'ds', name, '-n', namespace, '-p', JSON.stringify(patch));
  await scene.kubectl('rollout', 'status', `ds/${name}`, '-n', namespace, '--timeout=120s');
  await until(`${label} on ${scene.draw.near}`, 20_000, async () =>
    (await podOn(scene, { namespace, name, label }, scene.draw.near)) === '' ? undefined : true,
  );
}

async function restarts(lab: Lab, scene: Scene): Promise<string> {
  const counts = [];
  for (const agent of [FLANNEL, KUBE_PROXY]) {
    const pod = await podOn(scene, agent, scene.draw.near);
    const path = 'jsonpath={.status.containerStatuses[*].restartCount}';
    counts.push(`${agent.name} ${(await lab.kubectl(['get', 'pod', pod, '-n', agent.namespace, '-o', path])).stdout}`);
  }
  return counts.join(', ');
}
