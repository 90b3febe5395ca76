// Names in the cluster for completion: within a second, without a prompt, and without a word when it cannot.
import { loadLogin } from '../evidence/kubeconfig/login.js';
import type { Overrides } from '../evidence/kubeconfig/overrides.js';
import { openTransport } from '../evidence/transport.js';
import { KINDS, kindSpelled, type Kind } from '../target/kinds.js';
import { VERSION } from './version.js';

const GROUP: Readonly<Record<Kind, string>> = {
  pod: '/api/v1',
  svc: '/api/v1',
  node: '/api/v1',
  deploy: '/apis/apps/v1',
  sts: '/apis/apps/v1',
  ds: '/apis/apps/v1',
  rs: '/apis/apps/v1',
  job: '/apis/batch/v1',
};
/** kubectl waits for us with the shell frozen. */
const PATIENCE_MS = 900;

export async function objectNames(spelled: string, typed: readonly string[]): Promise<readonly string[]> {
  const kind = kindSpelled(spelled);
  if (kind === undefined) return [];
  try {
    const login = loadLogin(overridesIn(typed));
    const transport = openTransport(login, VERSION);
    const inside = kind === 'node' ? '' : `/namespaces/${encodeURIComponent(login.namespace)}`;
    const path = `${GROUP[kind]}${inside}/${KINDS[kind].plural}?limit=500`;
    const got = await transport.call({ path, timeoutMs: PATIENCE_MS });
    transport.close();
    if (got.kind !== 'answered') return [];
    const { items }: { items: readonly { metadata: { name: string } }[] } = JSON.parse(got.text);
    return items.map(({ metadata }) => `${spelled}/${metadata.name}`);
  } catch {
    // A shell's completion has no place for an error: no choices is the answer.
    return [];
  }
}

function overridesIn(typed: readonly string[]): Overrides {
  const valueOf = (...names: readonly string[]): string | undefined => {
    const at = typed.findIndex((word) => names.includes(word));
    return at >= 0 ? typed[at + 1] : typed.flatMap((word) => names.flatMap((name) => afterEquals(word, name)))[0];
  };
  const [namespace, context, kubeconfig] = [
    valueOf('-n', '--namespace'),
    valueOf('--context'),
    valueOf('--kubeconfig'),
  ];
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  };
}

const afterEquals = (word: string, name: string): readonly string[] =>
  word.startsWith(`${name}=`) ? [word.slice(name.length + 1)] : [];
