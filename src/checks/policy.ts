// What the checks of NetworkPolicies have in common.
import { shown } from '../evidence/shell.js';
import { fits, fitText } from '../path/policy/fit.js';
import type { Intended, Side, Way } from '../path/policy/intended.js';
import { refsText, sideText } from '../path/policy/reason.js';
import type { PolicyRef } from '../path/policy/statement.js';
import { podSubject } from '../target/subject.js';
import { changes, fail, pass, reads, type Judgement } from './check.js';

export const getPolicies = (namespace: string): string => shown`kubectl -n ${namespace} get networkpolicies -o yaml`;

type Told = Extract<Intended, { kind: 'told' }>;

/** A policy convicts only where somebody enforces it and the flow was not seen to pass. */
export function denied(told: Told): Judgement {
  const { observed, enforcer, ways } = told;
  const way = ways.find(({ verdict }) => verdict === 'deny');
  const side = way?.sides.find(({ ruling }) => ruling.verdict === 'deny');
  if (!way || !side) return pass(passText(told));
  const names = refsText(refsOf(side));
  if (enforcer.enforces === false) return pass(`${names} would close it, and nothing enforces policies here`);
  if (observed === 'connected') return pass(`${names} would close it, and yet it was answered`);
  return failure(told, way, side);
}

function passText({ ways, protocol, dns }: Told): string {
  const ruled = ways.flatMap(({ port, sides }) => {
    const telling = sides.find(({ ruling }) => ruling.basis.kind === 'rule');
    return telling ? [sideText(telling, portText(port, protocol))] : [];
  });
  return ruled[0] ?? (dns ? 'no policy closes the lookup' : 'no policy closes it');
}

const portText = (port: number, protocol: string): string => `${port}/${protocol.toLowerCase()}`;

function refsOf({ ruling: { basis } }: Side): readonly PolicyRef[] {
  if (basis.kind === 'closed') return basis.by;
  return basis.kind === 'rule' ? [basis.ref] : [];
}

function failure(told: Told, { port, to }: Way, side: Side): Judgement {
  const { observed, enforcer, says, protocol } = told;
  const { pod, direction } = side;
  const allowed = portText(port, protocol);
  const list = getPolicies(pod.namespace);
  // Seen to end otherwise than this enforcer denies, it is closed and yet not what stops the flow now.
  const explains = observed !== 'none' && enforcer.enforces === true && fits(told);
  return fail({
    severity: !explains ? 'risk' : says === 'mixed' ? 'degraded' : 'outage',
    confidence: 'declared',
    says: [sideText(side, allowed), seenText(told)].filter(Boolean).join('; '),
    cites: [
      { on: 'api', shows: `${refsText(refsOf(side))} in ${pod.namespace} selects pod/${pod.name}`, command: list },
    ],
    fix: [
      reads('read its rules', list),
      changes(
        `allow ${allowed} ${direction === 'Egress' ? `to ${to}` : 'from the source'} in a policy of ${pod.namespace}`,
      ),
    ],
    refute: reads('would show a rule that allows it', list),
    also: [podSubject(pod.namespace, pod.name)],
  });
}

/** Whether what the client saw is how this enforcer says no. */
function seenText(told: Told): string {
  const fit = fitText(told);
  return fit === undefined ? '' : `seen: ${told.observed}, ${fit}`;
}
