// The maps of Cilium's programs on one node, or `none` where another network is at work.
import { CLUSTER } from '../../target/subject.js';
import { ciliumAsks, readCiliumMaps } from '../asks/cilium.js';
import type { CiliumMaps } from '../ebpf.js';
import { Unanswerable, type Source } from '../fact.js';
import { runRequest } from './run.js';

declare module '../fact.js' {
  interface NodeFacts {
    ciliumMaps: CiliumMaps | 'none';
  }
}

export const ciliumMaps: Source<'node', CiliumMaps | 'none'> = (node, know) => {
  const cni = know.peek(CLUSTER, 'cni');
  if (cni.kind !== 'unknown' && cni.value.name !== 'cilium' && cni.value.name !== 'unknown') return 'none';
  // Who may not list DaemonSets still sees the device that Cilium always makes.
  if (cni.kind === 'unknown' || cni.value.name === 'unknown') {
    const links = know.peek(node, 'links');
    if (links.kind === 'unknown' || !links.value.some(({ name }) => name === 'cilium_host')) return 'none';
  }
  const where = know.get(node, 'where');
  const answers = know.ask(ciliumAsks.map((ask) => runRequest(where, ask)));
  const gaps = answers.flatMap((answer) => (answer.kind === 'refused' ? [answer.gap] : []));
  if (gaps.length > 0) throw new Unanswerable(gaps);
  return readCiliumMaps(answers.map((answer) => (answer.kind === 'answered' ? answer.text : '')));
};
