// Which illness explains which. A table and no code: each line is a claim about the kernel or Kubernetes, and is printed.

/** What cause and effect must share, so that one node's fault is not blamed for another's. */
export type Shared = 'same-node' | 'same-pod' | 'same-service' | 'same-flow' | 'anywhere';

export interface Cause {
  readonly cause: string;
  readonly effect: string;
  readonly where: Shared;
  readonly because: string;
  /** The cause alone is only a risk, and yet it explains what fails now. */
  readonly latent?: true;
}

type Effects = Readonly<Record<string, readonly [where: Shared, because: string, latent?: true]>>;

const EFFECTS: Readonly<Record<string, Effects>> = {
  'link-down': {
    'overlay-device-broken': ['same-node', 'a tunnel has no carrier without the link under it'],
    'veth-detached': ['same-pod', 'the pod hangs on that link'],
    'pod-route-wrong': ['same-node', 'the kernel takes down the routes over a link that is down'],
    'underlay-drop': ['same-flow', 'nothing passes a link that is down'],
    'cni-agent-down': ['same-node', 'the agent reaches the API server over that link'],
    'endpoints-not-ready': ['same-node', 'the kubelet probes the pods over that link'],
    'cluster-dns-down': ['same-node', 'the kubelet probes the nameserver’s pods over that link'],
  },
  'link-errors': { 'underlay-drop': ['same-node', 'a packet with an error is dropped by the driver'] },
  'overlay-device-broken': {
    'overlay-peer-wrong': ['same-node', 'the entries of peers are kept on the overlay device'],
    'pod-route-wrong': ['same-node', 'routes to other nodes’ pods lead over the overlay device and went with it'],
    'underlay-drop': ['same-flow', 'what the overlay device does not send never reaches the other node'],
  },
  'overlay-peer-wrong': {
    'underlay-drop': ['same-flow', 'the packet was sent to an address where the other node is not'],
  },
  'veth-detached': {
    'endpoints-not-ready': ['same-pod', 'the kubelet’s probes reach the pod over that link'],
    'cluster-dns-down': ['same-pod', 'the kubelet’s probes reach the pod over that link'],
  },
  'cni-config-wrong': {
    'cni-address-stale': ['same-node', 'the bridge takes its address from that configuration'],
    'endpoints-not-ready': ['same-node', 'no pod starts without a working CNI configuration'],
  },
  'cni-agent-down': {
    'overlay-device-broken': ['same-node', 'the agent makes and repairs the overlay device'],
    'overlay-peer-wrong': ['same-node', 'the agent writes the entries of peers'],
    'pod-route-wrong': ['same-node', 'the agent writes the routes to other nodes’ pods'],
    'cni-config-wrong': ['same-node', 'the agent writes the CNI configuration'],
  },
  'cni-address-stale': {
    'pod-route-wrong': ['same-node', 'the kernel adds a route for the address of the bridge'],
    'endpoints-not-ready': ['same-node', 'the plugin refuses to start pods on a bridge with another address'],
  },
  'cidr-overlap': {
    'overlay-peer-wrong': ['anywhere', 'of two nodes with one range the others can keep the tunnel of one only'],
    'pod-route-wrong': ['anywhere', 'of two routes to one range the more specific wins'],
    'cni-address-stale': ['anywhere', 'two owners of one range give the bridge different addresses'],
    'cni-config-wrong': [
      'anywhere',
      'the pods of the node got their addresses before it was given the other one’s range',
    ],
  },
  'pod-route-wrong': {
    'underlay-drop': ['same-flow', 'the packet took another way than to the other node'],
    'reverse-path-drop': ['same-flow', 'the filter compares each source with the route back to it'],
  },
  'forwarding-off': {
    'underlay-drop': ['same-flow', 'the node does not pass on what is not for itself'],
    'dns-upstream-failing': ['same-node', 'the nameserver’s pods reach their upstreams through that node'],
  },
  'reverse-path-drop': { 'underlay-drop': ['same-flow', 'the packet was dropped on arrival, before any rule'] },
  'host-firewall-drop': { 'underlay-drop': ['same-flow', 'the rule drops the packet on its way between the nodes'] },
  'masquerade-missing': {
    'dns-upstream-failing': ['anywhere', 'nobody outside can answer to a pod’s own address'],
  },
  'mtu-mismatch': {
    'path-mtu-black-hole': ['anywhere', 'packets of the pods’ size do not fit under the tunnel', true],
  },
  'conntrack-saturation': {
    'underlay-drop': ['same-flow', 'the kernel drops the first packet of a connection it cannot track'],
    'dns-upstream-failing': ['same-node', 'each lookup is a new connection and needs a free entry'],
    'endpoints-not-ready': ['same-node', 'each probe of the kubelet is a new connection and needs a free entry'],
    'cluster-dns-down': ['same-node', 'each probe of the kubelet is a new connection and needs a free entry'],
  },
  'kube-proxy-unhealthy': {
    'service-rules-wrong': ['same-node', 'kube-proxy writes the rules of Services'],
    'conntrack-stale-entry': ['same-node', 'kube-proxy removes the entries of backends that are gone'],
    'cluster-dns-down': ['same-node', 'CoreDNS reaches the API server by its Service’s address'],
  },
  'policy-enforcer-down': {
    'policy-stale': ['same-node', 'nobody there keeps its rules and sets up to date', true],
  },
  'policy-denies': {
    'underlay-drop': ['same-flow', 'the policy engine drops the packet'],
    'host-firewall-drop': ['same-flow', 'the rule is what the policy engine made of the policy'],
  },
  'policy-blocks-dns': {
    'dns-upstream-failing': ['same-flow', 'the lookup never reaches the nameserver'],
    'underlay-drop': ['same-flow', 'the policy engine drops the packet'],
  },
  'pod-not-running': {
    'port-not-listened': ['same-flow', 'the program that should listen does not run'],
    'endpoints-not-ready': ['same-pod', 'a pod that does not run is not ready'],
    'veth-detached': ['same-pod', 'a pod that was never started has no link'],
  },
  'port-not-listened': {
    'endpoints-not-ready': ['same-pod', 'the readiness probe asks a port that nobody listens on'],
  },
  'listens-on-loopback': {
    'endpoints-not-ready': ['same-pod', 'the readiness probe comes from outside the pod’s loopback'],
  },
  'selector-matches-nothing': {
    'cluster-dns-down': ['same-service', 'a Service that selects no pod has no endpoint'],
  },
  'cluster-dns-down': {
    'endpoints-not-ready': ['same-service', 'that Service is the cluster’s nameserver'],
    'dns-upstream-failing': ['anywhere', 'nobody is there to ask an upstream'],
  },
  'coredns-forbidden': {
    'cluster-dns-down': ['anywhere', 'CoreDNS is not ready until it has listed the Services'],
    'name-not-found': ['anywhere', 'CoreDNS does not know the Services it may not list'],
  },
  'pod-resolver-wrong': {
    'name-not-found': ['same-pod', 'the pod asks another nameserver, or with another search list'],
  },
};

/** Whatever stops a packet shows in its path: who knows why says it first. */
export const PATH_STOPS = 'path-stops';
const STOPPING = [
  'link-down',
  'overlay-device-broken',
  'overlay-peer-wrong',
  'veth-detached',
  'hairpin-off',
  'bridge-netfilter-off',
  'cni-agent-down',
  'cni-address-stale',
  'cni-config-wrong',
  'cidr-overlap',
  'forwarding-off',
  'pod-route-wrong',
  'reverse-path-drop',
  'host-firewall-drop',
  'kube-proxy-unhealthy',
  'service-rules-wrong',
  'selector-matches-nothing',
  'endpoints-not-ready',
  'cluster-dns-down',
  'traffic-policy-without-local-endpoint',
  'policy-denies',
  'policy-blocks-dns',
  'policy-stale',
  'policy-enforcer-down',
  'port-not-listened',
  'listens-on-loopback',
  'host-not-listening',
  'pod-not-running',
];

export const CAUSES: readonly Cause[] = [
  ...STOPPING.map((cause): Cause => ({
    cause,
    effect: PATH_STOPS,
    where: 'same-flow',
    because: 'that is why the way of the packet, or of its answer, ends there',
  })),
  ...Object.entries(EFFECTS).flatMap(([cause, effects]) =>
    Object.entries(effects).map(([effect, [where, because, latent]]) => ({
      cause,
      effect,
      where,
      because,
      ...(latent ? { latent } : {}),
    })),
  ),
];
