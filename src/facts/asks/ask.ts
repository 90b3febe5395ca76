// What all questions have in common: their bounds.
import type { Ask, Try } from '../../evidence/evidence.js';

/** Far above what an idle node needs (milliseconds), far below what a person waits. */
const TIMEOUT_SECONDS = 5;
/** A node of 500 pods and 5000 nodes prints about 1 MB of routes. */
const MAX_BYTES = 4 * 1024 * 1024;

export const staticAsk = (id: string, tries: readonly Try[]): Ask => ({
  id,
  tries,
  phase: 'static',
  timeoutSeconds: TIMEOUT_SECONDS,
  maxBytes: MAX_BYTES,
});

export const aroundAsk = (id: string, tries: readonly Try[]): Ask => ({ ...staticAsk(id, tries), phase: 'around' });

/** A command that is its own script: nothing in it comes from a cluster. */
export const command = (tool: string, script: string): Try => ({
  tool,
  needs: [script.slice(0, script.indexOf(' '))],
  script,
  shown: script,
});

/**
 * iproute2's text. busybox has an `ip` too, which leaves words out without a sign (a rule's `not`, a route's hops),
 * so it must not answer here; it knows no -V.
 */
export const iproute2 = (script: string): Try => ({
  tool: 'ip',
  needs: ['ip'],
  script: `ip -V >/dev/null 2>&1 && ${script}`,
  shown: script,
});

export const busyboxIp = (script: string): Try => ({ tool: 'busybox-ip', needs: ['ip'], script, shown: script });
