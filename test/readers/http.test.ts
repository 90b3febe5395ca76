import { describe, expect, it } from 'vitest';
import { readLocalHttp } from '../../src/facts/asks/local-http.js';
import { answered, captured } from './captured.js';

describe('a page of a daemon', () => {
  it.each([
    ['curl', 'curl-7.88'],
    ['bash', 'bash-5.2'],
  ])('comes with its body even when the daemon is not well (%s)', (tool, directory) => {
    expect(readLocalHttp(answered(tool, captured(`${directory}/http-healthz.txt`)))).toEqual({
      status: 503,
      body: '{"lastUpdated": "2026-11-26 00:00:00 +0000 UTC","currentTime": "2026-11-26 00:02:00 +0000 UTC", "nodeEligible": true}',
    });
  });

  it.each([
    ['curl', 'curl-7.88'],
    ['bash', 'bash-5.2'],
    ['wget', 'wget-1.21'],
  ])('is cut down to the lines asked for (%s)', (tool, directory) => {
    expect(readLocalHttp(answered(tool, captured(`${directory}/http-metrics.txt`)))).toEqual({
      status: 200,
      body: [
        'kubeproxy_sync_proxy_rules_last_timestamp_seconds 1.7e+09',
        'kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds 1.7e+09',
      ].join('\n'),
    });
  });

  it('is unreadable without a status', () => {
    expect(readLocalHttp(answered('curl', 'hello'))).toEqual({ unreadable: 'no HTTP status in: hello' });
  });
});
