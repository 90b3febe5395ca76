// API objects for the examples of checks: everything a healthy one has, but for what the example is about.
import type { DnsSetup, Endpoint, NodeObject, PodObject, ServiceObject, ServicePort } from '../facts/kube.js';
import type { Lookup } from '../facts/observation.js';
import type { Subject } from '../target/subject.js';

type Container = PodObject['containers'][number];

export const container = (different: Partial<Container> = {}): Container => ({
  name: 'api',
  image: 'registry.k8s.io/e2e-test-images/agnhost:2.53',
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  running: true,
  ready: true,
  restarts: 0,
  args: [],
  ...different,
});

export const pod = (different: Partial<PodObject> = {}): PodObject => ({
  namespace: 'shop',
  name: 'api-7c9f-x2kq',
  uid: '5f0f8f3e-7d0a-4f4e-9d58-1c1b6d5f2f11',
  node: 'w1',
  phase: 'Running',
  ip: '10.244.1.7',
  ips: ['10.244.1.7'],
  hostNetwork: false,
  dnsPolicy: 'ClusterFirst',
  labels: { app: 'api' },
  annotations: {},
  ready: true,
  deleting: false,
  mayFilter: false,
  containers: [container()],
  ...different,
});

export const servicePort = (different: Partial<ServicePort> = {}): ServicePort => ({
  name: 'http',
  port: 80,
  protocol: 'TCP',
  targetPort: 'http',
  ...different,
});

export const service = (different: Partial<ServiceObject> = {}): ServiceObject => ({
  namespace: 'shop',
  name: 'api',
  type: 'ClusterIP',
  clusterIps: ['10.96.7.20'],
  headless: false,
  externalIps: [],
  ingressIps: [],
  selector: { app: 'api' },
  ports: [servicePort()],
  externalTrafficPolicy: 'Cluster',
  internalTrafficPolicy: 'Cluster',
  sessionAffinity: 'None',
  ipFamilies: ['IPv4'],
  publishNotReady: false,
  ...different,
});

export const endpoint = (different: Partial<Endpoint> = {}): Endpoint => ({
  ip: '10.244.1.7',
  port: 8080,
  portName: 'http',
  protocol: 'TCP',
  ready: true,
  serving: true,
  terminating: false,
  node: 'w1',
  pod: { namespace: 'shop', name: 'api-7c9f-x2kq' },
  slice: 'api-5tq8w',
  ...different,
});

export const node = (different: Partial<NodeObject> = {}): NodeObject => ({
  name: 'w1',
  ready: true,
  networkUnavailable: false,
  internalIps: ['192.168.0.2'],
  podCidrs: ['10.244.1.0/24'],
  annotations: {},
  labels: {},
  taints: [],
  kubeletVersion: 'v1.34.1',
  images: [],
  ...different,
});

export const clusterDns = (different: Partial<DnsSetup> = {}): DnsSetup => ({
  service: service({ namespace: 'kube-system', name: 'kube-dns', clusterIps: ['10.96.0.10'] }),
  endpoints: [endpoint({ ip: '10.244.1.2', port: 53, portName: 'dns', protocol: 'UDP' })],
  pods: [pod({ namespace: 'kube-system', name: 'coredns-668d6bf9bc-7tq2m', ip: '10.244.1.2' })],
  forwards: ['/etc/resolv.conf'],
  ...different,
});

export const FLOW_TO_POD: Subject<'flow'> = {
  kind: 'flow',
  source: { kind: 'pod', namespace: 'shop', name: 'web' },
  protocol: 'tcp',
  address: '10.244.1.7',
  port: 8080,
  service: { namespace: 'shop', name: 'api', port: 'http' },
  pod: { namespace: 'shop', name: 'api-7c9f-x2kq' },
};
export const FLOW_TO_SERVICE: Subject<'flow'> = {
  kind: 'flow',
  source: { kind: 'pod', namespace: 'shop', name: 'web' },
  protocol: 'tcp',
  address: '10.96.7.20',
  port: 80,
  service: { namespace: 'shop', name: 'api', port: 'http' },
};
export const FLOW_TO_NODE: Subject<'flow'> = {
  kind: 'flow',
  source: { kind: 'pod', namespace: 'shop', name: 'web' },
  protocol: 'tcp',
  address: '192.168.0.2',
  port: 9100,
};
export const FLOW_TO_DNS: Subject<'flow'> = {
  kind: 'flow',
  source: { kind: 'pod', namespace: 'shop', name: 'web' },
  protocol: 'udp',
  address: '10.96.0.10',
  port: 53,
  service: { namespace: 'kube-system', name: 'kube-dns', port: 'dns' },
  host: 'api.shop.svc.cluster.local',
};
export const LOOKUP: Lookup = {
  tool: 'dig',
  server: '10.96.0.10',
  name: 'api.shop.svc.cluster.local',
  end: 'answered',
  rcode: 'NOERROR',
  addresses: ['10.96.7.20'],
  aliases: [],
  elapsedMs: 3,
  raw: '',
};
export const NAMING = {
  kind: 'lookup',
  elsewhere: [],
  external: false,
  search: [],
  upstreams: [],
  forwards: ['192.168.1.1'],
} as const;
