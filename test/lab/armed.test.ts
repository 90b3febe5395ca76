import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { restoreArmed, writeArmed } from './armed.js';

const ARMED = new URL('armed.ts', import.meta.url).pathname;
let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'armed-'));
  file = join(folder, 'value');
  writeFileSync(file, '262144\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

const value = (): string => readFileSync(file, 'utf8').trim();

async function becomes(wanted: string): Promise<void> {
  const end = Date.now() + 10_000;
  while (value() !== wanted && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(value()).toBe(wanted);
}

test('an injector killed with -9 leaves the old value behind', async () => {
  const code = `const { writeArmed } = await import(${JSON.stringify(ARMED)}); await writeArmed(${JSON.stringify(file)}, '100'); setInterval(() => {}, 1000);`;
  const injector = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: 'inherit',
  });
  await becomes('100');
  injector.kill('SIGKILL');
  await becomes('262144');
}, 20_000);

test('a restored change is back at once', async () => {
  const old = await writeArmed(file, '100');
  expect(value()).toBe('100');
  restoreArmed(file, old);
  expect(value()).toBe('262144');
});
