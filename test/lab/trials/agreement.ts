// Predicted beside observed on a healthy cluster, for every pair of a client and what `shop` serves.
import { look } from '../client.js';
import { inNamespace } from '../fabric.js';
import type { Lab } from '../lab.js';
import { productSays, type Answer, type FlowSaid } from '../product.js';
import { forgetScene, NAMESPACE, newScene, outOf, type Scene } from '../scene.js';
import { settings } from '../settings.js';
import { table } from '../table.js';
import type { Step, Trial } from './trial.js';

interface Pair {
  readonly source: string;
  readonly dest: string;
  readonly flows: Answer['flows'];
  readonly trouble: string;
}

const NAME = 'agreement';
/** Each mostly waits for its probe pods; more at once would have attempts time out on two cores. */
const AT_ONCE = 3;

export const agreement: Trial = {
  name: NAME,
  shows: 'what is predicted is what happens, and is known, for each client and each Service and pod',
  async run(lab, seed, say) {
    const { sources, dests } = await everybody(lab);
    const scene = await newScene(lab, NAME, seed);
    const pairs: Pair[] = [];
    for (const source of sources) {
      const own: Pair[] = [];
      const others = dests.filter(({ ref }) => ref !== source);
      for (let at = 0; at < others.length; at += AT_ONCE)
        own.push(...(await Promise.all(others.slice(at, at + AT_ONCE).map((dest) => ask(lab, source, dest)))));
      pairs.push(...own);
      say(await stepOf(scene, source, own));
    }
    const rows = pairs.flatMap(({ source, dest, flows }) =>
      flows
        .filter((flow) => flow.agree !== 'agree' || isOpen(flow))
        .map(({ name, agree, observed, predicted }) => [`${source} -> ${dest}`, name, agree, observed, predicted]),
    );
    forgetScene(lab, NAME);
    if (rows.length > 0) console.log(table(['pair', 'flow', 'verdict', 'observed', 'predicted'], rows));
  },
};

const isOpen = ({ predicted }: FlowSaid): boolean => /cannot be told|^not predicted/.test(predicted);
/** Which way a pod's own address is reached from beyond the nodes is up to routers that no cluster knows of. */
const isBeyond = ({ predicted }: FlowSaid): boolean => predicted.includes('how a client outside reaches');

async function stepOf(scene: Scene, source: string, own: readonly Pair[]): Promise<Step> {
  const flows = own.flatMap((pair) => pair.flows);
  const count = (agree: string): number => flows.filter((flow) => flow.agree === agree).length;
  const open = flows.filter(isOpen);
  // A datagram to a port that is not DNS needs an interpreter that most images lack: there the lab's own client tries.
  const untried = flows.filter((flow) => flow.agree === 'not-compared' && !open.includes(flow));
  const datagrams = source === 'outside' ? [] : untried.filter(({ name }) => name.endsWith('/udp)'));
  const otherwise = await unlikePredicted(scene, source, datagrams);
  const words = [
    `${own.length} destinations, ${flows.length} flows`,
    `${count('agree')} as predicted`,
    `${count('contradict')} otherwise`,
    `${open.length} not predicted, ${open.filter(isBeyond).length} of them from outside to a pod's own address`,
    `${datagrams.length} datagrams tried by a plain client`,
    `${untried.length - datagrams.length} not tried`,
    ...otherwise,
    ...own.flatMap(({ dest, trouble }) => (trouble === '' ? [] : [`${dest}: ${trouble}`])),
  ];
  const passed =
    count('contradict') === 0 &&
    open.every(isBeyond) &&
    otherwise.length === 0 &&
    own.every(({ trouble }) => trouble === '');
  return { name: source, passed, words: words.join(', ') };
}

/** Echoed datagrams, from the flow's own source, where the product predicts that they are delivered or refused. */
async function unlikePredicted(scene: Scene, source: string, flows: readonly FlowSaid[]): Promise<readonly string[]> {
  const unlike: string[] = [];
  for (const { name, predicted } of flows) {
    const [, address = '', port = ''] = /\(([\d.]+):(\d+)\/udp\)$/.exec(name) ?? [];
    const saw = await look(scene, { source, dest: name, probe: 'udp', address, port: Number(port) });
    const branches = predicted.split(' | ').map((branch) => branch.replace(/^\d+ %: /, ''));
    const wanted = branches.every((branch) => branch.startsWith('delivered')) ? 'ok' : 'refused';
    if (saw.seen !== wanted) unlike.push(`${name}: predicted ${predicted}, seen ${saw.seen} (${saw.words})`);
  }
  return unlike;
}

interface Dest {
  readonly ref: string;
  readonly port?: number;
}

interface Listed {
  readonly items: readonly {
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec: {
      readonly type?: string;
      readonly clusterIP?: string;
      readonly containers?: readonly {
        readonly ports?: readonly { readonly containerPort: number; readonly protocol?: string }[];
      }[];
    };
  }[];
}

async function everybody(lab: Lab): Promise<{ readonly sources: readonly string[]; readonly dests: readonly Dest[] }> {
  const words = ['get', 'pods,services', '-n', NAMESPACE, '-o', 'json'];
  const { items }: Listed = JSON.parse(outOf(await lab.kubectl(words), 'shop'));
  const pods = items.filter(({ kind }) => kind === 'Pod');
  const services = items.filter(({ kind, spec }) => kind === 'Service' && spec.type !== 'ExternalName');
  const port = (pod: Listed['items'][number]): number | undefined =>
    pod.spec.containers?.flatMap(({ ports = [] }) => ports).find(({ protocol = 'TCP' }) => protocol === 'TCP')
      ?.containerPort;
  return {
    sources: [
      ...pods.map(({ metadata }) => `pod/${metadata.name}`),
      ...lab.nodes.map(({ name }) => `node/${name}`),
      'outside',
    ],
    dests: [
      ...services.map(({ metadata }) => ({ ref: `svc/${metadata.name}` })),
      ...pods.flatMap((pod) => {
        const number = port(pod);
        return number === undefined ? [] : [{ ref: `pod/${pod.metadata.name}`, port: number }];
      }),
    ],
  };
}

/** A client outside stands in the namespace beyond the nodes, from where the API server has its own address. */
async function ask(lab: Lab, source: string, { ref, port }: Dest): Promise<Pair> {
  const words = [source, ref, ...(port === undefined ? [] : ['--port', String(port)])];
  const of = settings();
  // Shorter than the lab's patience: a run that is stuck says itself with what.
  const limit = ['--timeout', '40s'];
  const server = ['-s', `https://${lab.nodes[0]?.ip}:6443`];
  const reach =
    source === 'outside' ? { within: inNamespace(of, 'outside'), more: [...limit, ...server] } : { more: limit };
  const { flows, trouble } = await productSays(lab, words, { rung: 'node', ...reach });
  return { source, dest: ref, flows, trouble };
}
