import { describe, expect, it } from 'vitest';
import { answerFrom } from '../../../src/evidence/answer.js';
import type { Ask } from '../../../src/evidence/evidence.js';

const ask: Ask = {
  id: 'iptables',
  phase: 'static',
  timeoutSeconds: 5,
  maxBytes: 100,
  tries: [{ tool: 'save', needs: ['iptables-save'], script: 'iptables-save -c', shown: 'iptables-save -c' }],
};
const answer = (stderr: string, privileged = false) =>
  answerFrom(
    {
      frames: {
        sections: [{ key: '0', tried: 0, stdout: Buffer.alloc(0), stderr, exit: 1, startedMs: 0, endedMs: 10 }],
        missing: [],
        phases: [],
      },
      ended: { kind: 'unreachable', detail: 'cut' },
      through: 'ns/pod (c)',
      privileged,
    },
    ask,
    0,
  );

describe('a dump that failed', () => {
  it('for want of memory offers the rung where there is some', () => {
    expect(answer('memory was limited to 37504 KB\nlibxt_comment.so: cannot create shared object descriptor')).toEqual({
      kind: 'refused',
      gap: {
        kind: 'out-of-reach',
        rung: 'node',
        detail: 'too little memory in the container (36 MB of it are left) for iptables-save -c',
      },
    });
  });

  it('for want of a capability offers it too', () => {
    expect(answer('iptables-save: Permission denied (you must be root)')).toEqual({
      kind: 'refused',
      gap: {
        kind: 'out-of-reach',
        rung: 'node',
        detail:
          'iptables-save -c in ns/pod (c) ended with exit code 1: iptables-save: Permission denied (you must be root)',
      },
    });
  });

  it('in a probe pod of ours is the doing of a security module', () => {
    expect(answer('permission denied: /proc/1/ns/net does not open', true)).toMatchObject({
      gap: { kind: 'lsm-denied' },
    });
  });
});
