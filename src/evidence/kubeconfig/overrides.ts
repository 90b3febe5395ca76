// kubectl's own flags, laid over what the kubeconfig files say. Pure.
import type { Cluster, KubeConfig, User } from './config.js';
import { some } from './config.js';

/** One field per flag of kubectl; absent means the flag was not given. */
export interface Overrides {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
  readonly server?: string;
  readonly tlsServerName?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly certificateAuthority?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly asUid?: string;
  readonly asGroup?: readonly string[];
  /** `key=value`, repeatable. */
  readonly asUserExtra?: readonly string[];
  readonly requestTimeoutMs?: number;
  readonly disableCompression?: boolean;
  /** Accepted, because scripts pass it; nothing is cached here. */
  readonly cacheDir?: string;
}

/** What of a KubeConfig one run uses, before any file it points to is read. */
export interface Chosen {
  readonly contextName: string;
  readonly userName: string;
  readonly clusterName: string;
  readonly cluster: Cluster;
  readonly user: User;
  readonly namespace?: string;
}

/** What names nothing: the caller words it. */
export interface Misnamed {
  readonly misnamed: 'context' | 'cluster' | 'user';
  readonly name: string;
  readonly known: readonly string[];
}

const NO_CLUSTER: Cluster = { insecure: false, disableCompression: false };
const NO_USER: User = { impersonate: { groups: [], extra: {} } };

export function choose(config: KubeConfig, flags: Overrides): Chosen | Misnamed {
  const contextName = flags.context ?? config.currentContext ?? '';
  const context = config.contexts.get(contextName);
  // kubectl lets an unset current-context pass, and reaches for localhost:8080 or the cluster it runs in.
  if (!context && contextName) return misnamed('context', contextName, config.contexts);
  const clusterName = flags.cluster ?? context?.cluster ?? '';
  const cluster = config.clusters.get(clusterName);
  if (!cluster && clusterName) return misnamed('cluster', clusterName, config.clusters);
  const userName = flags.user ?? context?.user ?? '';
  const user = config.users.get(userName);
  if (!user && userName) return misnamed('user', userName, config.users);
  return {
    contextName,
    clusterName,
    userName,
    cluster: overlaidCluster(cluster ?? NO_CLUSTER, flags),
    user: overlaidUser(user ?? NO_USER, flags),
    ...some('namespace', flags.namespace ?? context?.namespace),
  };
}

const misnamed = (kind: Misnamed['misnamed'], name: string, known: ReadonlyMap<string, unknown>): Misnamed => ({
  misnamed: kind,
  name,
  known: [...known.keys()].toSorted(),
});

function overlaidCluster(cluster: Cluster, flags: Overrides): Cluster {
  const { caFile, caData, tlsServerName, ...rest } = cluster;
  const insecure = flags.insecureSkipTlsVerify ?? cluster.insecure;
  const authority = flags.certificateAuthority
    ? { caFile: flags.certificateAuthority }
    : { ...some('caFile', caFile), ...some('caData', caData) };
  return {
    ...rest,
    ...some('server', flags.server ?? cluster.server),
    insecure,
    // The flag drops a certificate authority from the file; the file's own contradiction is left to be refused.
    ...(flags.insecureSkipTlsVerify ? {} : authority),
    // Another server has another name: the file's is not carried over to it.
    ...some('tlsServerName', flags.server || flags.tlsServerName ? flags.tlsServerName : tlsServerName),
    disableCompression: flags.disableCompression ?? cluster.disableCompression,
  };
}

function overlaidUser(user: User, flags: Overrides): User {
  const { certData, keyData, ...rest } = user;
  return {
    ...rest,
    // A tokenFile of the kubeconfig still wins over --token: odd, but what kubectl does.
    ...some('token', flags.token ?? user.token),
    ...(flags.clientCertificate ? { certFile: flags.clientCertificate } : some('certData', certData)),
    ...(flags.clientKey ? { keyFile: flags.clientKey } : some('keyData', keyData)),
    ...some('username', flags.username ?? user.username),
    ...some('password', flags.password ?? user.password),
    impersonate: {
      ...some('user', flags.as ?? user.impersonate.user),
      ...some('uid', flags.asUid ?? user.impersonate.uid),
      groups: flags.asGroup?.length ? flags.asGroup : user.impersonate.groups,
      extra: flags.asUserExtra?.length ? extraOf(flags.asUserExtra) : user.impersonate.extra,
    },
  };
}

function extraOf(pairs: readonly string[]): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const pair of pairs) {
    const [key = '', ...value] = pair.split('=');
    (extra[key] ??= []).push(value.join('='));
  }
  return extra;
}
