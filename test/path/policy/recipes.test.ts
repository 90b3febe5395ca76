// Every recipe: the verdict, and the reason people are given for it.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Enforcer } from '../../../src/facts/policy.js';
import { DIALECTS } from '../../../src/path/policy/dialect.js';
import { tell, type Manifest, type Tried } from './cluster.js';
import { R } from './recipes.js';

const blocks = readFileSync('test/path/policy/recipes.txt', 'utf8')
  .replaceAll(/^#.*$/gm, '')
  .trim()
  .split('\n\n')
  .map((block) => block.split('\n').map((line) => line.trim()));
const RECIPES: Readonly<Record<string, Manifest>> = R;

/** `shop/client > shop/api:8080/UDP (by cilium enable-policy=always, as svc/api:80)` */
function triedOf(text: string): Tried {
  const [, from = '', to = '', port = '', protocol, more = ''] =
    /^(\S+) > (\S+):(\d+)(?:\/([A-Z]+))?(?: \((.*)\))?$/.exec(text) ?? [];
  const [, who, settings = ''] = /by (\S+)((?: [^\s,]+=[^\s,]+)*)/.exec(more) ?? [];
  const [, service, servicePort] = /as svc\/(\S+):(\d+)/.exec(more) ?? [];
  return {
    from,
    to,
    port: Number(port),
    ...(protocol ? { protocol } : {}),
    ...(who ? { by: enforcerOf(who, settings) } : {}),
    ...(service ? { service: { name: service, port: Number(servicePort) } } : {}),
  };
}

function enforcerOf(who: string, settings: string): Partial<Enforcer> {
  const known = Object.keys(DIALECTS).find((name): name is Enforcer['name'] => name === who);
  const pairs = settings
    .trim()
    .split(' ')
    .filter(Boolean)
    .map((pair) => pair.split('='));
  return { name: known ?? 'other', says: who, settings: Object.fromEntries(pairs) };
}

test('there are as many as promised, each asked once', () => {
  expect(blocks.length).toBeGreaterThan(100);
  expect(new Set(blocks.map(([name]) => name)).size).toBe(blocks.length);
  const used = new Set(blocks.flatMap(([, asked = '']) => asked.split(' : ')[0]!.split(' ')));
  expect(Object.keys(RECIPES).filter((name) => !used.has(name))).toEqual([]);
});

test.each(blocks.map(([name = '', asked = '', expected = '']) => [name, asked, expected] as const))(
  '%s',
  (_, asked, expected) => {
    const [names = '', flow = ''] = asked.split(' : ');
    const manifests = names === '-' ? [] : names.split(' ').map((name) => RECIPES[name]!);
    expect(tell(manifests, triedOf(flow)).join(' : ')).toBe(expected);
  },
);
