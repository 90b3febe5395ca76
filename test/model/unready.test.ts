import { describe, expect, it } from 'vitest';
import type { EventObject, PodObject } from '../../src/facts/kube.js';
import { pod } from '../../src/checks/samples.js';
import { unready } from '../../src/model/unready.js';
import { nodeSubject, podSubject, serviceSubject } from '../../src/target/subject.js';
import { given, made } from '../support/made.js';

const api = serviceSubject('shop', 'api');
const silent: PodObject = { ...pod({ ready: false }), node: 'w1' };
const unhealthy = (message: string): EventObject => ({
  reason: 'Unhealthy',
  message,
  type: 'Warning',
  count: 3,
  lastAt: '2026-11-26T10:00:00Z',
});

function told(event: EventObject | undefined, knowsNode: boolean) {
  const world = [
    given(api, { selectedPods: [silent] }),
    given(podSubject(silent.namespace, silent.name), { events: event ? [event] : [] }),
    ...(knowsNode ? [given(nodeSubject('w1'), { links: [] })] : []),
  ];
  return made({ unready: unready as never }, api, world)('unready');
}

describe('a pod that is not ready', () => {
  it.each([
    'Readiness probe failed: Get "http://10.244.1.7:8181/ready": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    'Readiness probe failed: dial tcp 10.244.1.7:8080: i/o timeout',
    'Readiness probe failed: Get "http://10.244.1.7:8080/": dial tcp 10.244.1.7:8080: connect: no route to host',
  ])('and did not answer its probe is not blamed by who has not looked at its node: %s', (message) => {
    expect(told(unhealthy(message), false)).toMatchObject({ kind: 'unknown' });
    expect(told(unhealthy(message), true)).toMatchObject({ kind: 'known', value: [{ pod: silent.name }] });
  });

  it('is not explained by what was said of it an hour before it became so', () => {
    const pods = [{ ...silent, readySince: '2026-11-26T11:00:00Z' }];
    const world = [
      given(api, { selectedPods: pods }),
      given(podSubject(silent.namespace, silent.name), {
        events: [unhealthy('Readiness probe failed: dial tcp 10.244.1.7:8080: i/o timeout')],
      }),
    ];
    expect(made({ unready: unready as never }, api, world)('unready')).toMatchObject({
      kind: 'known',
      value: [{ why: 'phase Running' }],
    });
  });

  it.each([
    'Readiness probe failed: HTTP probe failed with statuscode: 503',
    'Readiness probe failed: dial tcp 10.244.1.7:8080: connect: connection refused',
  ])('and answered its probe has said so itself: %s', (message) => {
    expect(told(unhealthy(message), false)).toMatchObject({ kind: 'known', value: [{ pod: silent.name }] });
  });
});
