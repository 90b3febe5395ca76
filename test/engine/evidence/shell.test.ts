import { execFileSync } from 'node:child_process';
import { constantFrom, sample, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote, sh, shown, verbatim } from '../../../src/evidence/shell.js';

/** What a real shell hands to a program, words ended by NUL. */
const argv = (script: string): readonly string[] =>
  execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);

describe('a word in a script', () => {
  const nasty = [
    '',
    ' ',
    "it's",
    "'",
    "''",
    '$(reboot)',
    '`reboot`',
    '$HOME',
    'a;b|c&d>e<f',
    'two\nlines',
    '-rf',
    '*',
    '~',
    '\\',
    "\\'",
    '"',
    '!!',
    'é😀',
  ];

  it.each(nasty)('reaches the program as it is: %j', (word) => {
    expect(argv(sh`printf '%s\0' ${word}`)).toEqual([word]);
  });

  it('survives whatever it holds', () => {
    // Everything that means something to a shell, and some that does not.
    const unit = constantFrom(...`'"\\$\`;&|<>(){}[]*?~#!=%-^, \n\t\r\u0001\u007faé😀`);
    const words = sample(string({ unit, maxLength: 20 }), 300);
    expect(argv(sh`printf '%s\0' ${words}`)).toEqual(words);
  });

  it('may not hold a NUL, which would cut it short', () => {
    expect(() => quote('a\0b')).toThrow('a word for a shell may not hold a NUL');
  });
});

describe('a script', () => {
  it('keeps its own backslashes and pieces that are script already', () => {
    expect(sh`printf '\036%s\n' ${verbatim('$x')} ${['a', 7]}`).toBe(String.raw`printf '\036%s\n' $x 'a' '7'`);
  });

  it('is shown without quotes where none are needed', () => {
    expect(shown`nc -vz -w ${4} ${'10.0.0.1'} ${'my name'}`).toBe("nc -vz -w 4 10.0.0.1 'my name'");
  });
});
