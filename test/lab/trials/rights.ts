// As a service account that holds exactly what `permissions -o yaml` prints, and with each permission taken away in turn.
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { load } from 'js-yaml';
import type { Flow } from '../fault.js';
import { faultsLike } from '../faults.js';
import type { Lab } from '../lab.js';
import { play } from '../play.js';
import { productRun, productText, type Answer } from '../product.js';
import { until } from '../run.js';
import { NAMESPACE, outOf, type Scene } from '../scene.js';
import type { Step, Trial } from './trial.js';

const NAME = 'netdiag-least';
/** Five of each set: what the API shows, what only nodes show, what only the policy engine holds. */
const FAULTS = [
  'selector-matches-nothing',
  'listens-on-loopback',
  'fdb-entry-gone',
  'coredns-forbidden',
  'service-rules-stale',
  'cilium-backend-missing',
  'policy-denies',
];

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export const rights: Trial = {
  name: 'rights',
  shows: 'with the printed role the cause is first; with one permission less it is first or not known, never another',
  async run(lab, seed, say) {
    const printed = await productText(lab, ['permissions', '-o', 'yaml', '--for', 'exec']);
    const rules = (load(printed) as { readonly rules: readonly Rule[] }).rules.flatMap(single);
    const kubeconfig = await account(lab);
    try {
      for (const fault of await faultsLike(FAULTS)) {
        if (!fault.flavours.includes(lab.flavour.set)) continue;
        const during = async (_: Scene, flow: Flow): Promise<void> => {
          for (const without of [undefined, ...rules]) {
            await grant(lab, kubeconfig, { rules: rules.filter((rule) => rule !== without), without });
            const answer = await productRun(lab, flow, { rung: 'exec', kubeconfig });
            say(stepOf(fault.id, fault.cause, { answer, without }));
          }
        };
        const played = await play(lab, fault, { seed, during });
        if (!played.passed) say({ name: fault.id, passed: false, words: played.words });
      }
    } finally {
      await lab.kubectl(['delete', 'clusterrole,clusterrolebinding', NAME, '--ignore-not-found']);
      await lab.kubectl(['delete', 'serviceaccount', NAME, '-n', NAMESPACE, '--ignore-not-found']);
    }
  },
};

function stepOf(id: string, cause: string, { answer, without }: { answer: Answer; without: Rule | undefined }): Step {
  const loud = answer.findings.filter(({ severity }) => severity !== 'risk');
  const isFirst = answer.findings[0]?.id === cause;
  const isHonest = loud.length === 0 && answer.exitCode === 4;
  // Without the census there is nothing to walk: then the refusal must name what is missing.
  const isRefused = answer.trouble !== '' && answer.exitCode !== 0 && answer.exitCode !== 1;
  const passed = without ? isFirst || isHonest || isRefused : isFirst;
  const words =
    answer.trouble ||
    (isFirst ? `${cause} is first` : `first is ${answer.findings[0]?.id ?? 'nothing'}, exit ${answer.exitCode}`);
  return { name: `${id} ${without ? `without ${textOf(without)}` : 'with all of them'}`, passed, words };
}

/** One verb on one resource each, so that they can be taken away one by one. */
function single({ apiGroups, resources, verbs, resourceNames }: Rule): readonly Rule[] {
  return resources.flatMap((resource) =>
    verbs.map((verb) => ({
      apiGroups,
      resources: [resource],
      verbs: [verb],
      ...(resourceNames ? { resourceNames } : {}),
    })),
  );
}

const textOf = ({ resources, verbs }: Rule): string => `${verbs.join()} ${resources.join()}`;

async function account(lab: Lab): Promise<string> {
  outOf(await lab.kubectl(['create', 'serviceaccount', NAME, '-n', NAMESPACE]), 'service account');
  const token = outOf(await lab.kubectl(['create', 'token', NAME, '-n', NAMESPACE]), 'token').trim();
  const config = JSON.parse(outOf(await lab.kubectl(['config', 'view', '--raw', '-o', 'json']), 'kubeconfig'));
  const file = join(lab.dir, 'least.kubeconfig');
  const users = config.users.map(({ name }: { readonly name: string }) => ({ name, user: { token } }));
  writeFileSync(file, JSON.stringify({ ...config, users }), { mode: 0o600 });
  return file;
}

interface Grant {
  readonly rules: readonly Rule[];
  readonly without: Rule | undefined;
}

/** The authorizer learns of a changed role by its watch: seen when the account itself is told so. */
async function grant(lab: Lab, kubeconfig: string, { rules, without }: Grant): Promise<void> {
  const api = 'rbac.authorization.k8s.io';
  const role = { apiVersion: `${api}/v1`, kind: 'ClusterRole', metadata: { name: NAME }, rules };
  const subjects = [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }];
  const roleRef = { apiGroup: api, kind: 'ClusterRole', name: NAME };
  const binding = { apiVersion: `${api}/v1`, kind: 'ClusterRoleBinding', metadata: { name: NAME }, subjects, roleRef };
  const list = { apiVersion: 'v1', kind: 'List', items: [role, binding] };
  outOf(await lab.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(list) }), 'role');
  // A role is one object: where its last change is seen, all of it is.
  const [changed, expected] = without ? [without, false] : [rules.at(-1)!, true];
  const seen = async (): Promise<true | undefined> =>
    (await isAllowed(lab, kubeconfig, changed)) === expected ? true : undefined;
  await until('the role', 10_000, seen);
}

async function isAllowed(
  lab: Lab,
  kubeconfig: string,
  { apiGroups, resources, verbs, resourceNames }: Rule,
): Promise<boolean> {
  const [resource = '', subresource] = (resources[0] ?? '').split('/');
  const group = apiGroups[0] === '' ? '' : `.${apiGroups[0]}`;
  const words = ['auth', 'can-i', verbs[0] ?? '', `${resource}${group}${resourceNames ? `/${resourceNames[0]}` : ''}`];
  const ran = await lab.kubectl([
    '--kubeconfig',
    kubeconfig,
    ...words,
    ...(subresource ? [`--subresource=${subresource}`] : []),
    '-A',
  ]);
  return ran.code === 0;
}
