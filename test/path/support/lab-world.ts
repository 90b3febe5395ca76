// A whole cluster as our own questions were answered on it, one folder a namespace.
import { readdirSync } from 'node:fs';
import { readAddresses } from '../../../src/facts/asks/addresses.js';
import { readBridgePorts, readFdb } from '../../../src/facts/asks/bridge.js';
import { readLinks } from '../../../src/facts/asks/links.js';
import { readNetfilter } from '../../../src/facts/asks/netfilter.js';
import { readNeighbours } from '../../../src/facts/asks/neighbours.js';
import { readRoutes } from '../../../src/facts/asks/routes.js';
import { readRules } from '../../../src/facts/asks/rules.js';
import { readListeners } from '../../../src/facts/asks/sockets.js';
import { readSysctlsAnswer } from '../../../src/facts/asks/sysctls.js';
import type { Answered } from '../../../src/facts/read/answered.js';
import { podLinks } from '../../../src/path/pod-links.js';
import type { Netns, PodAt, World } from '../../../src/path/world.js';
import { captured, must } from './captured-world.js';

interface PodOf {
  readonly id: string;
  readonly ip: string;
  readonly node: string;
  readonly hostNetwork: boolean;
}

const folderOf = (lab: string): URL => new URL(`../captured/${lab}/`, import.meta.url);

function answerOf(lab: string, place: string, ask: string): Answered | undefined {
  const file = readdirSync(new URL(`${place}/`, folderOf(lab))).find((name) => name.startsWith(`${ask}.`));
  if (file === undefined) return undefined;
  const tool = file.split('.')[1] ?? '';
  return {
    kind: 'answered',
    tool,
    text: captured(`${lab}/${place}/${file}`),
    exit: 0,
    stderr: '',
    elapsedMs: 0,
    through: '',
  };
}

function netnsOf(lab: string, id: string): Netns {
  const place = id.replaceAll('/', '-');
  const read = <T>(
    ask: string,
    reader: (answer: Answered) => T,
    empty: T,
  ): Exclude<T, { readonly unreadable: string }> => {
    const answer = answerOf(lab, place, ask);
    return must(answer ? reader(answer) : empty);
  };
  const ports = read('bridge-ports', readBridgePorts, {});
  const [iptables, nft, ipsets] = ['iptables', 'nft', 'ipsets'].map((ask) => answerOf(lab, place, ask));
  const netfilter = must(
    readNetfilter({ ...(iptables ? { iptables } : {}), ...(nft ? { nft } : {}), ...(ipsets ? { ipsets } : {}) }),
  );
  return {
    id,
    links: read('links', readLinks, []).map((link) => {
      const port = ports[link.name];
      return port ? { ...link, port } : link;
    }),
    addresses: read('addresses', readAddresses, []),
    routes: read('routes', readRoutes, []),
    rules: read('rules', readRules, []),
    neighbours: read('neighbours', readNeighbours, []),
    fdb: read('fdb', readFdb, []),
    sysctls: read('sysctls', readSysctlsAnswer, {}),
    sockets: read('listeners', readListeners, []),
    netfilter,
    unread: [],
  };
}

export interface CapturedLab {
  readonly world: World;
  readonly pods: readonly PodOf[];
}

export function capturedLab(lab: string): CapturedLab {
  const pods = JSON.parse(captured(`${lab}/pods.json`)) as readonly PodOf[];
  const places = readdirSync(folderOf(lab)).filter((name) => !name.includes('.'));
  const nodes = places.filter((name) => name.startsWith('node-')).map((name) => name.replace('node-', 'node/'));
  const ids = [...nodes, ...pods.filter(({ hostNetwork }) => !hostNetwork).map(({ id }) => id)];
  const netns = new Map(ids.map((id) => [id, netnsOf(lab, id)]));
  const at = new Map(
    pods.map(({ id, ip, node, hostNetwork }): readonly [string, PodAt] => [
      ip,
      { self: id, netns: hostNetwork ? `node/${node}` : id, node, hostNetwork },
    ]),
  );
  const nodeIps = new Map(
    nodes.flatMap((id) =>
      (netns.get(id)?.addresses ?? [])
        .filter(({ family, ip }) => family === 4 && !ip.startsWith('127.'))
        .map(({ ip }): readonly [string, string] => [ip, id]),
    ),
  );
  return { world: { netns, pods: at, nodeIps, podLinks: podLinks({ netns, pods: at }) }, pods };
}
