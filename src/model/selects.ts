import type { Selector } from '../facts/kube.js';

type Labels = Readonly<Record<string, string>>;
export type Requirement = Selector['matchExpressions'][number];

/** An empty selector selects everything; an operator we do not know selects nothing for certain, so it throws. */
export function selects(selector: Selector, labels: Labels): boolean {
  return requirementsOf(selector).every((one) => holds(one, labels));
}

const taken = new WeakMap<Selector, readonly Requirement[]>();

/** A label is an expression with one value. Kept, because one selector meets every pod of a namespace. */
export function requirementsOf(selector: Selector): readonly Requirement[] {
  const known = taken.get(selector) ?? [
    ...Object.entries(selector.matchLabels).map(([key, value]) => ({ key, operator: 'In', values: [value] })),
    ...selector.matchExpressions,
  ];
  taken.set(selector, known);
  return known;
}

export function holds({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    // A label that is not there is in no list.
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      throw new Error(`selector operator ${operator} is unknown`);
  }
}
