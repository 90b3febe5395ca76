import { CORE_SCHEMA, load } from 'js-yaml';
import { CLUSTER, serviceSubject } from '../../target/subject.js';
import type { CniSetup, ClusterCidrs, DnsSetup, NodeObject, ProxySetup } from '../kube.js';
import { readAnswer, type Know, type SourcesOf } from '../fact.js';
import { at, number, obj, parse, strings, text, type Jsonish } from '../read/untyped.js';
import { NODE_FIELDS, readNodes } from '../read/kube-objects.js';
import { POD_FIELDS, readPod } from '../read/kube-pod.js';
import { readCorefile } from '../read/corefile.js';
import { readCorednsLog, type DnsLog } from '../read/coredns-log.js';
import { askList, askObject, askText, listRequest, namespaced, objectRequest, selected, textRequest } from './api.js';
import { enforcer } from './enforcer.js';
import { otherPolicies } from './other-policies.js';

declare module '../fact.js' {
  interface ClusterFacts {
    /** Every node, cut down to the fields used, so that a list of thousands stays small. */
    nodes: readonly NodeObject[];
    cidrs: ClusterCidrs;
    /** DaemonSets that carry the labels of known network agents. */
    agents: readonly AgentSet[];
    proxy: ProxySetup;
    cni: CniSetup;
    dns: DnsSetup;
    dnsLog: readonly DnsLog[];
    /** The same once a lookup has failed: only then does it tell of that one. */
    dnsLogAfter: readonly DnsLog[];
  }
}
export interface AgentSet {
  readonly namespace: string;
  readonly name: string;
  readonly app: string;
  readonly desired: number;
  readonly ready: number;
  readonly image: string;
  readonly args: readonly string[];
}

const KUBE_SYSTEM = 'kube-system';
/** `k8s-app` of the DaemonSets that carry pod networks and Services, from their own manifests. */
const KNOWN =
  'kube-proxy,flannel,canal,calico-node,cilium,kube-router,kindnet,aws-node,azure-cns,antrea-agent,ovnkube-node';
const PROXY_CONFIG = namespaced('', KUBE_SYSTEM, 'configmaps/kube-proxy');
const COREDNS_CONFIG = namespaced('', KUBE_SYSTEM, 'configmaps/coredns');
const LOG_LINES = 200;
const LOG_SECONDS = 300;
const LOG_BYTES = 64 * 1024;

export const clusterSources = {
  nodes: (_, know) => readAnswer(know.ask([listRequest('/api/v1/nodes', NODE_FIELDS)])[0], readNodes),

  agents: (_, know) =>
    askList(know, `/apis/apps/v1/daemonsets?labelSelector=${encodeURIComponent(`k8s-app in (${KNOWN})`)}`).map(
      readAgent,
    ),

  cidrs: (_, know) => readCidrs(know),

  proxy(_, know) {
    know.begin([objectRequest(PROXY_CONFIG)]);
    const agents = know.try(CLUSTER, 'agents');
    const set = agents.kind === 'unknown' ? undefined : agents.value.find(({ app }) => app === 'kube-proxy');
    const config = proxyConfig(know);
    if (!config && !set) return { mode: agents.kind === 'unknown' ? 'unknown' : 'none' };
    // An empty mode means iptables on Linux (kube-proxy's own default).
    const mode = (text(at(config, 'mode')) || 'iptables') as ProxySetup['mode'];
    const clusterCidr = text(at(config, 'clusterCIDR'));
    return { mode, ...(clusterCidr ? { clusterCidr } : {}), ...(set ? { daemonSet: set } : {}) };
  },

  cni(_, know) {
    const main = know.get(CLUSTER, 'agents').find(({ app }) => CNI_OF[app]);
    if (!main) return { name: 'unknown', settings: {} };
    return { ...settings(know, main), name: CNI_OF[main.app] ?? 'unknown', daemonSet: main };
  },

  enforcer,
  otherPolicies,

  dns(_, know) {
    const dns = serviceSubject(KUBE_SYSTEM, 'kube-dns');
    know.ahead([
      [dns, 'object'],
      [dns, 'endpoints'],
    ]);
    know.begin([objectRequest(COREDNS_CONFIG)]);
    const pods = askList(know, selected(namespaced('', KUBE_SYSTEM, 'pods'), { 'k8s-app': 'kube-dns' }), POD_FIELDS);
    const config = askObject(know, COREDNS_CONFIG);
    const corefile = text(at(config, 'data', 'Corefile'));
    const service = know.get(dns, 'object');
    return {
      ...(service === 'absent' ? {} : { service }),
      ...(corefile === undefined ? {} : { corefile }),
      endpoints: know.get(dns, 'endpoints'),
      pods: pods.map(readPod),
      forwards: corefile === undefined ? [] : readCorefile(corefile).forwards,
    };
  },

  dnsLog: (_, know) => dnsLogs(know, LOG_SECONDS),
  // A second more is another question, and so is asked again.
  dnsLogAfter: (_, know) => dnsLogs(know, LOG_SECONDS + 1),
} satisfies Partial<SourcesOf<'cluster'>>;

/** What the nameservers logged in the last so many seconds. */
function dnsLogs(know: Know, sinceSeconds: number): readonly DnsLog[] {
  const pods = know.get(CLUSTER, 'dns').pods.filter(({ containers }) => containers.some(({ running }) => running));
  const asked = pods.slice(0, MOST_LOGS).map(({ namespace, name }) => {
    const bounds = `tailLines=${LOG_LINES}&limitBytes=${LOG_BYTES}&sinceSeconds=${sinceSeconds}`;
    return { name, path: `${namespaced('', namespace, `pods/${name}/log`)}?${bounds}` };
  });
  know.begin(asked.map(({ path }) => textRequest(path, LOG_BYTES)));
  return asked.map(({ name, path }) => readCorednsLog(name, askText(know, path, LOG_BYTES)));
}
const MOST_LOGS = 3;

function readAgent(set: Jsonish): AgentSet {
  const container = at(set, 'spec', 'template', 'spec', 'containers');
  const first = Array.isArray(container) ? (container[0] as Jsonish) : undefined;
  return {
    namespace: text(at(set, 'metadata', 'namespace')) ?? '',
    name: text(at(set, 'metadata', 'name')) ?? '',
    app: strings(at(set, 'metadata', 'labels'))['k8s-app'] ?? '',
    desired: number(at(set, 'status', 'desiredNumberScheduled')) ?? 0,
    ready: number(at(set, 'status', 'numberReady')) ?? 0,
    image: text(at(first, 'image')) ?? '',
    args: [at(first, 'command'), at(first, 'args')].flatMap((words) => (Array.isArray(words) ? words.map(String) : [])),
  };
}

const CNI_OF: Readonly<Record<string, CniSetup['name']>> = {
  flannel: 'flannel',
  canal: 'flannel',
  'calico-node': 'calico',
  cilium: 'cilium',
  kindnet: 'kindnet',
  'aws-node': 'aws-vpc',
  'azure-cns': 'azure',
  'antrea-agent': 'antrea',
  'ovnkube-node': 'ovn-kubernetes',
  'kube-router': 'kube-router',
};

function settings(know: Know, set: AgentSet): Pick<CniSetup, 'backend' | 'network' | 'settings'> {
  if (set.app === 'cilium') {
    const data = strings(at(askObject(know, namespaced('', set.namespace, 'configmaps/cilium-config')), 'data'));
    return { settings: data, ...(data['tunnel-protocol'] ? { backend: data['tunnel-protocol'] } : {}) };
  }
  if (set.app !== 'flannel') return { settings: {} };
  const config = askObject(know, namespaced('', set.namespace, 'configmaps/kube-flannel-cfg'));
  const net = parse(text(at(config, 'data', 'net-conf.json')) ?? '');
  const backend = text(at(net, 'Backend', 'Type'));
  const network = text(at(net, 'Network'));
  const args = { args: set.args.join(' ') };
  return { settings: args, ...(backend ? { backend } : {}), ...(network ? { network } : {}) };
}

const proxyConfig = (know: Know): Jsonish | undefined => {
  const config = askObject(know, PROXY_CONFIG);
  return config === undefined ? undefined : loadYaml(text(at(config, 'data', 'config.conf')));
};

function readCidrs(know: Know): ClusterCidrs {
  const kubeadm = askObject(know, namespaced('', KUBE_SYSTEM, 'configmaps/kubeadm-config'));
  const networking = at(loadYaml(text(at(kubeadm, 'data', 'ClusterConfiguration'))), 'networking');
  const pods = split(text(at(networking, 'podSubnet')));
  const services = split(text(at(networking, 'serviceSubnet')));
  const clusterDomain = text(at(networking, 'dnsDomain')) ?? 'cluster.local';
  if (pods.length > 0) return { pods, services, clusterDomain, source: 'configmap/kubeadm-config -n kube-system' };
  const fromProxy = split(text(at(proxyConfig(know), 'clusterCIDR')));
  return { pods: fromProxy, services, clusterDomain, source: 'configmap/kube-proxy -n kube-system' };
}

const split = (value: string | undefined): readonly string[] =>
  value ? value.split(',').map((part) => part.trim()) : [];

function loadYaml(source: string | undefined): Jsonish {
  return source === undefined ? undefined : obj(load(source, { schema: CORE_SCHEMA }));
}
