// Which nameserver a pod ought to ask, by its dnsPolicy, and which it is told to ask.
import type { Source } from '../facts/fact.js';
import type { DnsSetup, PodObject } from '../facts/kube.js';
import type { ResolvConf } from '../facts/network.js';
import { readCorefile } from '../facts/read/corefile.js';
import { CLUSTER } from '../target/subject.js';

declare module '../facts/fact.js' {
  interface PodFacts {
    resolver: Resolver;
  }
}
export type Resolver =
  | { readonly kind: 'does-not-apply'; readonly why: string }
  | {
      readonly kind: 'read';
      /** `host`: dnsPolicy ClusterFirst of a pod in its node's network means the node's own resolv.conf. */
      readonly policy: 'cluster' | 'host';
      readonly servers: readonly string[];
      readonly wanted: readonly string[];
      readonly search: readonly string[];
      readonly missingSearch?: string;
    };

export const resolver: Source<'pod', Resolver> = (pod, know) => {
  const object = know.get(pod, 'object');
  if (object === 'absent') return not('the pod does not exist');
  if (object.dnsPolicy === 'Default' || object.dnsPolicy === 'None')
    return not(`dnsPolicy ${object.dnsPolicy} does not ask for the cluster’s nameserver`);
  const dns = know.get(CLUSTER, 'dns');
  if (!dns.service) return not('no Service kube-dns in kube-system: another nameserver is in use');
  return resolverOf(object, know.get(pod, 'resolvConf'), dns);
};

export function resolverOf(pod: PodObject, { nameservers, search }: ResolvConf, dns: DnsSetup): Resolver {
  const domain = dns.corefile === undefined ? undefined : readCorefile(dns.corefile).zones[0]?.replace(/\.$/, '');
  const own = domain && `${pod.namespace}.svc.${domain}`;
  return {
    kind: 'read',
    policy: pod.hostNetwork && pod.dnsPolicy === 'ClusterFirst' ? 'host' : 'cluster',
    servers: nameservers,
    wanted: dns.service?.clusterIps ?? [],
    search,
    ...(own && !search.includes(own) ? { missingSearch: own } : {}),
  };
}

/** NodeLocal DNS listens on a link-local address, 169.254.20.10 by its own manifest. */
export const asksCluster = ({ servers, wanted }: Extract<Resolver, { kind: 'read' }>): boolean =>
  servers.some((server) => wanted.includes(server) || server.startsWith('169.254.'));

const not = (why: string): Resolver => ({ kind: 'does-not-apply', why });
