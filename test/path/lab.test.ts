import { describe, expect, it } from 'vitest';
import { predict } from '../../src/path/predict.js';
import type { Prediction } from '../../src/path/prediction.js';
import { captured } from './support/captured-world.js';
import { capturedLab } from './support/lab-world.js';
import { summary, walkLines } from './support/tell.js';

interface Service {
  readonly name: string;
  readonly clusterIP?: string;
  readonly ports: readonly { readonly port: number; readonly protocol: string; readonly nodePort?: number }[];
}

const LAB = 'flannel-vxlan-iptables-1.34';
const { world, pods } = capturedLab(LAB);
const services = (JSON.parse(captured(`${LAB}/services.json`)) as readonly Service[]).filter(
  ({ name, clusterIP }) =>
    clusterIP !== 'None' && clusterIP !== undefined && /^(?:shop|default|kube-system)\//.test(name),
);
const clients = [
  ...['cp', 'w1', 'w2'].map((name) => `node/${name}`),
  ...pods.filter(({ id, hostNetwork }) => id.startsWith('pod/shop/') && !hostNetwork).map(({ id }) => id),
];
const from = (name: string): string => clients.find((id) => id.includes(name)) ?? '';
const clusterIp = (name: string): string => services.find((service) => service.name === name)?.clusterIP ?? '';
const tcp = (source: string, dst: string, dport: number): Prediction =>
  predict(world, { protocol: 'tcp', from: source, dst, dport });

describe('a healthy flannel cluster with kube-proxy in iptables mode', () => {
  const walks = clients.flatMap((client) =>
    services.flatMap(({ name, clusterIP = '', ports }) =>
      ports
        .filter(({ protocol }) => protocol === 'TCP' || protocol === 'UDP')
        .map(({ port, protocol }) => ({
          client,
          name,
          protocol,
          prediction: predict(world, {
            protocol: protocol === 'UDP' ? 'udp' : 'tcp',
            from: client,
            dst: clusterIP,
            dport: port,
          }),
        })),
    ),
  );

  it('is connected from every client to every Service, there and back', () => {
    const odd = walks
      .filter(({ client }) => !client.includes('mesh'))
      .filter(({ protocol, prediction }) => prediction.symptoms.join() !== (protocol === 'UDP' ? 'sent' : 'connected'))
      .map(({ client, name, prediction }) => `${client} ${name} ${prediction.symptoms.join()}`);
    // The control plane has no pod of this Service, whose internalTrafficPolicy is Local.
    expect(odd).toEqual(['node/cp shop/api-itp timeout']);
    expect(walks).toHaveLength(130);
  });

  it('gives each of two backends half of the connections', () => {
    expect(
      summary(tcp(from('shop/web2'), clusterIp('shop/api'), 80)).map((line) => line.replace(/10\.20.*/, '')),
    ).toEqual([
      '0.500 delivered to pod/shop/api-5bfd6db5c4-mjp78 ',
      '0.500 delivered to pod/shop/api-5bfd6db5c4-d9rqx ',
    ]);
  });

  it('says of a Service without local endpoints which rule drops it', () => {
    expect(summary(tcp('node/cp', clusterIp('shop/api-itp'), 80))).toEqual([
      `1.000 dropped in node/cp by -A KUBE-SERVICES -d ${clusterIp('shop/api-itp')}/32 -p tcp -m comment --comment "shop/api-itp:http has no local endpoints" -m tcp --dport 80 -j DROP => timeout`,
    ]);
  });

  it('does not know where a mesh sidecar sends a connection, but that it is connected', () => {
    const { branches } = tcp(from('shop/mesh'), clusterIp('shop/api'), 80);
    expect(branches.map(({ outcome, symptom }) => [outcome.kind, symptom])).toEqual([['unknown', 'connected']]);
    expect(branches[0]?.outcome.kind === 'unknown' && branches[0].outcome.undecided).toEqual([
      '-m owner --uid-owner 1337',
    ]);
  });

  it('walks from node to node through the tunnel', () => {
    const branch = tcp(from('shop/web2'), clusterIp('shop/api'), 80).branches.find(
      ({ outcome }) => outcome.kind === 'delivered' && outcome.netns.includes('mjp78'),
    );
    const steps = branch
      ? walkLines(branch)
          .filter((line) => /encapsulate|decapsulate|wire|^node|^pod|answer/.test(line))
          .slice(1)
      : [];
    expect(steps.map((line) => line.replace(/ \[.*/, ''))).toEqual([
      'pod/shop/web2',
      'node/w2',
      '  encapsulate: VXLAN 1 by flannel.1 to 192.168.108.21:8472',
      '  wire: over the network between the nodes to node/w1',
      'node/w1',
      '  decapsulate: VXLAN 1 unwrapped by flannel.1',
      'pod/shop/api-5bfd6db5c4-mjp78',
      '-- answer',
      'pod/shop/api-5bfd6db5c4-mjp78',
      'node/w1',
      '  encapsulate: VXLAN 1 by flannel.1 to 192.168.108.22:8472',
      '  wire: over the network between the nodes to node/w2',
      'node/w2',
      '  decapsulate: VXLAN 1 unwrapped by flannel.1',
      'pod/shop/web2',
      '  socket: the answer fits what the client sent to 10.201.59.6:80',
    ]);
  });

  it('lets a load balancer choose the node, and knows nothing where it is not told which', () => {
    const dst = clusterIp('shop/api');
    const packet = { protocol: 'tcp', from: 'outside', dst, dport: 80 } as const;
    const ips = ['192.168.108.11', '192.168.108.21', '192.168.108.22'];
    const balanced = new Map([[dst, ips]]);
    const { branches, symptoms } = predict({ ...world, balanced }, packet);
    expect(symptoms).toEqual(['connected']);
    // Three nodes, and behind each of them two backends.
    expect(branches.map(({ probability }) => probability.toFixed(3))).toEqual(Array.from({ length: 6 }, () => '0.167'));
    expect(predict(world, packet).branches[0]?.outcome).toMatchObject({
      kind: 'unknown',
      undecided: [`how a client outside reaches ${dst}: it is no node's address`],
    });
    // A node that has no backend of its own and may use no other is the one that fails.
    const local = clusterIp('shop/api-itp');
    const one = { ...world, balanced: new Map([[local, ips.slice(0, 2)]]) };
    expect(predict(one, { ...packet, dst: local }).symptoms.toSorted()).toEqual(['connected', 'timeout']);
  });

  it('refuses a port that nothing listens on', () => {
    const api = pods.find(({ id }) => id.includes('mjp78'))?.ip ?? '';
    expect(summary(tcp(from('shop/web2'), api, 9999))).toEqual([
      `1.000 refused (rst) in pod/shop/api-5bfd6db5c4-mjp78 by nothing listens on ${api}:9999/tcp in pod/shop/api-5bfd6db5c4-mjp78, answer delivered to pod/shop/web2 10.200.2.3:40000 => refused`,
    ]);
  });
});
