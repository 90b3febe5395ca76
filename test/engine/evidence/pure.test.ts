import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ask, Container, Where } from '../../../src/evidence/evidence.js';
import { proxyFor } from '../../../src/evidence/kubeconfig/proxy.js';
import type { RunRequest } from '../../../src/evidence/collect.js';
import { loadsFor } from '../../../src/evidence/loads.js';
import { permissionFor, permissionText } from '../../../src/evidence/permission.js';
import { chooseImage } from '../../../src/evidence/probe-image.js';
import { projection } from '../../../src/evidence/project.js';
import { needsView } from '../../../src/evidence/script-enter.js';
import { packTar, unpackTar } from '../../../src/evidence/tar.js';

describe('permissionText', () => {
  it.each([
    ['GET', '/api/v1/nodes?limit=500', 'list nodes'],
    ['GET', '/api/v1/nodes/w1', 'get nodes'],
    ['GET', '/api/v1/namespaces/shop', 'get namespaces'],
    ['GET', '/api/v1/namespaces/shop/pods', 'list pods in shop'],
    ['GET', '/api/v1/namespaces/shop/pods/web/log?tailLines=1', 'get pods/log in shop'],
    ['GET', '/api/v1/namespaces/kube-system/pods/dns:8181/proxy/ready', 'get pods/proxy in kube-system'],
    ['GET', '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices', 'list endpointslices.discovery.k8s.io in shop'],
    ['POST', '/apis/batch/v1/namespaces/kube-system/jobs', 'create jobs.batch in kube-system'],
    ['DELETE', '/api/v1/namespaces/kube-system/pods/x', 'delete pods in kube-system'],
    ['PATCH', '/api/v1/namespaces/shop/pods/web/ephemeralcontainers', 'patch pods/ephemeralcontainers in shop'],
    ['GET', '/api/v1/pods?watch=true', 'watch pods'],
    ['GET', '/version', 'get /version'],
  ])('%s %s', (method, path, text) => expect(permissionText(permissionFor(method, path))).toBe(text));
});

describe('projection', () => {
  const node = {
    metadata: { name: 'a', labels: { x: '1', y: '2' }, managedFields: [1] },
    status: { addresses: [{ type: 'InternalIP', address: '10.0.0.1' }], images: [{ names: ['i'] }] },
    spec: { taints: null },
  };
  it('keeps what is named, whole where a path ends, every element where a star stands', () => {
    const fields = ['metadata.name', 'metadata.labels', 'status.addresses.*.address', 'spec.taints.*.key', 'kind'];
    expect(projection(fields)(node)).toEqual({
      metadata: { name: 'a', labels: { x: '1', y: '2' } },
      status: { addresses: [{ address: '10.0.0.1' }] },
      spec: { taints: null },
    });
  });
});

describe('proxyFor', () => {
  const env = { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '10.0.0.0/8,.corp,exact.org:6443,*.star.net,fd00::/8' };
  it.each([
    ['https://api.example.com:6443', 'http://proxy:3128/'],
    ['https://10.1.2.3:6443', undefined],
    ['https://11.1.2.3:6443', 'http://proxy:3128/'],
    ['https://api.corp', undefined],
    ['https://corp', 'http://proxy:3128/'],
    ['https://exact.org:6443', undefined],
    ['https://exact.org:443', 'http://proxy:3128/'],
    ['https://a.star.net', undefined],
    ['https://[fd00::1]:6443', undefined],
    ['https://[2001:db8::1]:6443', 'http://proxy:3128/'],
    ['https://127.0.0.1:6443', undefined],
    ['https://localhost', undefined],
    ['http://api.example.com', undefined],
  ])('%s', (server, proxy) => expect(proxyFor(new URL(server), undefined, env)?.href).toBe(proxy));

  it('lets proxy-url win over NO_PROXY and loopback', () => {
    expect(proxyFor(new URL('https://127.0.0.1'), 'http://p:1', env)?.href).toBe('http://p:1/');
  });
});

const container = (pod: string, tools?: readonly string[]): Container => ({
  namespace: 'n',
  pod,
  container: 'c',
  ...(tools ? { tools } : {}),
});
const ask = (id: string, ...needs: readonly (readonly string[])[]): Ask => ({
  id,
  phase: 'static',
  timeoutSeconds: 1,
  maxBytes: 1,
  tries: needs.map((need) => ({ tool: id, needs: need, script: ':', shown: ':' })),
});
const on = (agents: readonly Container[], asks: readonly Ask[]): readonly RunRequest[] => {
  const where: Where = { kind: 'node', name: 'w1', agents, ready: true };
  return asks.map((one) => ({ via: 'run', where, ask: one }));
};
const dealt = (requests: readonly RunRequest[], excluded: (one: Container) => boolean = () => false) =>
  loadsFor(requests, excluded).map((load) => [load.container.pod, load.requests.map(({ ask: { id } }) => id)]);

describe('loadsFor', () => {
  const proxy = container('kube-proxy', ['cat', 'iptables-save', 'nft', 'ipset']);
  const cni = container('flannel', ['cat', 'ip', 'bridge', 'iptables-save', 'nft']);
  const asks = [ask('links', ['ip'], ['cat']), ask('ipsets', ['ipset']), ask('rules', ['iptables-save'])];

  it('gives each question to the agent whose first tries answer it', () => {
    expect(dealt(on([proxy, cni], asks))).toEqual([
      ['kube-proxy', ['ipsets', 'rules']],
      ['flannel', ['links']],
    ]);
  });

  it('takes one agent where a second would add nothing', () => {
    expect(dealt(on([proxy, cni], [ask('links', ['ip']), ask('rules', ['iptables-save'])]))).toEqual([
      ['flannel', ['links', 'rules']],
    ]);
  });

  it('takes what is known to work before what nobody has looked into', () => {
    expect(dealt(on([container('mystery'), cni], [ask('links', ['ip'])]))).toEqual([['flannel', ['links']]]);
    expect(dealt(on([container('mystery')], [ask('links', ['ip'])]))).toEqual([['mystery', ['links']]]);
  });

  it('asks nobody who cannot know, nor twice', () => {
    expect(dealt(on([proxy], [ask('links', ['ip'])]))).toEqual([]);
    expect(dealt(on([proxy, cni], asks), (one) => one === cni)).toEqual([['kube-proxy', ['links', 'ipsets', 'rules']]]);
  });
});

describe('chooseImage', () => {
  it('prefers the richest tools, and a tag to a digest', () => {
    const names = [
      'registry.k8s.io/kube-proxy:v1.34.2',
      'quay.io/cilium/cilium@sha256:abc',
      'quay.io/cilium/cilium:v1.16.5',
      'registry.k8s.io/pause:3.10',
    ];
    expect(chooseImage(names)).toBe('quay.io/cilium/cilium:v1.16.5');
    expect(chooseImage([...names, 'localhost:5000/nicolaka/netshoot:v0.13'])).toBe(
      'localhost:5000/nicolaka/netshoot:v0.13',
    );
    expect(chooseImage(['quay.io/cilium/operator-generic:v1', 'flannel/flannel-cni-plugin:v1'])).toBeUndefined();
  });
});

describe('needsView', () => {
  it('knows what would answer for the probe in place of the pod', () => {
    const needing = ['cat /etc/resolv.conf', 'getent hosts api', 'nslookup api', 'cat /sys/class/net/eth0/mtu'];
    const free = ['ip -j link', 'cat "$ROOT/etc/hosts"', 'dig @10.0.0.10 api.shop', 'cat /proc/net/route'];
    expect([needing.map(needsView), free.map(needsView)]).toEqual([needing.map(() => true), free.map(() => false)]);
  });
});

describe('tar', () => {
  const names = fc.stringMatching(/^[a-z][a-z0-9._-]{0,40}$/);
  it('gives back what was packed', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ name: names, content: fc.uint8Array({ maxLength: 1500 }) })), (files) => {
        const packed = packTar(
          files.map(({ name, content }) => ({ name, content: Buffer.from(content) })),
          1,
        );
        const back = unpackTar(packed).map(({ name, content }) => ({ name, content: [...content] }));
        expect(back).toEqual(files.map(({ name, content }) => ({ name, content: [...content] })));
      }),
    );
  });

  it('refuses what is cut short or no tar', () => {
    const packed = packTar([{ name: 'a', content: Buffer.from('x'.repeat(600)) }], 1);
    expect(() => unpackTar(packed.subarray(0, 900))).toThrow('the archive is cut short');
    expect(() => unpackTar(Buffer.alloc(1024, 65))).toThrow('this is no tar archive');
  });
});
