import { describe, expect, test } from 'vitest';
import type { View } from '../../src/report/style.js';
import { renderShort, renderText, renderWide } from '../../src/report/text.js';
import { BROKEN, HEALTHY, INCONCLUSIVE } from '../support/sample-report.js';

const VIEW: View = {
  colour: false,
  unicode: true,
  width: 80,
  showPassed: false,
  verbose: false,
  minSeverity: 'risk',
  titleOf: () => '',
};
const golden = (name: string) => `goldens/${name}.txt`;

describe('goldens', () => {
  const cases = {
    'broken-80': renderText(BROKEN, VIEW),
    'broken-200': renderText(BROKEN, { ...VIEW, width: 200 }),
    'broken-ascii': renderText(BROKEN, { ...VIEW, unicode: false, verbose: true, showPassed: true }),
    'broken-wide': renderWide(BROKEN, VIEW),
    'broken-short': renderShort(BROKEN, VIEW),
    'healthy-80': renderText(HEALTHY, VIEW),
    'inconclusive-80': renderText(INCONCLUSIVE, VIEW),
  };
  for (const [name, text] of Object.entries(cases)) {
    test(name, async () => {
      await expect(text).toMatchFileSnapshot(golden(name));
    });
  }
});

const lines = (text: string) => text.trimEnd().split('\n');

test('the verdict is the first line and the last', () => {
  for (const report of [BROKEN, HEALTHY, INCONCLUSIVE]) {
    const all = lines(renderText(report, { ...VIEW, width: 200 }));
    expect(all.at(-1)).toBe(`${all[0]}   exit ${report.exitCode}`);
    expect(all[0]).toContain(report.headline);
  }
});

test('no line but a command is longer than the width', () => {
  const commands = [BROKEN, INCONCLUSIVE].flatMap(({ findings, mutations }) => [
    ...findings.flatMap(({ verdict }) =>
      [...verdict.cites, ...verdict.fix, verdict.refute].map(({ command }) => command),
    ),
    ...mutations.map(({ command }) => command),
  ]);
  const long = lines(renderText(BROKEN, VIEW)).filter((line) => line.length > 80 && !commands.includes(line.trim()));
  expect(long).toEqual([]);
});

test('a command stands alone on its line, whole', () => {
  const all = lines(renderText(BROKEN, { ...VIEW, width: 40 })).map((line) => line.trim());
  expect(all).toContain(BROKEN.findings[0]!.verdict.fix[1]!.command);
  expect(all).toContain(BROKEN.findings[0]!.verdict.refute.command);
});

test('colour adds escape sequences and changes nothing else', () => {
  const painted = renderText(BROKEN, { ...VIEW, colour: true });
  expect(painted).not.toBe(renderText(BROKEN, VIEW));
  // oxlint-disable-next-line no-control-regex
  expect(painted.replaceAll(/\u001b\[\d+m/g, '')).toBe(renderText(BROKEN, VIEW));
});

test('ASCII output holds ASCII only', () => {
  const text = renderText(INCONCLUSIVE, { ...VIEW, unicode: false });
  expect([...text].filter((sign) => sign > '~')).toEqual([]);
});

test('an escape sequence from a cluster does not reach the terminal', () => {
  const text = renderText({ ...HEALTHY, headline: 'pod said \u001b[2J' }, VIEW);
  expect(lines(text)[0]).toBe('OK    pod said ?[2J');
});

test('a prediction that was not seen to come true says where evidence ends', () => {
  const text = renderText(INCONCLUSIVE, { ...VIEW, width: 300 });
  expect(text).toContain(
    '  ! prediction and observation contradict each other: something that was not read decides here ' +
      '(eBPF, a cloud firewall, the network between the nodes); the last hop with evidence is node/w1\n',
  );
});

test('findings below --min-severity are counted, not shown', () => {
  const text = renderText(BROKEN, { ...VIEW, minSeverity: 'degraded' });
  expect(text).not.toContain('conntrack-saturation');
  expect(text).toContain('1 finding below --min-severity not shown\n');
});

test('findings that fail nothing are a warning', () => {
  expect(lines(renderText({ ...BROKEN, exitCode: 0 }, VIEW))[0]).toMatch(/^WARN {2}/);
});
