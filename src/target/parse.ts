// What may be typed for a source and a destination, in whole.
import { neitherCommandNorTarget, sameEnds } from './errors.js';
import { KIND_NAMES } from './kinds.js';
import { checkedPort, isHostName, parseRef } from './parse-ref.js';
import type { Protocol } from './subject.js';
import type { Ref, Target } from './target.js';
import { UsageError } from './usage-error.js';

export interface Asked {
  readonly words: readonly string[];
  /** Of what is named without one. */
  readonly namespace: string;
  readonly port?: string;
  readonly protocol?: Protocol;
  readonly toNamespace?: string;
  readonly repeat?: number;
}

export function parseTarget(asked: Asked): Target {
  const [first, second, ...more] = asked.words;
  if (first === undefined) throw new UsageError('name what to diagnose, e.g. kubectl netdiag pod/web-0 svc/api');
  if (more.length > 0) {
    const { words } = asked;
    throw new UsageError(
      `${words.length} targets given: ${words.join(' ')}.`,
      'Give a source, and at most one destination.',
    );
  }
  const protocol = protocolOf(second ?? first, asked.protocol);
  if (second === undefined) return { source: parseAlone(first, asked), ...protocol };
  const source = parseSource(first, second, asked.namespace);
  const dest = parseDest(second, asked);
  if (sameRef(source, dest)) throw sameEnds(first);
  const repeat = asked.repeat === undefined ? {} : { repeat: asked.repeat };
  return { source, dest: withPort(dest, asked.port, second), ...protocol, ...repeat };
}

function parseAlone(word: string, { namespace, port, toNamespace, repeat }: Asked): Ref {
  if (word === 'outside') throw new UsageError('outside needs a destination.', 'E.g. kubectl netdiag outside svc/api');
  const ref = parseRef(word, namespace);
  if (ref === undefined) throw neitherCommandNorTarget(word, undefined);
  if (toNamespace !== undefined) throw new UsageError('--to-namespace needs a destination.', 'Give a second target.');
  if (repeat !== undefined) throw new UsageError('--repeat needs a destination.', 'Give a second target.');
  return withPort(ref, port, word);
}

function parseSource(word: string, next: string, namespace: string): Ref {
  if (word === 'outside') return { kind: 'outside' };
  const ref = parseRef(word, namespace);
  if (ref === undefined) throw neitherCommandNorTarget(word, next);
  const places = 'Name a pod, a workload, a node, or outside.';
  if (ref.kind === 'svc') throw new UsageError(`${word} cannot be a source: a service sends nothing.`, places);
  if (ref.kind === 'name' || ref.kind === 'address') throw new UsageError(`${word} cannot be a source.`, places);
  return ref;
}

/** A bare word is a name to look up, as a program in the source would: the search list applies. */
function parseDest(word: string, { namespace, toNamespace }: Asked): Ref {
  if (word === 'outside')
    throw new UsageError('outside can only be a source.', 'Name the address or the URL to reach.');
  const ref = parseRef(word, toNamespace ?? namespace);
  if (ref === undefined && isHostName(word)) return { kind: 'name', host: word.toLowerCase() };
  if (ref === undefined) {
    throw new UsageError(
      `"${word}" is not a destination.`,
      `Supported: ${KIND_NAMES.join('/, ')}/, IP, host:port, URL, DNS name.`,
    );
  }
  if (toNamespace === undefined) return ref;
  if (!('namespace' in ref)) throw new UsageError(`${word} is in no namespace.`, 'Leave --to-namespace out.');
  if (ref.namespace !== toNamespace)
    throw new UsageError(`${word} and --to-namespace ${toNamespace} disagree.`, 'Give one of them.');
  return ref;
}

function protocolOf(word: string, given: Protocol | undefined): { readonly protocol?: Protocol } {
  const [, scheme] = /^(tcp|udp):\/\//.exec(word) ?? [];
  const asked = scheme === 'udp' ? 'udp' : scheme === 'tcp' ? 'tcp' : undefined;
  if (asked !== undefined && given !== undefined && asked !== given) {
    throw new UsageError(`${word} and --protocol ${given} disagree.`, 'Give one of them.');
  }
  const protocol = given ?? asked;
  return protocol === undefined ? {} : { protocol };
}

/** --port is the destination's; with one target only, it is that one's. */
function withPort(ref: Ref, given: string | undefined, word: string): Ref {
  if (given === undefined || ref.kind === 'outside') return ref;
  const port = checkedPort(given, `--port ${given}`);
  if (ref.port !== undefined && String(ref.port) !== port) {
    throw new UsageError(`${word} and --port ${given} disagree.`, 'Give one of them.');
  }
  if (ref.kind !== 'address' && ref.kind !== 'name') return { ...ref, port };
  if (Number.isNaN(Number(port)))
    throw new UsageError(`--port ${given}: ${word} needs a number.`, 'Only objects name their ports.');
  return { ...ref, port: Number(port) };
}

/** The same object is no flow, whatever the ports: a pod reaches itself over lo. */
function sameRef(a: Ref, b: Ref): boolean {
  if (!('name' in a) || !('name' in b) || a.kind !== b.kind || a.name !== b.name) return false;
  return !('namespace' in a) || !('namespace' in b) || a.namespace === b.namespace;
}
