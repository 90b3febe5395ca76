// Keeps named fields of an object: a list of nodes is streamed through this, so that memory holds what is used.

export type Projection = (item: unknown) => unknown;

/** Dotted paths; `*` stands for every element or key. A path that ends at an object keeps the whole of it. */
export function projection(fields: readonly string[]): Projection {
  const tree = treeOf(fields.map((field) => field.split('.')));
  return (item) => kept(item, tree);
}

/** What to keep below a point; `all` where a path ended. */
type Tree = 'all' | ReadonlyMap<string, Tree>;

function treeOf(paths: readonly (readonly string[])[]): Tree {
  if (paths.some((path) => path.length === 0)) return 'all';
  const heads = [...new Set(paths.map(([head = '']) => head))];
  return new Map(
    heads.map((head) => [head, treeOf(paths.filter((path) => path[0] === head).map((path) => path.slice(1)))]),
  );
}

function kept(value: unknown, tree: Tree): unknown {
  if (tree === 'all' || typeof value !== 'object' || value === null) return value;
  const every = tree.get('*');
  if (Array.isArray(value)) return every ? value.map((element) => kept(element, every)) : value;
  const result: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(value)) {
    const below = tree.get(key) ?? every;
    if (below !== undefined) result[key] = kept(child, below);
  }
  return result;
}
