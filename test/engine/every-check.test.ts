// What is asked of every check, so that its own test can be a table of cases and nothing else.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { AnyCheck, Failure } from '../../src/checks/check.js';
import { CHECKS } from '../../src/checks/index.js';
import type { Fact } from '../../src/facts/fact.js';
import { LAYERS } from '../../src/layers/layer.js';
import { meet, type FactOf } from '../../src/layers/walk.js';
import { exampleOf } from '../../src/report/explain.js';
import { subjectKey } from '../../src/target/subject.js';

const GAP = { kind: 'forbidden', permission: 'get pods in shop', detail: 'pods is forbidden' } as const;
const UNKNOWN: Fact<unknown> = { kind: 'unknown', gaps: [GAP], from: [] };

const tests = readdirSync('test/checks', { recursive: true, encoding: 'utf8' });
const factsOf = (check: AnyCheck, which: 'fails' | 'passes'): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(check.examples[which]));

/** The example's facts as the walk would find them, but for one. */
function known(check: AnyCheck, which: 'fails' | 'passes', but?: readonly [need: string, fact: Fact<unknown>]): FactOf {
  const facts = factsOf(check, which);
  return (_, key) => (but?.[0] === key ? but[1] : { kind: 'known', value: facts[key], from: [] });
}

test('ids are unique', () => {
  const ids = CHECKS.map(({ id }) => id);
  expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted());
});

describe.each(CHECKS.map((check) => [check.id, check] as const))('%s', (id, check) => {
  const { subject } = check.examples;
  const failing = exampleOf(check, 'fails') as Failure;

  test('lives in the file of its id, in the folder of its layer', () => {
    expect(existsSync(`src/checks/${check.layer.toLowerCase()}-${LAYERS[check.layer].name}/${id}.ts`)).toBe(true);
  });
  test('has a table of edge cases', () => {
    expect(tests.filter((name) => name.endsWith(`${id}.test.ts`))).toHaveLength(1);
  });
  test('fails its failing example and passes its passing one', () => {
    expect([failing.kind, exampleOf(check, 'passes').kind]).toEqual(['fail', 'pass']);
    expect(subject.kind).toBe(check.about);
  });
  test('reads only what it needs', () => {
    for (const which of ['fails', 'passes'] as const) {
      const read = new Set<string>();
      const watched = new Proxy(factsOf(check, which), {
        get: (facts, key) => {
          if (typeof key === 'string') read.add(key);
          return facts[String(key)];
        },
      });
      check.judge(watched as never, subject as never);
      expect([...read].filter((key) => !check.needs.includes(key))).toEqual([]);
    }
  });
  test.each(check.needs)('is unknown without %s', (need) => {
    const verdict = meet(check, subject, known(check, 'passes', [need, UNKNOWN]));
    expect(verdict).toMatchObject({ kind: 'unknown', gaps: [GAP] });
  });
  test.each(check.needs)('cannot pass on part of %s', (need) => {
    const part: Fact<unknown> = { kind: 'partial', value: factsOf(check, 'passes')[need], gaps: [GAP], from: [] };
    expect(meet(check, subject, known(check, 'passes', [need, part])).kind).toBe('unknown');
  });
  test('can still convict on part of what it needs', () => {
    const need = check.needs[0]!;
    const part: Fact<unknown> = { kind: 'partial', value: factsOf(check, 'fails')[need], gaps: [GAP], from: [] };
    expect(meet(check, subject, known(check, 'fails', [need, part])).kind).toBe('fail');
  });
  test('judges the same facts the same way twice, and leaves them as they were', () => {
    const before = JSON.stringify(check.examples.fails);
    expect(exampleOf(check, 'fails')).toEqual(failing);
    expect(JSON.stringify(check.examples.fails)).toBe(before);
  });
  test('looks before it changes anything', () => {
    expect(failing.fix.length).toBeGreaterThan(0);
    expect(failing.fix[0]!.risk).toBe('reads');
    expect(failing.refute.risk).toBe('reads');
    expect(failing.refute.command ?? '').not.toBe('');
  });
  test('cites what it rests on', () => {
    expect(failing.cites.length).toBeGreaterThan(0);
    for (const { on, shows, command } of failing.cites) expect([on, shows, command]).not.toContain('');
  });
  test('speaks in clauses: no full stop, no line break, no value that only a bug prints', () => {
    const steps = [...failing.fix, failing.refute];
    const said = [
      failing.says,
      ...failing.cites.map(({ shows }) => shows),
      ...steps.map(({ text }) => text),
      check.title,
    ];
    const passing = exampleOf(check, 'passes');
    if (passing.kind === 'pass') said.push(passing.says);
    for (const clause of said) {
      expect(clause).not.toMatch(/[^.]\.$|\n|\bundefined\b|\bNaN\b|\[object /);
      expect(clause.trim()).toBe(clause);
    }
    expect(check.title).not.toMatch(/^(A|An|The|Is|No) /);
  });
  test('runs no command that takes the xtables lock, writes, or lists by names', () => {
    const commands = [...failing.cites, failing.refute, ...failing.fix.filter(({ risk }) => risk === 'reads')];
    for (const { command = '' } of commands) {
      expect(command).not.toMatch(
        /iptables (-t \w+ )?-L|sysctl -w|\bip (link|route|addr) (add|del|set)|nft (add|delete|flush)/,
      );
    }
  });
  test('has its page', () => {
    expect(readFileSync(`docs/checks/${id}.md`, 'utf8')).toContain(`> ${failing.says.split('\n')[0]}`);
    expect(subjectKey(subject)).not.toBe('');
  });
});
