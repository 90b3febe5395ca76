// Rules of real nodes as the stories and the captures of the tests hold them, each beside the node's addresses and routes.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Ask } from '../../src/evidence/evidence.js';
import { loadBundle } from '../../src/evidence/bundle.js';
import type { Answers } from './record.js';

export interface Capture {
  readonly name: string;
  /** What the node answered, by the id of the question. */
  readonly answers: Answers;
}

/** kube-proxy in both modes, with flannel, and with kube-router's policies in force. */
const STORIES = ['healthy-a', 'healthy-b', 'policy-denies-b'];
const CALICO = ['cp', 'w1', 'w2'];

const pathOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export const captures = (): readonly Capture[] => [...STORIES.flatMap(ofStory), ...CALICO.map(ofCalico)];

function ofStory(story: string): readonly Capture[] {
  const nodes = new Map<string, Record<Ask['id'], Answers[string]>>();
  for (const { request, answer } of loadBundle(pathOf(`stories/${story}/evidence.tar.gz`)).evidence) {
    if (request.via !== 'run' || request.where.kind !== 'node' || answer.kind !== 'answered') continue;
    const { tool, text } = answer;
    nodes.set(request.where.name, { ...nodes.get(request.where.name), [request.ask.id]: { tool, text } });
  }
  const whole = [...nodes].filter(([, answers]) => answers['iptables'] && answers['routes'] && answers['addresses']);
  return whole.map(([node, answers]) => ({ name: `${story} ${node}`, answers }));
}

function ofCalico(node: string): Capture {
  const text = (file: string): string =>
    readFileSync(pathOf(`path/captured/calico-3.28-vxlan/${node}/${file}`), 'utf8');
  return {
    name: `calico-3.28 ${node}`,
    answers: {
      addresses: { tool: 'ip-json', text: text('ip-addr.json') },
      routes: { tool: 'ip-json', text: text('ip-route.json') },
      sysctls: { tool: 'grep', text: text('sysctl.txt') },
      iptables: { tool: 'iptables-nft-save', text: `#backend nft\n${text('iptables-nft-save.txt')}` },
      ipsets: { tool: 'ipset', text: text('ipset-save.txt') },
    },
  };
}
