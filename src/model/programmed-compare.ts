// What a node has programmed for a Service beside what it should have: the difference, gravest first.
import type { Endpoint } from '../facts/kube.js';
import type { Backend, Fault, Found, Wanted } from './programmed.js';

export interface On {
  readonly node: string;
  /** When the pods became ready, by address, where that is known. */
  readonly since?: ReadonlyMap<string, string>;
}

const targetOf = ({ ip, port }: Endpoint): string => `${ip}:${port}`;

export function compare(
  found: Found,
  usable: readonly Endpoint[],
  { address, dport, hook, node, service, since }: Wanted & On,
): readonly Fault[] {
  const { command } = found;
  const at = `${address}:${dport}`;
  const fault = (says: string, shows: string, hits: Fault['hits'] = 'all'): Fault => ({ says, shows, command, hits });
  const targets = usable.map(targetOf);
  const backends = found.backends ?? [];
  if (targets.length === 0) {
    const texts = backends.map(({ to }) => to).join(', ');
    const says = `${node} still sends ${at} to ${texts}, though the Service has no usable endpoint`;
    return backends.length > 0 ? [fault(says, backends[0]?.text ?? '')] : [];
  }
  if (!found.jump)
    return [
      fault(
        `${node} never looks at the rules of Services: ${hook} does not jump to them`,
        `no jump from ${found.jumps}`,
      ),
    ];
  if (found.refusal)
    return [fault(`${node} refuses ${at} though ${targets.length} endpoints are usable`, found.refusal)];
  if (!found.entry) return [fault(`${node} has no rule for ${at} of service/${service.name}`, `no rule matches ${at}`)];
  if (backends.length === 0) return [fault(`on ${node} the rule for ${at} leads to no backend`, found.entry)];
  return differing({ backends, usable, node, at, command, ...(since ? { since } : {}) });
}

interface Told {
  readonly backends: readonly Backend[];
  readonly usable: readonly Endpoint[];
  readonly node: string;
  readonly at: string;
  readonly command: string;
  readonly since?: ReadonlyMap<string, string>;
}

/** The chain is there: whom it sends to, against whom it should. */
function differing(told: Told): readonly Fault[] {
  const { backends, usable, node, at, command } = told;
  const targets = usable.map(targetOf);
  const stale = backends.filter(({ to }) => !targets.includes(to));
  const whole = stale.length === backends.length;
  const missing = hinted(usable) ? [] : targets.filter((target) => !backends.some(({ to }) => to === target));
  const share = whole ? 'all' : `${stale.length} of ${backends.length} shares`;
  const sends = stale.slice(0, 1).map((first): Fault => ({
    says: `${node} sends ${share} of ${at} to ${staleText(first)}`,
    shows: first.text,
    command,
    hits: whole ? 'all' : 'some',
  }));
  if (missing.length > 0) return [...sends, lacking(told, missing)];
  return stale.length > 0 ? sends : uneven(told);
}

function lacking({ backends, usable, node, at, command, since }: Told, missing: readonly string[]): Fault {
  const ready = missing.flatMap((target) => since?.get(target.slice(0, target.lastIndexOf(':'))) ?? []).toSorted();
  return {
    says: `${node} does not send ${at} to ${missing.join(', ')}, though ready${ready[0] === undefined ? '' : ` since ${ready[0]}`}`,
    shows: `${backends.length} of ${usable.length} backends programmed`,
    command,
    hits: 'none',
  };
}

const percent = (part: number): string => `${Math.round(part * 100)} %`;

/** kube-proxy gives all the same; it writes probabilities with eleven digits. */
const TOLERATED = 0.01;

function uneven({ backends, node, at, command }: Told): readonly Fault[] {
  const [most] = backends.toSorted((left, right) => (right.share?.part ?? 0) - (left.share?.part ?? 0));
  const fair = 1 / backends.length;
  if (!most?.share || most.share.part - fair <= TOLERATED) return [];
  const says = `${node} sends ${percent(most.share.part)} of ${at} to ${most.to}, though each of ${backends.length} backends should get ${percent(fair)}`;
  return [{ says, shows: most.share.text, command, hits: 'none' }];
}

function staleText({ to, namedFor, lost }: Backend): string {
  if (lost) return `an entry that its backend map does not have (${to}): these connections fail at once`;
  return namedFor ? `${to} by the chain of ${namedFor}` : `${to}, which is no usable endpoint`;
}

/** With topology hints a node is to use some endpoints only: fewer is then no fault. */
const hinted = (endpoints: readonly Endpoint[]): boolean => endpoints.some((endpoint) => endpoint.hinted === true);

/** One node's fault is its kube-proxy's, the same on all is what they were told. */
export function elsewhereText(nodes: readonly { readonly node: string; readonly right: boolean }[]): readonly string[] {
  const [right, wrong] = [true, false].map((is) => nodes.filter((each) => each.right === is).map(({ node }) => node));
  return [
    ...(right && right.length > 0 ? [`right on ${right.join(', ')}`] : []),
    ...(wrong && wrong.length > 0 ? [`wrong on ${wrong.join(', ')} too`] : []),
  ];
}
