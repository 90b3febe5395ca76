import { expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/index.js';
import { allFaults } from './faults.js';

/** Causes whose checks are still to be written. */
const TO_COME: readonly string[] = [
  'bridge-netfilter-off',
  'cidr-overlap',
  'cluster-dns-down',
  'cni-address-stale',
  'cni-agent-down',
  'conntrack-saturation',
  'conntrack-stale-entry',
  'coredns-forbidden',
  'dns-upstream-failing',
  'endpoints-not-ready',
  'forwarding-off',
  'hairpin-off',
  'host-firewall-drop',
  'kube-proxy-unhealthy',
  'link-down',
  'listens-on-loopback',
  'masquerade-missing',
  'overlay-device-broken',
  'overlay-peer-wrong',
  'path-mtu-black-hole',
  'pod-resolver-wrong',
  'pod-route-wrong',
  'policy-blocks-dns',
  'policy-denies',
  'policy-not-enforced',
  'port-not-listened',
  'reverse-path-drop',
  'selector-matches-nothing',
  'service-rules-wrong',
  'traffic-policy-without-local-endpoint',
  'underlay-drop',
  'veth-detached',
];
const written = new Set(CHECKS.map(({ id }) => id));

const faults = await allFaults();

test.each(faults)('$id names a check or one to come', ({ cause }) => {
  expect(cause === 'none' || written.has(cause) || TO_COME.includes(cause)).toBe(true);
});

test.each(faults)('$id re-enacts a case or a row of the corpus', ({ incident }) => {
  expect(incident).toMatch(/^(KN-\d{3}|row-\d{1,2})$/);
});

test.each(faults.filter(({ sees }) => sees === 'ok'))('$id, which no client sees, shows itself', ({ shows }) => {
  expect(shows).toBeDefined();
});

test.each(faults)('$id is one story of one sentence', ({ story, healer }) => {
  expect(story).toMatch(/^\S.*[^.]$/);
  expect(healer).toMatch(/^\S.*[^.]$/);
});
