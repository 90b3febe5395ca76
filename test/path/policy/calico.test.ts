// Calico's own policies, as its documentation writes them: tiers, orders, actions, and its language of selectors.
import { expect, test } from 'vitest';
import type { OtherPolicies } from '../../../src/facts/policy.js';
import { readCalicoPolicy, readCalicoTier } from '../../../src/facts/read/calico-policy.js';
import { calicoSelector } from '../../../src/path/policy/calico-selector.js';
import { tell, type Manifest } from './cluster.js';
import { R } from './recipes.js';

type Spec = Readonly<Record<string, unknown>>;
const to = (flow: string) => {
  const [, from = '', dest = '', port = ''] = /^(\S+) > (\S+):(\d+)$/.exec(flow) ?? [];
  return { from, to: dest, port: Number(port) };
};

const policy = (name: string, spec: Spec, namespace?: string) =>
  readCalicoPolicy(
    { metadata: { name, ...(namespace ? { namespace } : {}) }, spec },
    namespace ? 'NetworkPolicy' : 'GlobalNetworkPolicy',
  );
const others = (...policies: readonly ReturnType<typeof policy>[]): OtherPolicies => {
  const tiers = [
    { metadata: { name: 'security' }, spec: { order: 100 } },
    { metadata: { name: 'default' }, spec: { order: 1_000_000 } },
  ];
  return { admin: [], calico: { policies, tiers: tiers.map(readCalicoTier) } };
};
const api = "app == 'api'";
const allow = (source: Spec = {}, destination: Spec = {}): Spec => ({
  action: 'Allow',
  protocol: 'TCP',
  source,
  destination,
});
const says = (flow: string, has: OtherPolicies, ...manifests: readonly Manifest[]) => tell(manifests, to(flow), has);
const fromClient = { selector: "app == 'client'" };

test.each<[string, string, OtherPolicies, string, string?]>([
  [
    'by selector',
    'shop/client > shop/api:8080',
    others(policy('p', { selector: api, ingress: [allow(fromClient)] }, 'shop')),
    'allow',
    'ingress to pod/api is allowed by Calico NetworkPolicy p, its rule 1',
  ],
  [
    'the end of the tier closes',
    'shop/db > shop/api:8080',
    others(policy('p', { selector: api, ingress: [allow(fromClient)] }, 'shop')),
    'deny',
  ],
  [
    'a namespaced rule means its own namespace',
    'web/front > shop/api:8080',
    others(policy('p', { selector: api, ingress: [allow({ selector: 'all()' })] }, 'shop')),
    'deny',
  ],
  [
    'by namespaceSelector',
    'web/front > shop/api:8080',
    others(policy('p', { selector: api, ingress: [allow({ namespaceSelector: "team == 'web'" })] }, 'shop')),
    'allow',
  ],
  [
    'a global rule means every namespace',
    'web/front > shop/api:8080',
    others(policy('g', { selector: api, ingress: [allow({ selector: "app == 'front'" })] })),
    'allow',
  ],
  [
    'global, of some namespaces',
    'web/front > shop/api:8080',
    others(policy('g', { namespaceSelector: "team == 'web'", ingress: [{ action: 'Deny' }] })),
    'allow',
  ],
  [
    'the lower order goes first',
    'shop/client > shop/api:8080',
    others(
      policy('late', { order: 20, selector: api, ingress: [allow()] }),
      policy('soon', { order: 10, selector: api, ingress: [{ action: 'Deny' }] }),
    ),
    'deny',
    'ingress to pod/api is denied by Calico GlobalNetworkPolicy soon, its rule 1',
  ],
  [
    'Log decides nothing',
    'shop/client > shop/api:8080',
    others(policy('p', { selector: api, ingress: [{ action: 'Log' }, allow()] }, 'shop')),
    'allow',
    'ingress to pod/api is allowed by Calico NetworkPolicy p, its rule 2',
  ],
  [
    'a tier before it denies',
    'shop/client > shop/api:8080',
    others(
      policy('sec', { tier: 'security', selector: 'all()', ingress: [{ action: 'Deny', source: fromClient }] }),
      policy('p', { selector: api, ingress: [allow()] }, 'shop'),
    ),
    'deny',
  ],
  [
    'a tier before it passes on',
    'shop/client > shop/api:8080',
    others(
      policy('sec', { tier: 'security', selector: 'all()', ingress: [{ action: 'Pass' }] }),
      policy('p', { selector: api, ingress: [allow()] }, 'shop'),
    ),
    'allow',
  ],
  [
    'a tier without a word on it closes',
    'shop/client > shop/api:8080',
    others(
      policy('sec', {
        tier: 'security',
        selector: 'all()',
        ingress: [{ action: 'Pass', source: { nets: ['203.0.113.0/24'] } }],
      }),
    ),
    'deny',
  ],
  [
    'nets',
    '203.0.113.10 > shop/api:8080',
    others(policy('p', { selector: api, ingress: [allow({ nets: ['203.0.113.0/24'] })] }, 'shop')),
    'allow',
  ],
  [
    'notNets',
    '203.0.113.10 > shop/api:8080',
    others(policy('p', { selector: api, ingress: [allow({ notNets: ['203.0.113.0/24'] })] }, 'shop')),
    'deny',
  ],
  [
    'notSelector',
    'shop/client > shop/api:8080',
    others(
      policy('p', { selector: api, ingress: [allow({ selector: 'all()', notSelector: "app == 'client'" })] }, 'shop'),
    ),
    'deny',
  ],
  [
    'a port and a range',
    'shop/client > shop/api:8080',
    others(policy('p', { selector: api, ingress: [allow({}, { ports: [80, '8000:8100'] })] }, 'shop')),
    'allow',
  ],
  [
    'notPorts',
    'shop/client > shop/api:8080',
    others(policy('p', { selector: api, ingress: [allow({}, { notPorts: [8080] })] }, 'shop')),
    'deny',
  ],
  [
    'a port by name',
    'shop/client > shop/api:8080',
    others(policy('p', { selector: api, ingress: [allow({}, { ports: ['http'] })] }, 'shop')),
    'allow',
  ],
  [
    'another protocol',
    'shop/client > shop/api:8080',
    others(policy('p', { selector: api, ingress: [{ ...allow(), protocol: 'UDP' }] }, 'shop')),
    'deny',
  ],
  [
    'HTTP cannot be told',
    'shop/client > shop/api:8080',
    others(policy('p', { selector: api, ingress: [{ ...allow(), http: { methods: ['GET'] } }] }, 'shop')),
    'unknown',
    'whether policies allow ingress to pod/api is not known: p: what http means cannot be told from the API',
  ],
  [
    'service accounts cannot be told',
    'shop/client > shop/api:8080',
    others(policy('p', { selector: api, ingress: [allow({ serviceAccounts: { names: ['web'] } })] }, 'shop')),
    'unknown',
  ],
  [
    'a selector that we cannot read',
    'shop/client > shop/api:8080',
    others(policy('p', { selector: "app ~ 'api'", ingress: [allow()] }, 'shop')),
    'unknown',
  ],
  [
    'egress by its types',
    'shop/client > shop/api:8080',
    others(policy('p', { selector: 'all()', types: ['Egress'], egress: [] }, 'shop')),
    'deny',
  ],
])('%s', (...[, flow, has, verdict, because]) => {
  const told = says(flow, has);
  expect(told[0]).toBe(verdict);
  if (because !== undefined) expect(told[1]).toBe(because);
});

test('NetworkPolicies stand at order 1000 of the tier default', () => {
  const before = others(policy('g', { order: 999, selector: api, ingress: [{ action: 'Deny' }] }));
  const behind = others(policy('g', { order: 1001, selector: api, ingress: [{ action: 'Deny' }] }));
  const flow = 'shop/client > shop/api:8080';
  expect([before, behind].map((has) => says(flow, has, R.onlyClient)[0])).toEqual(['deny', 'allow']);
});

test.each<[string, boolean | undefined]>([
  ['', true],
  ['all()', true],
  ["app == 'api'", true],
  ['app == "db"', false],
  ["app != 'db' && has(tier)", true],
  ["!has(tier) || app in {'db', 'api'}", true],
  ["app not in {'db'}", true],
  ["!(app == 'api')", false],
  ["tier starts with 'back'", true],
  ["tier ends with 'front'", false],
  ["tier contains 'cken'", true],
  ["missing != 'x'", true],
  ["app == 'api' &&", undefined],
  ["app = 'api'", undefined],
  ["(app == 'api'", undefined],
])('selector %s', (text, selects) => {
  expect(calicoSelector(text)?.({ app: 'api', tier: 'backend' })).toBe(selects);
});
