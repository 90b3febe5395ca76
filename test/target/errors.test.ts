import { expect, test } from 'vitest';
import { closest, distance } from '../../src/target/did-you-mean.js';
import * as errors from '../../src/target/errors.js';
import { noPort, noSuchPort, severalPorts } from '../../src/target/ports.js';
import type { UsageError } from '../../src/target/usage-error.js';

const lines = ({ message, remedy, exitCode }: UsageError) => [message, remedy, exitCode];

test.each([
  ['explian', 'explain', 1],
  ['chekcs', 'checks', 1],
  ['', 'abc', 3],
  ['same', 'same', 0],
])('%s is %s with %d slips', (a, b, slips) => {
  expect(distance(a, b)).toBe(slips);
});

test('nothing is close to a word that is simply another', () => {
  expect(closest('banana', ['explain', 'checks'])).toEqual([]);
  expect(closest('conntrak-saturation', ['conntrack-saturation', 'mtu-mismatch'])).toEqual(['conntrack-saturation']);
});

test('texts of what a cluster answers', () => {
  const missing = { what: 'pods', name: 'web-0', namespace: 'default', context: 'prod' };
  expect(lines(errors.notFound({ ...missing, similar: ['web-1', 'web-2'], elsewhere: 'shop' }))).toEqual([
    'pods "web-0" not found in namespace "default" (context "prod").',
    'Similar: web-1, web-2. It exists in namespace "shop": add -n shop.',
    2,
  ]);
  expect(lines(errors.notFound({ ...missing, similar: [] }))[1]).toBe('List them: kubectl get pods -n default');
  expect(lines(errors.cannotTellWhetherExists({ what: 'pods', name: 'web-0', namespace: 'shop', user: 'jo' }))).toEqual(
    [
      'cannot tell whether pods "web-0" exists: user "jo" may not get pods in "shop".',
      'Grant it: kubectl netdiag permissions --for none -o yaml',
      4,
    ],
  );
  expect(lines(errors.noRunningPod('deploy/web', 3))).toEqual([
    'deploy/web has no running pod to test from (0 of 3).',
    'Diagnose it alone: kubectl netdiag deploy/web',
    4,
  ]);
});

test('texts of ports', () => {
  const ports = [
    { name: 'http', port: 80 },
    { name: 'metrics', port: 9090 },
  ];
  expect(lines(severalPorts('svc/api', ports))[0]).toBe(
    'service "api" has 2 ports; choose one: svc/api:http (80), svc/api:metrics (9090).',
  );
  expect(lines(noSuchPort('svc/api', '8081', ports)).slice(0, 2)).toEqual([
    'service "api" has no port 8081.',
    'Ports: http=80, metrics=9090.',
  ]);
  expect(lines(noPort('pod/a')).slice(0, 2)).toEqual([
    'pod/a names no port to connect to.',
    'Add one: pod/a:PORT or --port PORT.',
  ]);
});

test('texts of flags', () => {
  expect(lines(errors.badDuration('--timeout', '60'))[0]).toBe('--timeout "60": add a unit, e.g. 60s or 2m.');
  expect(lines(errors.badDuration('--timeout', 'soon'))[0]).toBe(
    '--timeout "soon": write a duration such as 500ms, 10s or 2m.',
  );
  expect(lines(errors.unknownOutput('jsn', ['text', 'json'])).slice(0, 2)).toEqual([
    'unknown output "jsn".',
    'One of: text, json.',
  ]);
  expect(lines(errors.sharedStdout(['json', 'yaml']))[0]).toBe(
    'two outputs would share stdout (json, yaml); give one a file: -o yaml=report.yaml',
  );
  expect(lines(errors.unknownCheck('conntrak-saturation', ['conntrack-saturation'])).slice(0, 2)).toEqual([
    'unknown check "conntrak-saturation".',
    'Closest: conntrack-saturation. List: kubectl netdiag checks',
  ]);
  expect(lines(errors.matchesNoCheck('--select', 'dsn-*')).slice(0, 2)).toEqual([
    '--select "dsn-*" matches no check.',
    'List: kubectl netdiag checks',
  ]);
  expect(lines(errors.consentNeeded('node/a'))[0]).toBe(
    '--probe=node creates a pod with host networking on node/a; confirm with --yes, or see it first with --dry-run=client.',
  );
  expect(lines(errors.newerSchema('report.json', '1.4', '1.2')).slice(0, 2)).toEqual([
    'report.json has schema 1.4; this netdiag reads up to 1.2.',
    'Upgrade, or re-run.',
  ]);
});
