// Which container answers which question: for each place the one or two whose tools answer best. Pure.
import type { Ask, Container, Where } from './evidence.js';
import type { RunRequest } from './collect.js';

/** What one container is to be asked in one exec. */
export interface Load {
  readonly container: Container;
  readonly requests: readonly RunRequest[];
}

/** Every exec costs the API server a connection; a third container rarely knows what two do not. */
const CONTAINERS_PER_PLACE = 2;
/** A container nobody has looked into comes after any that is known to hold what is needed. */
const UNLISTED_TOOLS = 20;

export const containerKey = ({ namespace, pod, container }: Container): string => `${namespace}/${pod}/${container}`;

export const throughText = ({ namespace, pod, container }: Container): string => `${namespace}/${pod} (${container})`;

export const candidatesOf = (where: Where): readonly Container[] =>
  where.kind === 'node' ? where.agents : where.containers;

export const placeKey = (where: Where): string =>
  where.kind === 'node' ? `node/${where.name}` : `pod/${where.namespace}/${where.name}`;

export const nodeOf = (where: Where): string => (where.kind === 'node' ? where.name : where.node);

export type Excluded = (container: Container, request: RunRequest) => boolean;

/** Requests that no container left may answer are in no load. */
export function loadsFor(requests: readonly RunRequest[], excluded: Excluded): readonly Load[] {
  const places = new Map<string, RunRequest[]>();
  for (const request of requests) {
    const key = placeKey(request.where);
    places.set(key, [...(places.get(key) ?? []), request]);
  }
  return merged([...places.values()].flatMap((place) => placeLoads(place, excluded)));
}

function placeLoads(requests: readonly RunRequest[], excluded: Excluded): readonly Load[] {
  const candidates = requests[0] ? candidatesOf(requests[0].where) : [];
  const cost = (container: Container, request: RunRequest) =>
    excluded(container, request) ? Infinity : costOf(container, request.ask);
  const chosen = bestTeam(candidates, requests, cost);
  const owner = (request: RunRequest) =>
    chosen.reduce<Container | undefined>((best, next) => {
      const better = cost(next, request) < (best ? cost(best, request) : Infinity);
      return better ? next : best;
    }, undefined);
  return chosen
    .map((container) => ({ container, requests: requests.filter((request) => owner(request) === container) }))
    .filter(({ requests: own }) => own.length > 0);
}

/** How far down its list of tries a container must go; Infinity when it has the tools of none. */
export function costOf({ tools }: Container, ask: Ask): number {
  if (!tools) return UNLISTED_TOOLS;
  const at = ask.tries.findIndex(({ needs }) => needs.every((need) => tools.includes(need)));
  return at < 0 ? Infinity : at;
}

type Cost = (container: Container, request: RunRequest) => number;

/** What cannot be answered counts as much as many tries, so that a second container is worth its exec. */
const UNANSWERED = 100;
const EXTRA_CONTAINER = 0.5;

function bestTeam(candidates: readonly Container[], requests: readonly RunRequest[], cost: Cost): readonly Container[] {
  const teams = candidates.flatMap((first, at) => [
    [first],
    ...candidates.slice(at + 1).map((second) => [first, second]),
  ]);
  const price = (team: readonly Container[]) =>
    requests
      .map((request) => Math.min(UNANSWERED, ...team.map((container) => cost(container, request))))
      .reduce((sum, one) => sum + one, team.length * EXTRA_CONTAINER);
  const affordable = teams.filter((team) => team.length <= CONTAINERS_PER_PLACE);
  return affordable.reduce<readonly Container[]>((best, team) => {
    return best.length === 0 || price(team) < price(best) ? team : best;
  }, []);
}

/** A hostNetwork pod is a place of its own and an agent of its node: still one exec. */
function merged(loads: readonly Load[]): readonly Load[] {
  const byContainer = new Map<string, Load>();
  for (const load of loads) {
    const key = containerKey(load.container);
    const held = byContainer.get(key);
    byContainer.set(key, held ? { ...held, requests: [...held.requests, ...load.requests] } : load);
  }
  return [...byContainer.values()];
}
