import { defineFault } from '../fault.js';
import { refusedByPolicy, toBackend } from '../ground.js';
import { applyPolicy, frontendAnd, policyName, removePolicy, untilProgrammed } from '../policies.js';
import type { Scene } from '../scene.js';

/** kube-router writes its sets every 30 s; stopped like this it keeps its pod and its place, and writes nothing. */
const signal = (scene: Scene, name: 'STOP' | 'CONT'): Promise<string> =>
  scene.on(scene.draw.far, `pkill -${name} -x kube-router; true`);

/** The sets of pods that rules of the policy admit, as the rules name them. */
const admitting = (policy: string): string =>
  `{ iptables-nft-save -t filter; iptables-legacy-save -t filter 2>/dev/null; } | grep -F 'policy name ${policy} ' | grep -o 'match-set KUBE-SRC-[A-Z0-9]* src' | cut -d' ' -f2 | sort -u`;

export const fault = defineFault({
  id: 'policy-set-member-gone',
  incident: 'KN-100',
  story: 'a policy admits the client and every object is right, but the backend’s node has lost one address of one set',
  layer: 'L4',
  cause: 'policy-stale',
  object: ({ draw }) => draw.client.ip,
  async prepare(scene) {
    await applyPolicy(scene, 'admits-web', frontendAnd('web', 'web2'));
    await untilProgrammed(scene, scene.draw.far, policyName(scene, 'admits-web'));
  },
  flow: toBackend,
  stopsAt: refusedByPolicy,
  flavours: ['B'],
  sees: 'refused',
  healer: 'kube-router writes its sets anew at every change and every 30 s; it is stopped meanwhile',
  seconds: 60,
  async inject(scene) {
    const { far, client } = scene.draw;
    await signal(scene, 'STOP');
    const sets = await scene.on(far, admitting(policyName(scene, 'admits-web')));
    const names = sets.split('\n').filter((line) => line !== '');
    if (names.length === 0) throw new Error(`no set of ${policyName(scene, 'admits-web')} on ${far}`);
    for (const name of names) await scene.on(far, `ipset del -exist ${name} ${client.ip}`);
  },
  heal: async (scene) => {
    await signal(scene, 'CONT');
  },
  tidy: (scene) => removePolicy(scene, 'admits-web'),
});
