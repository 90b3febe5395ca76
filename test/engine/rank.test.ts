import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { reads, type Failure, type LayerId } from '../../src/checks/check.js';
import { CAUSES } from '../../src/layers/causes.js';
import { rank, type FlowSeen } from '../../src/layers/rank.js';
import type { FailedVerdict } from '../../src/layers/verdict.js';
import {
  CLUSTER,
  nodeSubject,
  podSubject,
  serviceSubject,
  subjectText,
  type Subject,
} from '../../src/target/subject.js';

const failure = (different: Partial<Failure>): Failure => ({
  kind: 'fail',
  severity: 'outage',
  confidence: 'programmed',
  says: 'broken',
  cites: [],
  fix: [reads('look')],
  refute: reads('would differ'),
  ...different,
});
const failed = (check: string, subject: Subject, different: Partial<Failure> = {}): FailedVerdict => ({
  check,
  layer: 'L3' as LayerId,
  subject,
  from: [],
  ...failure(different),
});

const source = { kind: 'pod', namespace: 'shop', name: 'web' } as const;
const service = { namespace: 'shop', name: 'api', port: 'http' };
const front: Subject<'flow'> = { kind: 'flow', source, protocol: 'tcp', address: '10.96.7.20', port: 80, service };
const back = (name: string, address: string): Subject<'flow'> => ({
  ...front,
  address,
  port: 8080,
  pod: { namespace: 'shop', name },
});
const near = back('api-1', '10.244.1.7');
const far = back('api-2', '10.244.2.7');
const way = (nodes: readonly string[], pods: readonly string[]): FlowSeen['path'] => ({
  nodes,
  pods: ['shop/web', ...pods],
  service: 'shop/api',
});
const seen = (first: FlowSeen['observed'], second: FlowSeen['observed'], both: FlowSeen['observed']) => ({
  flows: [
    { subject: front, observed: both, path: way(['w1', 'w2'], ['shop/api-1', 'shop/api-2']) },
    { subject: near, observed: first, path: way(['w1'], ['shop/api-1']) },
    { subject: far, observed: second, path: way(['w1', 'w2'], ['shop/api-2']) },
  ],
});
const told = (verdicts: readonly FailedVerdict[], context: Parameters<typeof rank>[1]) =>
  rank(verdicts, context).map(
    ({ verdict, effects }) =>
      `${verdict.severity} ${verdict.check} ${subjectText(verdict.subject)}${effects.map((effect) => ` <- ${effect.verdict.check}`).join('')}`,
  );

describe('the order', () => {
  test('what explains the failure seen stands before a graver thing elsewhere', () => {
    expect(
      told(
        [
          failed('link-down', nodeSubject('w9')),
          failed('host-firewall-drop', far, { severity: 'degraded', confidence: 'declared' }),
        ],
        seen('connected', 'timeout', 'mixed'),
      ),
    ).toEqual(['degraded host-firewall-drop pod/web -> pod/api-2 (10.244.2.7:8080/tcp)', 'outage link-down node/w9']);
  });

  test('an errno that an illness cannot produce is not explained by it', () => {
    expect(
      told(
        [failed('forwarding-off', nodeSubject('w2')), failed('port-not-listened', far)],
        seen('connected', 'refused', 'mixed'),
      ),
    ).toEqual(['outage port-not-listened pod/web -> pod/api-2 (10.244.2.7:8080/tcp)', 'outage forwarding-off node/w2']);
    expect(
      told(
        [failed('forwarding-off', nodeSubject('w2')), failed('port-not-listened', far, { confidence: 'observed' })],
        seen('connected', 'timeout', 'timeout'),
      )[0],
    ).toBe('outage forwarding-off node/w2');
  });

  test('then severity, confidence, the first broken hop, the id and the subject', () => {
    const all = [
      failed('cidr-overlap', CLUSTER),
      failed('pod-route-wrong', nodeSubject('w2')),
      failed('pod-route-wrong', nodeSubject('w1')),
      failed('link-errors', nodeSubject('w1'), { severity: 'degraded', confidence: 'observed' }),
      failed('cni-config-wrong', nodeSubject('w1')),
      failed('bridge-netfilter-off', nodeSubject('w2'), { confidence: 'observed' }),
    ];
    const order = [
      'outage bridge-netfilter-off node/w2',
      'outage cni-config-wrong node/w1',
      'outage pod-route-wrong node/w1',
      'outage pod-route-wrong node/w2',
      'degraded link-errors node/w1',
    ];
    const context = seen('timeout', 'timeout', 'timeout');
    expect(told(all.slice(1), context)).toEqual(order);
    expect(told(all.slice(1).toReversed(), context)).toEqual(order);
  });
});

describe('causes', () => {
  test('a consequence goes under its cause, and a chain under its root', () => {
    const findings = rank(
      [
        failed('underlay-drop', far, { confidence: 'observed' }),
        failed('overlay-peer-wrong', nodeSubject('w1')),
        failed('cni-agent-down', nodeSubject('w1'), { severity: 'degraded' }),
      ],
      seen('connected', 'timeout', 'mixed'),
    );
    expect(findings.map(({ verdict, effects }) => [verdict.check, verdict.severity, effects.length])).toEqual([
      ['cni-agent-down', 'outage', 2],
    ]);
    expect(findings[0]?.effects.map(({ verdict, because }) => `${verdict.check}: ${because}`)).toEqual([
      'underlay-drop: the packet was sent to an address where the other node is not',
      'overlay-peer-wrong: the agent writes the entries of peers',
    ]);
  });

  test('a fault of another node explains nothing here', () => {
    expect(
      told(
        [failed('cni-agent-down', nodeSubject('w3')), failed('overlay-peer-wrong', nodeSubject('w1'))],
        seen('connected', 'timeout', 'mixed'),
      ),
    ).toEqual(['outage overlay-peer-wrong node/w1', 'outage cni-agent-down node/w3']);
  });

  test('where a path ends is a finding only while nobody knows why, and its other ways stand under it', () => {
    const cites = [{ on: 'w1', shows: '100: from all to 10.244.2.7 blackhole', command: 'ip rule' }];
    const ends = [failed('path-stops', far, { cites }), failed('path-stops', front, { cites, severity: 'degraded' })];
    const context = seen('connected', 'timeout', 'mixed');
    expect(told(ends, context)).toEqual([`outage path-stops ${subjectText(far)} <- path-stops`]);
    expect(told([...ends, failed('pod-route-wrong', nodeSubject('w1'))], context)).toEqual([
      'outage pod-route-wrong node/w1',
    ]);
    // A risk does not explain it, nor does what lies elsewhere.
    expect(told([...ends, failed('pod-route-wrong', nodeSubject('w3'))], context)).toHaveLength(2);
  });

  test('a risk explains no outage, but for one that is latent', () => {
    const context = seen('connected', 'timeout', 'mixed');
    expect(
      told([failed('link-errors', nodeSubject('w1'), { severity: 'risk' }), failed('underlay-drop', far)], context),
    ).toHaveLength(2);
    expect(
      told(
        [failed('mtu-mismatch', nodeSubject('w2'), { severity: 'risk' }), failed('path-mtu-black-hole', far)],
        context,
      ),
    ).toEqual(['outage mtu-mismatch node/w2 <- path-mtu-black-hole']);
  });

  test('two faults that have nothing to do with each other are two findings', () => {
    expect(
      told(
        [failed('selector-matches-nothing', serviceSubject('shop', 'api')), failed('link-down', nodeSubject('w1'))],
        seen('none', 'none', 'refused'),
      ),
    ).toEqual(['outage selector-matches-nothing svc/api -n shop', 'outage link-down node/w1']);
  });

  test('one rule met on the way to each backend is one finding', () => {
    const cites = [{ on: 'node/w1', shows: '-A FORWARD -j DROP', command: 'iptables-save' }];
    const findings = rank(
      [failed('host-firewall-drop', near, { cites }), failed('host-firewall-drop', far, { cites })],
      seen('timeout', 'timeout', 'timeout'),
    );
    expect(findings).toHaveLength(1);
    expect(findings[0]?.effects[0]?.because).toBe('it is the same fault, met on another way');
    const apart = [{ on: 'node/w2', shows: '-A FORWARD -j DROP', command: 'iptables-save' }];
    expect(
      rank(
        [failed('host-firewall-drop', near, { cites }), failed('host-firewall-drop', far, { cites: apart })],
        seen('timeout', 'timeout', 'timeout'),
      ),
    ).toHaveLength(2);
  });
});

describe('what was seen to work', () => {
  test('allows no outage, neither on it nor elsewhere', () => {
    expect(
      told(
        [
          failed('service-rules-wrong', front),
          failed('cluster-dns-down', CLUSTER),
          failed('link-down', nodeSubject('w1')),
        ],
        seen('connected', 'connected', 'connected'),
      ),
    ).toEqual([
      'risk link-down node/w1',
      'risk service-rules-wrong pod/web -> svc/api (10.96.7.20:80/tcp)',
      'risk cluster-dns-down cluster',
    ]);
  });

  test('but says nothing for the way beside it that fails', () => {
    expect(
      told(
        [failed('port-not-listened', near), failed('pod-route-wrong', nodeSubject('w2'))],
        seen('connected', 'timeout', 'mixed'),
      ),
    ).toEqual(['outage pod-route-wrong node/w2', 'risk port-not-listened pod/web -> pod/api-1 (10.244.1.7:8080/tcp)']);
  });

  test('what was not tried is left as it was judged', () => {
    expect(told([failed('pod-route-wrong', nodeSubject('w2'))], seen('none', 'none', 'none'))).toEqual([
      'outage pod-route-wrong node/w2',
    ]);
    expect(told([failed('cluster-dns-down', CLUSTER)], { flows: [] })).toEqual(['outage cluster-dns-down cluster']);
  });
});

test('a fingerprint is the same whatever stands beside it', () => {
  const alone = rank([failed('link-down', nodeSubject('w1'))], { flows: [] })[0];
  const among = rank([failed('link-errors', nodeSubject('w2')), failed('link-down', nodeSubject('w1'))], { flows: [] });
  expect(alone?.fingerprint).toMatch(/^[0-9a-f]{8}$/);
  expect(among.find(({ verdict }) => verdict.check === 'link-down')?.fingerprint).toBe(alone?.fingerprint);
  expect(rank([failed('link-down', podSubject('shop', 'w1'))], { flows: [] })[0]?.fingerprint).not.toBe(
    alone?.fingerprint,
  );
});

const effectsOf = (id: string): readonly string[] =>
  CAUSES.filter(({ cause }) => cause === id).map(({ effect }) => effect);

describe('the table of causes', () => {
  test('names only checks that exist', () => {
    const ids = new Set(
      readdirSync('src/checks', { recursive: true, encoding: 'utf8' }).map(
        (file) => /l\d-[a-z]+\/([a-z-]+)\.ts$/.exec(file)?.[1],
      ),
    );
    const named = [...new Set(CAUSES.flatMap(({ cause, effect }) => [cause, effect]))];
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
  });

  test('has no circle: nothing explains what explains it', () => {
    const reaches = (from: string, to: string, seenIds: readonly string[] = []): boolean =>
      effectsOf(from).some((next) => next === to || (!seenIds.includes(next) && reaches(next, to, [...seenIds, next])));
    expect([...new Set(CAUSES.map(({ cause }) => cause))].filter((id) => reaches(id, id))).toEqual([]);
  });

  test('gives each reason as a clause', () => {
    expect(CAUSES.map(({ because }) => because).filter((because) => !/^[a-z].*[^.]$|^CoreDNS /.test(because))).toEqual(
      [],
    );
  });
});
