import { expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/index.js';
import { allFaults } from './faults.js';

const written = new Set(CHECKS.map(({ id }) => id));

const faults = await allFaults();

test.each(faults.filter(({ cause }) => cause !== 'none'))('$id is caused by what a check looks for', ({ cause }) => {
  expect([...written]).toContain(cause);
});

test('every fault of the lab list is here, and more', () => {
  expect(faults.length).toBeGreaterThanOrEqual(38);
});

test.each(faults)('$id re-enacts a case or a row of the corpus', ({ incident }) => {
  expect(incident).toMatch(/^(KN-\d{3}|row-\d{1,2})$/);
});

test.each(faults.filter(({ sees }) => sees === 'ok'))('$id, which no client sees, shows itself', ({ shows }) => {
  expect(shows).toBeDefined();
});

// L1 to L4 is where routes, bridges, tunnels and rules lie; what a client does not notice cuts nothing.
const cutting = faults.filter(({ layer, sees }) => layer <= 'L4' && sees !== 'ok');
test.each(cutting)('$id says where it cuts the path, or why no walk can tell', ({ stopsAt }) => {
  expect(stopsAt).toBeDefined();
});

test.each(faults)('$id is one story of one sentence', ({ story, healer }) => {
  expect(story).toMatch(/^\S.*[^.]$/);
  expect(healer).toMatch(/^\S.*[^.]$/);
});
