import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitList } from '../../../src/evidence/list-items.js';

/** Fed in pieces of these sizes, then whatever is left. */
function split(text: string, sizes: readonly number[] = []) {
  const items: string[] = [];
  const list = splitList((json) => items.push(json));
  let rest = Buffer.from(text);
  for (const size of sizes) {
    list.write(rest.subarray(0, size));
    rest = rest.subarray(size);
  }
  list.write(rest);
  return { items, around: list.around(), begun: list.begun, bytes: list.bytes };
}

const META = '"metadata":{"continue":"abc"}';

describe('a list taken apart', () => {
  it('hands on each item, and keeps what stands around them', () => {
    const item = '{"metadata":{"name":"a","labels":{"x":"}]"}},"spec":{"items":[{"key":"ca.crt"}]}}';
    expect(split(`{"kind":"NodeList",${META},"items":[${item}, {} ,\n${item}]}\n`)).toEqual({
      items: [item, '{}', item],
      around: `{"kind":"NodeList",${META},"items":[]}\n`,
      begun: true,
      bytes: 230,
    });
  });
  it.each([
    ['metadata behind the items', `{"items":[{"a":1}],${META}}`, ['{"a":1}'], `{"items":[],${META}}`],
    ['white space where Kubernetes writes none', '{ "items" : [ {"a":1} ] }', ['{"a":1}'], '{ "items" : [] }'],
    ['no item', '{"items":[]}', [], '{"items":[]}'],
    ['null, as Go writes an empty slice', '{"items":null}', [], '{"items":null}'],
    [
      'another array before',
      '{"columns":[{"n":1}],"items":[{"a":1}]}',
      ['{"a":1}'],
      '{"columns":[{"n":1}],"items":[]}',
    ],
    ['items of something inside', '{"metadata":{"items":[{"n":1}]}}', [], '{"metadata":{"items":[{"n":1}]}}'],
    [
      'a quote, a brace and a backslash in a text',
      '{"items":[{"a":"\\"}\\\\"}]}',
      ['{"a":"\\"}\\\\"}'],
      '{"items":[]}',
    ],
    ['what is no object among the items', '{"items":[{"a":1},"b",7]}', ['{"a":1}'], '{"items":["b"7]}'],
    ['an end in the middle of an item', '{"items":[{"a":1},{"b', ['{"a":1}'], '{"items":['],
    ['no JSON', '<html>{proxy}</html>', [], '<html>{proxy}</html>'],
  ])('%s', (...[, text, items, around]) => {
    expect(split(text)).toMatchObject({ items, around });
  });
  it('is the same however it is cut', () => {
    const list = { kind: 'List', metadata: { note: 'é }' }, items: [{ a: 'ü€', b: [{ c: '\\"{' }] }, { d: null }] };
    const text = JSON.stringify(list);
    assert(
      property(array(integer({ min: 0, max: 20 })), (sizes) => {
        const { items, around } = split(text, sizes);
        expect(items.map((each) => JSON.parse(each))).toEqual(list.items);
        expect(JSON.parse(around)).toEqual({ ...list, items: [] });
      }),
    );
  });
});
