// What is wrong with the way to a peer's pods, as a clause.
import type { PodRoute } from './pod-routes.js';

export function routeFault({ node, range, part, finds, byChance, wants }: PodRoute): string {
  if (finds === undefined) return `no route to ${range}, the pods of ${node}`;
  if (part) return `${range}, a part of the pods of ${node}, is taken by "${finds}" instead of going ${wants}`;
  if (byChance) return `no route to ${range}, the pods of ${node}: packets follow "${finds}"`;
  return `${range}, the pods of ${node}, is taken by "${finds}" instead of going ${wants}`;
}
