// `permissions`: what each rung needs and whether you have it; -o yaml prints the least role.
import { dump } from 'js-yaml';
import { CHECKS } from '../checks/index.js';
import type { Rung } from '../evidence/evidence.js';
import { loadLogin } from '../evidence/kubeconfig/login.js';
import { openTransport, type Transport } from '../evidence/transport.js';
import { roleObjects, type Rule } from '../report/role.js';
import { UsageError } from '../target/usage-error.js';
import type { FlagValues, Run } from './commands.js';
import { EXIT } from './exit.js';
import { RUNGS } from './flags.js';
import { choice, chosenChecks, overridesOf, text } from './options.js';
import { fullResource, rightsUpTo, type Right } from './rights.js';
import { tableText } from './table.js';
import { VERSION } from './version.js';

const PROBE_NAMESPACE = 'kube-system';

export const run: Run = async ({ flags, terminal }) => {
  const format = choice(flags, 'output', ['text', 'json', 'yaml'] as const) ?? 'text';
  const rung = choice(flags, 'for', RUNGS) ?? 'exec';
  const checks = chosenChecks(flags, CHECKS).map(({ id }) => id);
  const rights = rightsUpTo(rung, checks);
  if (format === 'yaml') {
    terminal.out(roleText(rights, rung, text(flags, 'namespace').namespace));
    return EXIT.ok;
  }
  const rows = await reviewed(rights, flags);
  const lacking = rows.filter(({ have }) => have !== 'yes');
  if (format === 'json') terminal.out(`${JSON.stringify(rows, undefined, 2)}\n`);
  else {
    const cells = rows.map((row) => [row.rung, row.verb, row.resource, row.namespace || 'all', row.have, row.why]);
    terminal.out(tableText(['rung', 'verb', 'resource', 'namespace', 'have', 'for'], cells));
    const grant = `${terminal.name} permissions --for ${rung} -o yaml`;
    terminal.out(
      lacking.length === 0
        ? `You have all of it, for --probe ${rung}.\n`
        : `${lacking.length} lacking. The role: ${grant}\n`,
    );
  }
  return lacking.length === 0 ? EXIT.ok : EXIT.inconclusive;
};

interface Reviewed {
  readonly rung: Rung;
  readonly verb: string;
  readonly resource: string;
  /** Empty: in all of them. */
  readonly namespace: string;
  readonly have: 'yes' | 'no' | 'not known';
  readonly why: string;
}

/** One review per verb: a rules review may be incomplete, and the server says so only in a field few read. */
async function reviewed(rights: readonly Right[], flags: FlagValues): Promise<readonly Reviewed[]> {
  const transport = openTransport(loadLogin(overridesOf(flags)), VERSION);
  try {
    const asked = rights.flatMap((one) => one.verbs.map((verb) => ({ right: one, verb })));
    return await Promise.all(
      asked.map(({ right, verb }) => review(transport, right, { verb, given: text(flags, 'namespace').namespace })),
    );
  } finally {
    transport.close();
  }
}

interface Asked {
  readonly verb: string;
  readonly given: string | undefined;
}

async function review(transport: Transport, right: Right, { verb, given = '' }: Asked): Promise<Reviewed> {
  const [resource, subresource] = right.resource.split('/');
  const namespace = right.where === 'probe' ? PROBE_NAMESPACE : right.resource === 'pods/exec' ? given : '';
  const name = right.names?.[0] === undefined ? {} : { name: right.names[0] };
  const attributes = {
    verb,
    group: right.group,
    resource,
    namespace,
    ...name,
    ...(subresource === undefined ? {} : { subresource }),
  };
  const got = await transport.call({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: attributes },
    },
  });
  if (got.kind === 'refused' && got.gap.kind === 'unreachable') throw new UsageError(got.gap.detail, undefined, 5);
  const row = { rung: right.rung, verb, resource: fullResource(right), namespace, why: right.why };
  return { ...row, have: got.kind === 'answered' ? allowed(got.text) : 'not known' };
}

function allowed(answer: string): Reviewed['have'] {
  const { status }: { status?: { allowed?: boolean } } = JSON.parse(answer);
  return status?.allowed === true ? 'yes' : 'no';
}

/** With -n the rights to execute are confined to that namespace and to the agents' own. */
function roleText(rights: readonly Right[], rung: Rung, namespace: string | undefined): string {
  const confined = (one: Right): boolean =>
    one.where === 'probe' || (namespace !== undefined && one.resource === 'pods/exec');
  const cluster = rights.filter((one) => !confined(one)).map(ruleOf);
  const inside = rights.filter((one) => one.where !== 'probe' && confined(one)).map(ruleOf);
  const places = [...new Set([PROBE_NAMESPACE, ...(namespace === undefined ? [] : [namespace])])];
  const namespaced = places.map((place) => ({
    namespace: place,
    rules: [...inside, ...(place === PROBE_NAMESPACE ? rights.filter((one) => one.where === 'probe').map(ruleOf) : [])],
  }));
  const objects = roleObjects({ name: `kubectl-netdiag-${rung}`, cluster, namespaced });
  return objects.map((object) => dump(object, { lineWidth: -1, noRefs: true })).join('---\n');
}

const ruleOf = ({ group, resource, verbs, names }: Right): Rule => ({
  apiGroups: [group],
  resources: [resource],
  verbs,
  ...(names === undefined ? {} : { resourceNames: names }),
});
