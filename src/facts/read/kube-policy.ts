import type { PolicyObject, PolicyRule, Selector } from '../kube.js';
import { at, defined, list, number, strings, text, texts, type Jsonish } from './untyped.js';

export function readPolicy(policy: Jsonish): PolicyObject {
  const spec = at(policy, 'spec');
  const egress = list(at(spec, 'egress'));
  const types = texts(at(spec, 'policyTypes')).filter((type) => type === 'Ingress' || type === 'Egress');
  return {
    namespace: text(at(policy, 'metadata', 'namespace')) ?? '',
    name: text(at(policy, 'metadata', 'name')) ?? '',
    podSelector: readSelector(at(spec, 'podSelector')),
    // Without policyTypes a policy is about ingress, and about egress when it has an egress rule (the API's default).
    types: types.length > 0 ? types : egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'],
    ingress: list(at(spec, 'ingress')).map((rule) => readRule(rule, 'from')),
    egress: egress.map((rule) => readRule(rule, 'to')),
  };
}

export function readSelector(selector: Jsonish): Selector {
  return {
    matchLabels: strings(at(selector, 'matchLabels')),
    matchExpressions: list(at(selector, 'matchExpressions')).map((each) => ({
      key: text(at(each, 'key')) ?? '',
      operator: text(at(each, 'operator')) ?? '',
      values: texts(at(each, 'values')),
    })),
  };
}

function readRule(rule: Jsonish, side: 'from' | 'to'): PolicyRule {
  return {
    ports: list(at(rule, 'ports')).map(
      (port) =>
        defined({
          protocol: text(at(port, 'protocol')) ?? 'TCP',
          port: number(at(port, 'port')) ?? text(at(port, 'port')),
          endPort: number(at(port, 'endPort')),
        }) as PolicyRule['ports'][number],
    ),
    peers: list(at(rule, side)).map((peer) => {
      const [pods, namespaces, block] = ['podSelector', 'namespaceSelector', 'ipBlock'].map((key) => at(peer, key));
      return defined({
        podSelector: pods === undefined ? undefined : readSelector(pods),
        namespaceSelector: namespaces === undefined ? undefined : readSelector(namespaces),
        ipBlock:
          block === undefined ? undefined : { cidr: text(at(block, 'cidr')) ?? '', except: texts(at(block, 'except')) },
      }) as PolicyRule['peers'][number];
    }),
  };
}
