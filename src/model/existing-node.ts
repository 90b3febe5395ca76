// The node people named, or a refusal that says there is none.
import type { Know } from '../facts/fact.js';
import type { NodeObject } from '../facts/kube.js';
import { CLUSTER, nodeSubject } from '../target/subject.js';
import { Refused } from './refusal.js';

export function existingNode(name: string, know: Know): NodeObject {
  const nodes = know.peek(CLUSTER, 'nodes');
  const listed = nodes.kind === 'unknown' ? undefined : nodes.value;
  // Where the list was skipped or may not be read, the node itself is asked for.
  const found = listed ? listed.find((node) => node.name === name) : know.get(nodeSubject(name), 'object');
  if (found !== undefined && found !== 'absent') return found;
  throw new Refused({ kind: 'absent', what: 'nodes', name, similar: (listed ?? []).map((node) => node.name) });
}
