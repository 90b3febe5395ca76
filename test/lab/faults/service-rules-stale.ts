import { defineFault } from '../fault.js';
import { addressIn, toService } from '../ground.js';
import type { Scene } from '../scene.js';

/** An address of the far node's pods which nobody has: host-local counts up from 2. */
const deadOf = ({ draw }: Scene): string => addressIn(draw.across.ip, 200 + (draw.number % 50));

/** The commands that point one backend's rule at another address, and back. */
async function commands(scene: Scene): Promise<{ there: string; back: string }> {
  const { draw, on, lab } = scene;
  const live = `${draw.across.ip}:${draw.serverPort}`;
  const dead = `${deadOf(scene)}:${draw.serverPort}`;
  if (lab.flavour.proxy === 'iptables') {
    const owner = `"shop/${draw.service.name}[:"]`;
    const line = (
      await on(draw.near, `iptables-save -t nat | grep -E -- '${owner}.*-j DNAT --to-destination ${live}$'`)
    ).trim();
    const [, chain = '', rule = ''] = /^-A (\S+) (.*)$/.exec(line) ?? [];
    const place = 2;
    const replace = (to: string): string => `iptables -t nat -R ${chain} ${place} ${rule.replace(live, to)}`;
    return { there: replace(dead), back: replace(live) };
  }
  const suffix = `-shop/${draw.service.name}/tcp/.*__${draw.across.ip}/${draw.serverPort}`;
  const chain = (
    await on(draw.near, `nft list chains ip | sed -n 's#.*chain \\(endpoint-[^ ]*${suffix}\\) .*#\\1#p' | head -1`)
  ).trim();
  const handle = (
    await on(draw.near, `nft -a list chain ip kube-proxy ${chain} | sed -n 's/.*dnat to.*# handle \\([0-9]*\\)/\\1/p'`)
  ).trim();
  const replace = (to: string): string =>
    `nft 'replace rule ip kube-proxy ${chain} handle ${handle} meta l4proto tcp dnat to ${to}'`;
  return { there: replace(dead), back: replace(live) };
}

export const fault = defineFault({
  id: 'service-rules-stale',
  incident: 'KN-043',
  story: 'one node missed an endpoint update: its rules for one Service still lead to a pod that is gone',
  layer: 'L4',
  cause: 'service-rules-wrong',
  object: deadOf,
  flow: toService,
  stopsAt: (scene) => ({ hop: `node/${scene.draw.far}`, cites: deadOf(scene) }),
  flavours: ['A', 'B'],
  sees: 'intermittent',
  healer: 'kube-proxy rewrites a Service’s own chains when that Service changes, or at its hourly full sync',
  async inject(scene) {
    const { there, back } = await commands(scene);
    scene.keep('back', back);
    await scene.on(scene.draw.near, there);
  },
  async heal({ draw, kept, on }) {
    if (kept('back') !== '') await on(draw.near, kept('back'));
  },
});
