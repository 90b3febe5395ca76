// As much of JSON Schema 2020-12 as our schema uses; a keyword it does not know fails, so that none goes unchecked.
type Schema = Readonly<Record<string, unknown>>;

const TELLS_NOTHING = new Set(['$schema', '$defs', 'title', 'description']);

/** Empty when the value is valid, else a line for each fault. */
export const validate = (value: unknown, schema: Schema): readonly string[] =>
  check(value, schema, { root: schema, at: '$' });

function check(value: unknown, schema: Schema, { root, at }: Pick<Place, 'root' | 'at'>): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, wanted]) => {
    if (TELLS_NOTHING.has(keyword)) return [];
    return checkKeyword(keyword, { value, wanted, root, at });
  });
}

interface Place {
  readonly value: unknown;
  readonly wanted: unknown;
  readonly root: Schema;
  readonly at: string;
}

function checkKeyword(keyword: string, { value, wanted, root, at }: Place): readonly string[] {
  const wrong = (ok: boolean) =>
    ok ? [] : [`${at}: ${keyword} ${JSON.stringify(wanted)}, got ${JSON.stringify(value)}`];
  switch (keyword) {
    case 'type':
      return wrong(typeOf(value) === wanted || (wanted === 'number' && typeOf(value) === 'integer'));
    case 'const':
      return wrong(value === wanted);
    case 'enum':
      return wrong((wanted as readonly unknown[]).includes(value));
    case 'pattern':
      return wrong(new RegExp(String(wanted)).test(String(value)));
    case 'minimum':
      return wrong(Number(value) >= Number(wanted));
    case 'required':
      return (wanted as readonly string[]).flatMap((name) => (name in (value as object) ? [] : [`${at}: no ${name}`]));
    case 'properties':
      return Object.entries(wanted as Record<string, Schema>).flatMap(([name, schema]) => {
        const inner = (value as Record<string, unknown>)[name];
        return inner === undefined ? [] : check(inner, schema, { root, at: `${at}.${name}` });
      });
    case 'items':
      return (value as readonly unknown[]).flatMap((item, n) =>
        check(item, wanted as Schema, { root, at: `${at}[${n}]` }),
      );
    case '$ref':
      return check(value, definition(root, String(wanted)), { root, at });
    default:
      return [`${at}: this validator does not know ${keyword}`];
  }
}

const definition = (root: Schema, pointer: string): Schema =>
  (root['$defs'] as Record<string, Schema>)[pointer.replace('#/$defs/', '')]!;

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
