// The policies of the Kubernetes documentation and of the community's recipe book, by what they are for.
import type { Manifest } from './cluster.js';

const all = {};
const app = (name: string) => ({ matchLabels: { app: name } });
const ingress = (name: string, podSelector: object, ...rules: readonly object[]): Manifest => ({
  name,
  spec: { podSelector, policyTypes: ['Ingress'], ingress: rules },
});
const egress = (name: string, podSelector: object, ...rules: readonly object[]): Manifest => ({
  name,
  spec: { podSelector, policyTypes: ['Egress'], egress: rules },
});
const from = (...peers: readonly object[]) => ({ from: peers });
const tcp = (port: number | string, endPort?: number) => ({ protocol: 'TCP', port, ...(endPort ? { endPort } : {}) });
const udp = (port: number | string) => ({ protocol: 'UDP', port });

export const R = {
  denyAll: ingress('deny-all', all),
  denyApi: ingress('deny-api', app('api')),
  denyEgress: egress('deny-egress', all),
  denyBoth: { name: 'deny-both', spec: { podSelector: all, policyTypes: ['Ingress', 'Egress'] } },
  allowAll: ingress('allow-all', app('api'), {}),
  allowEgress: egress('allow-egress', all, {}),
  sameNamespace: ingress('same-namespace', all, from({ podSelector: all })),
  onlyClient: ingress('only-client', app('api'), from({ podSelector: app('client') })),
  onlyFrontend: ingress('only-frontend', app('api'), from({ podSelector: app('frontend') })),
  allNamespaces: ingress('all-namespaces', app('api'), from({ namespaceSelector: all })),
  fromTeam: ingress('from-team', app('api'), from({ namespaceSelector: { matchLabels: { team: 'web' } } })),
  fromWrongTeam: ingress(
    'from-wrong-team',
    app('api'),
    from({ namespaceSelector: { matchLabels: { team: 'frontend' } } }),
  ),
  fromUnlabelled: ingress('from-purpose', app('api'), from({ namespaceSelector: { matchLabels: { purpose: 'web' } } })),
  byName: ingress(
    'by-name',
    app('api'),
    from({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'web' } } }),
  ),
  together: ingress(
    'together',
    app('api'),
    from({ namespaceSelector: { matchLabels: { team: 'web' } }, podSelector: { matchLabels: { role: 'frontend' } } }),
  ),
  togetherWrongPod: ingress(
    'together-wrong-pod',
    app('api'),
    from({ namespaceSelector: { matchLabels: { team: 'web' } }, podSelector: { matchLabels: { role: 'admin' } } }),
  ),
  apart: ingress(
    'apart',
    app('api'),
    from({ namespaceSelector: { matchLabels: { team: 'web' } } }, { podSelector: app('client') }),
  ),
  expressionIn: ingress(
    'expression-in',
    app('api'),
    from({ podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['client', 'other'] }] } }),
  ),
  expressionNotIn: ingress(
    'expression-not-in',
    app('api'),
    from({ podSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['client'] }] } }),
  ),
  expressionExists: ingress(
    'expression-exists',
    app('api'),
    from({ namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'Exists' }] } }),
  ),
  expressionAbsent: ingress(
    'expression-absent',
    app('api'),
    from({ podSelector: { matchExpressions: [{ key: 'role', operator: 'DoesNotExist' }] } }),
  ),
  port8080: ingress('port-8080', app('api'), { ports: [tcp(8080)] }),
  port80: ingress('port-80', app('api'), { ports: [tcp(80)] }),
  portNamed: ingress('port-named', app('api'), { ports: [tcp('http')] }),
  portNamedWrong: ingress('port-named-wrong', app('api'), { ports: [tcp('web')] }),
  portNamedUdp: ingress('port-named-udp', app('api'), { ports: [tcp('echo-udp')] }),
  portAny: ingress('port-any-udp', app('api'), { ports: [{ protocol: 'UDP' }] }),
  portSctp: ingress('port-sctp', app('api'), { ports: [{ protocol: 'SCTP', port: 7777 }] }),
  clientByLostName: ingress('lost-name', app('api'), { ...from({ podSelector: app('client') }), ports: [tcp('web')] }),
  clientBlockByLostName: ingress('lost-block', app('api'), {
    ...from({ ipBlock: { cidr: '10.244.0.0/16' } }, { podSelector: app('db') }),
    ports: [tcp('web')],
  }),
  clientByOtherName: ingress('other-name', all, { ...from({ podSelector: app('client') }), ports: [tcp('pg')] }),
  clientBlockByName: ingress('named-block', app('api'), {
    ...from({ ipBlock: { cidr: '10.244.0.0/16' } }),
    ports: [tcp('http')],
  }),
  blockByName: egress('to-named-block', all, { to: [{ ipBlock: { cidr: '10.244.0.0/16' } }], ports: [tcp('http')] }),
  anybodyByName: egress('to-name', all, { ports: [tcp('http')] }),
  range: ingress('range', app('api'), { ports: [tcp(8000, 8100)] }),
  clientTo8080: ingress('client-8080', app('api'), { ...from({ podSelector: app('client') }), ports: [tcp(8080)] }),
  twoRules: ingress(
    'two-rules',
    app('api'),
    { ...from({ podSelector: app('client') }), ports: [tcp(9090)] },
    { ...from({ namespaceSelector: { matchLabels: { team: 'web' } } }), ports: [tcp(8080)] },
  ),
  metrics: ingress('metrics', all, {
    ...from({ namespaceSelector: { matchLabels: { purpose: 'monitoring' } }, podSelector: app('prometheus') }),
    ports: [tcp('metrics')],
  }),
  external: ingress('external', app('api'), from({ ipBlock: { cidr: '203.0.113.0/24' } })),
  anywhere: ingress('anywhere', app('api'), from({ ipBlock: { cidr: '0.0.0.0/0' } })),
  anywhereBut: ingress(
    'anywhere-but',
    app('api'),
    from({ ipBlock: { cidr: '0.0.0.0/0', except: ['203.0.113.0/28'] } }),
  ),
  podRange: ingress('pod-range', app('api'), from({ ipBlock: { cidr: '10.244.0.0/16', except: ['10.244.2.0/24'] } })),
  nodes: ingress('nodes', app('api'), from({ ipBlock: { cidr: '192.168.0.0/24' } })),
  v6: ingress('v6', app('api'), from({ ipBlock: { cidr: '2001:db8::/32', except: ['2001:db8:1::/48'] } })),
  dnsOnly: egress('dns-only', all, {
    to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
    ports: [udp(53), tcp(53)],
  }),
  dnsByPod: egress('dns-by-pod', all, {
    to: [{ namespaceSelector: all, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
    ports: [udp(53)],
  }),
  toApi: egress('to-api', app('client'), { to: [{ podSelector: app('api') }] }),
  toInternet: egress('to-internet', all, {
    to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '192.168.0.0/16'] } }],
  }),
  toNodes: egress('to-nodes', all, { to: [{ ipBlock: { cidr: '192.168.0.0/24' } }] }),
  typesForgotten: {
    name: 'types-forgotten',
    spec: { podSelector: all, egress: [{ to: [{ podSelector: app('db') }] }] },
  },
  elsewhere: { ...ingress('deny-all', all), namespace: 'default' },
  both: {
    name: 'both',
    spec: {
      podSelector: { matchLabels: { tier: 'backend' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [from({ podSelector: { matchLabels: { tier: 'backend' } } })],
      egress: [{ to: [{ podSelector: app('nobody') }] }],
    },
  },
} satisfies Readonly<Record<string, Manifest>>;
