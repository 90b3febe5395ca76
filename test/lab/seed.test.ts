import { expect, test } from 'vitest';
import { drawFrom, random, type Survey } from './seed.js';

const survey: Survey = {
  clients: [
    { pod: 'web', ip: '10.200.1.2', node: 'w1' },
    { pod: 'web2', ip: '10.200.2.2', node: 'w2' },
  ],
  backends: [
    { pod: 'api-a', ip: '10.200.1.3', node: 'w1' },
    { pod: 'api-b', ip: '10.200.2.3', node: 'w2' },
  ],
  services: ['api', 'api-np'].map((name) => ({ name, ip: '10.201.0.1', port: 80, protocol: 'TCP' as const })),
  workers: ['w1', 'w2'],
  serverPort: 8080,
  nodePorts: [{ name: 'api-np', nodePort: 30080 }],
};

test('the same seed draws the same scene', () => {
  expect(drawFrom(survey, 42)).toEqual(drawFrom(survey, 42));
});

test('twenty seeds meet both clients, both Services, both directions and all positions', () => {
  const draws = Array.from({ length: 20 }, (_, seed) => drawFrom(survey, seed));
  const met = (of: (draw: (typeof draws)[number]) => string): number => new Set(draws.map(of)).size;
  expect(met(({ client }) => client.pod)).toBe(2);
  expect(met(({ service }) => service.name)).toBe(2);
  expect(met(({ direction }) => direction)).toBe(2);
  expect(met(({ position }) => String(position))).toBe(3);
});

test('the backend across is never on the client’s node', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { near, far, same, across } = drawFrom(survey, seed);
    expect([same.node, across.node]).toEqual([near, far]);
    expect(near).not.toBe(far);
  }
});

test('the sequence is the published one of mulberry32', () => {
  expect(random(1)()).toBeCloseTo(0.6270739405881613, 12);
});

test('a workload without a second worker cannot be drawn from', () => {
  expect(() => drawFrom({ ...survey, workers: [] }, 2)).toThrow('the workload has no');
});
