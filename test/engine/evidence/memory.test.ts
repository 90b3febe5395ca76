// What a container's limit leaves to a command: memory that it uses is bounded, address space that it reserves is not.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { PRELUDE } from '../../../src/evidence/script-prelude.js';
import { quote } from '../../../src/evidence/shell.js';

const LEFT_KB = 400_000;

function limited(program: string): number | null {
  const command = `${quote(process.execPath)} -e ${quote(program)}`;
  return spawnSync('sh', ['-c', `${PRELUDE}\nlim=${LEFT_KB}\none 20 ${quote(command)}`]).status;
}

test.runIf(process.platform === 'linux')('what is reserved is not what is used', () => {
  // V8 reserves 8 GB of addresses for a memory of WebAssembly, whatever its size.
  expect(limited('new WebAssembly.Memory({ initial: 1 })')).toBe(0);
  expect(limited('Buffer.alloc(1 << 30, 1)')).not.toBe(0);
});
