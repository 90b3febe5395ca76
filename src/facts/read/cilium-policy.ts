// CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy (cilium.io/v2): what can be told from the object, and what cannot.
import type { CiliumPeer, CiliumPolicy, CiliumRule, CiliumSide } from '../policy.js';
import { readSelector } from './kube-policy.js';
import { at, defined, list, number, obj, text, texts, type Jsonish } from './untyped.js';

/** One object may hold several specs, each a policy of its own. One for nodes (nodeSelector) is about no pod. */
export function readCiliumPolicy(policy: Jsonish, kind: CiliumPolicy['kind']): readonly CiliumPolicy[] {
  const specs = [at(policy, 'spec'), ...list(at(policy, 'specs'))].filter((spec) => spec !== undefined);
  const namespace = text(at(policy, 'metadata', 'namespace'));
  return specs
    .filter((spec) => at(spec, 'endpointSelector') !== undefined)
    .map((spec) => {
      const name = text(at(policy, 'metadata', 'name')) ?? '';
      const sides = { ingress: readSide(spec, 'ingress'), egress: readSide(spec, 'egress') };
      return defined({
        kind,
        name,
        namespace,
        endpoints: readSelector(at(spec, 'endpointSelector')),
        ...sides,
      }) as CiliumPolicy;
    });
}

/** A direction with any rule is closed to the rest, unless the spec says otherwise (rule.go: EnableDefaultDeny). */
function readSide(spec: Jsonish, way: 'ingress' | 'egress'): CiliumSide | undefined {
  const [allow, deny] = [list(at(spec, way)), list(at(spec, `${way}Deny`))];
  if (allow.length === 0 && deny.length === 0) return undefined;
  const read = (rule: Jsonish): CiliumRule => readRule(rule, way);
  const isolates = at(spec, 'enableDefaultDeny', way) !== false;
  return { isolates, allow: allow.map(read), deny: deny.map(read) };
}

/** Fields that narrow a rule rather than add to whom it is about. */
const NARROWING = ['authentication', 'fromRequires', 'toRequires'];

function readRule(rule: Jsonish, way: 'ingress' | 'egress'): CiliumRule {
  const side = way === 'ingress' ? 'from' : 'to';
  const all = Object.keys(obj(rule));
  const fields = all.filter((key) => !['toPorts', 'icmps', ...NARROWING].includes(key));
  const ports = list(at(rule, 'toPorts'));
  const narrow = all.find((key) => NARROWING.includes(key));
  const deeper = ports.some((one) => at(one, 'rules') !== undefined) ? 'rules above the transport decide' : undefined;
  return defined({
    // Without any field it is about nobody: that is how a Cilium policy closes everything. icmps alone are no connections.
    isEmpty: ports.length === 0 && (all.length === 0 || all.includes('icmps')),
    peers: fields.length === 0 ? undefined : fields.flatMap((field) => readPeers(field, side, at(rule, field))),
    ports: ports.length === 0 ? undefined : ports.flatMap((one) => list(at(one, 'ports')).map(readPort)),
    undecided: deeper ?? (narrow && `what ${narrow} asks for cannot be told from the API`),
  }) as CiliumRule;
}

function readPeers(field: string, side: string, value: Jsonish): readonly CiliumPeer[] {
  switch (field) {
    case `${side}Endpoints`:
      return list(value).map((one) => ({ kind: 'endpoints', selector: readSelector(one) }));
    case `${side}Entities`:
      return texts(value).map((name) => ({ kind: 'entity', name }));
    case `${side}CIDR`:
      return texts(value).map((cidr) => ({ kind: 'block', cidr, except: [] }));
    case `${side}CIDRSet`:
      return list(value).map((one) => readBlock(one, field));
    default:
      return [{ kind: 'undecided', why: `what ${field} means cannot be told from the API` }];
  }
}

function readBlock(one: Jsonish, field: string): CiliumPeer {
  const cidr = text(at(one, 'cidr'));
  if (cidr !== undefined) return { kind: 'block', cidr, except: texts(at(one, 'except')) };
  return { kind: 'undecided', why: `what ${field} by group means cannot be told from the API` };
}

function readPort(one: Jsonish): NonNullable<CiliumRule['ports']>[number] {
  const said = text(at(one, 'port')) ?? '';
  const protocol = text(at(one, 'protocol')) ?? 'ANY';
  const port = /^\d+$/.test(said) ? Number(said) : said;
  // Port 0 is every port.
  return defined({
    protocol,
    port: port === 0 || port === '' ? undefined : port,
    endPort: number(at(one, 'endPort')),
  }) as NonNullable<CiliumRule['ports']>[number];
}
