// A cluster of any size, the same each time: three recorded nodes, and as many more as are asked for, filled with pods.
// What the recorded nodes hold about each other is held about the others, too, so that nothing is broken by the size.
import type { Evidence } from '../../src/evidence/evidence.js';
import { loadBundle } from '../../src/evidence/bundle.js';
import { at, list, obj, parse, type Jsonish } from '../../src/facts/read/untyped.js';

export const RECORDED_NODES = ['cp', 'w1', 'w2'] as const;
const PODS_PER_NODE = 30;
/** The kubelet tells up to 50 images (nodeStatusMaxImages), with a digest each: most of what a Node weighs. */
const IMAGES = 50;

export interface Population {
  readonly nodes: number;
  readonly pods: number;
  node(index: number): object;
  pod(index: number): object;
  /** Pods of one node, by its name: recorded ones excluded. */
  fillers(node: string): readonly object[];
  /** What was recorded, with the names and addresses of this cluster. */
  readonly evidence: readonly Evidence[];
}

export function population(bundle: string, nodes: number): Population {
  const evidence = loadBundle(bundle).evidence.map(roomier);
  const whole = (path: string): Jsonish => parse(answerTo(evidence, path));
  const templates = { node: whole('/api/v1/nodes/w2'), pod: whole('/api/v1/namespaces/shop/pods/web') };
  const node = (index: number): object => {
    const name = RECORDED_NODES[index];
    return name ? withImages(whole(`/api/v1/nodes/${name}`)) : withImages(peerNode(templates.node, peer(index)));
  };
  const pod = (index: number): object => {
    const on = Math.floor(index / PODS_PER_NODE);
    return fillerPod(templates.pod, { node: nodeName(on), network: networkOf(on) }, index);
  };
  return {
    nodes,
    pods: nodes * PODS_PER_NODE,
    node,
    pod,
    fillers(name) {
      const first = Array.from({ length: nodes }, (_, index) => index).find((index) => nodeName(index) === name);
      if (first === undefined) return [];
      return Array.from({ length: PODS_PER_NODE }, (_, each) => pod(first * PODS_PER_NODE + each));
    },
    evidence: evidence.map((one) => knowingPeers(one, nodes)),
  };
}

const nodeName = (index: number): string => RECORDED_NODES[index] ?? peer(index).name;
const networkOf = (index: number): string => (RECORDED_NODES[index] ? `10.200.${index}.0` : peer(index).network);

/** The recorded pod network holds 256 nodes. Both new words are as long as the old, so that no answer changes its size. */
function roomier(one: Evidence): Evidence {
  const moved: Evidence = JSON.parse(
    JSON.stringify(one).replaceAll('10.200.0.0/16', '10.192.0.0/10').replaceAll('10.201.', '10.101.'),
  );
  return moved;
}

function answerTo(evidence: readonly Evidence[], path: string): string {
  const found = evidence.find(({ request }) => request.via === 'api' && request.path === path);
  if (found?.answer.kind !== 'answered') throw new Error(`the recording holds no answer to ${path}`);
  return found.answer.text;
}

interface Peer {
  readonly name: string;
  readonly ip: string;
  readonly network: string;
  readonly mac: string;
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

function peer(index: number): Peer {
  const [high, low] = [index >> 8, index & 255];
  return {
    name: `node-${String(index).padStart(5, '0')}`,
    ip: `172.16.${index >> 7}.${(index & 127) + 10}`,
    network: `10.${204 + high}.${low}.0`,
    mac: `ca:fe:00:00:${hex(high)}:${hex(low)}`,
  };
}

/** Every word of the template that names w2 names the peer. */
function peerNode(template: Jsonish, { name, ip, network, mac }: Peer): Jsonish {
  const said = JSON.stringify(template)
    .replaceAll('"w2"', `"${name}"`)
    .replaceAll('192.168.108.22', ip)
    .replaceAll('10.200.2.0', network)
    .replaceAll('ca:0f:c2:f2:a1:02', mac);
  return parse(said);
}

function withImages(node: Jsonish): object {
  const status = obj(at(node, 'status'));
  const images = Array.from({ length: IMAGES }, (_, each) => {
    const image = `registry.example.com/team-${each % 7}/service-${each}`;
    return {
      names: [`${image}@sha256:${String(each).repeat(64).slice(0, 64)}`, `${image}:v1.${each}`],
      sizeBytes: each,
    };
  });
  return { ...obj(node), status: { ...status, images } };
}

function fillerPod(template: Jsonish, { node, network }: { node: string; network: string }, index: number): object {
  const name = `filler-${String(index).padStart(6, '0')}`;
  const metadata = { ...obj(at(template, 'metadata')), name, namespace: 'fillers', labels: { app: 'filler' } };
  const held = { ...obj(template), metadata, spec: { ...obj(at(template, 'spec')), nodeName: node } };
  // Above those that the recorded pods hold.
  const ip = `${network.replace(/\d+$/, '')}${100 + (index % PODS_PER_NODE)}`;
  return obj(parse(JSON.stringify(held).replaceAll(String(at(template, 'status', 'podIP')), ip)));
}

/** A node of flannel's holds one route, one neighbour and one FDB entry for each peer. */
export const PEER_TABLES: Readonly<Record<string, (peer: Peer) => object>> = {
  routes: ({ network }) => ({ dst: `${network}/24`, gateway: network, dev: 'flannel.1', flags: ['onlink'] }),
  neighbours: ({ network, mac }) => ({ dst: network, dev: 'flannel.1', lladdr: mac, state: ['PERMANENT'] }),
  fdb: ({ ip, mac }) => ({ mac, ifname: 'flannel.1', dst: ip, flags: ['self'], state: 'permanent' }),
};

function knowingPeers(one: Evidence, nodes: number): Evidence {
  const { request, answer } = one;
  if (request.via !== 'run' || request.where.kind !== 'node' || answer.kind !== 'answered') return one;
  const entry = PEER_TABLES[request.ask.id];
  if (!entry) return one;
  const peers = Array.from({ length: nodes - RECORDED_NODES.length }, (_, each) => peer(each + RECORDED_NODES.length));
  return { ...one, answer: { ...answer, text: JSON.stringify([...list(parse(answer.text)), ...peers.map(entry)]) } };
}
