// From flags, environment and files to one server and one identity. Reads files; opens no socket.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { UsageError } from '../../target/usage-error.js';
import type { KubeConfig, User } from './config.js';
import { EMPTY_CONFIG, mergeKubeConfigs, parseKubeConfig, some } from './config.js';
import type { Chosen, Misnamed, Overrides } from './overrides.js';
import { choose } from './overrides.js';

export interface Login {
  /** With scheme, without a slash at the end. */
  readonly server: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure: boolean;
  readonly tlsServerName?: string;
  readonly proxyUrl?: string;
  readonly compress: boolean;
  readonly user: User;
  readonly pluginConfig?: unknown;
  readonly namespace: string;
  /** Empty where no kubeconfig was used. */
  readonly context: string;
  readonly userName: string;
  readonly clusterName: string;
  readonly requestTimeoutMs?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const POD_FILES = '/var/run/secrets/kubernetes.io/serviceaccount';

export function loadLogin(flags: Overrides, environment: Environment = process.env): Login {
  const chosen = choose(loadKubeConfig(flags, environment), flags);
  if ('misnamed' in chosen) throw misnamedError(chosen);
  if (!chosen.cluster.server) return inCluster(chosen, flags, environment) ?? loginOf(chosen, flags);
  return loginOf(chosen, flags);
}

/** --kubeconfig alone, else the files of KUBECONFIG, else ~/.kube/config. */
export function loadKubeConfig(flags: Overrides, environment: Environment = process.env): KubeConfig {
  if (flags.kubeconfig) {
    const config = readConfig(flags.kubeconfig);
    if (!config) throw new UsageError(`kubeconfig "${flags.kubeconfig}" does not exist.`);
    return config;
  }
  const listed = environment['KUBECONFIG'];
  const paths = listed ? listed.split(delimiter).filter(Boolean) : [join(homeOf(environment), '.kube', 'config')];
  return mergeKubeConfigs([...new Set(paths)].map((path) => readConfig(path) ?? EMPTY_CONFIG));
}

function homeOf(environment: Environment): string {
  return environment['HOME'] ?? environment['USERPROFILE'] ?? homedir();
}

function readConfig(path: string): KubeConfig | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    return parseKubeConfig(text, dirname(resolve(path)));
  } catch (error) {
    throw new UsageError(`kubeconfig "${path}" cannot be read: ${firstLine(error)}`);
  }
}

/** Undefined for a file that is not there, which kubectl passes over; any other trouble is told. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new UsageError(`cannot read "${path}": ${firstLine(error)}`);
  }
}

function loginOf(chosen: Chosen, flags: Overrides): Login {
  const { cluster, user } = chosen;
  if (cluster.insecure && (cluster.caData || cluster.caFile)) {
    throw new UsageError('specifying a root certificates file with the insecure flag is not allowed');
  }
  const server = serverUrl(cluster.server ?? 'localhost:8080');
  // kubectl shows no credentials to a server without TLS: `kubectl proxy` has its own.
  const secure = server.startsWith('https:');
  const ca = material(cluster.caData, cluster.caFile);
  return {
    server,
    ...some('ca', ca),
    ...some('cert', secure ? material(user.certData, user.certFile) : undefined),
    ...some('key', secure ? material(user.keyData, user.keyFile) : undefined),
    insecure: cluster.insecure,
    ...some('tlsServerName', cluster.tlsServerName),
    ...some('proxyUrl', cluster.proxyUrl),
    compress: !cluster.disableCompression,
    user: secure ? user : { impersonate: user.impersonate },
    ...some('pluginConfig', cluster.pluginConfig),
    namespace: chosen.namespace ?? 'default',
    context: chosen.contextName,
    userName: chosen.userName,
    clusterName: chosen.clusterName,
    ...some('requestTimeoutMs', flags.requestTimeoutMs || undefined),
  };
}

/** kubectl's rule: without a scheme it is http, whatever is configured about TLS. */
function serverUrl(server: string): string {
  const url = server.includes('://') ? server : `http://${server}`;
  if (!URL.canParse(url)) throw new UsageError(`the server address "${server}" is not a URL.`);
  return url.replace(/\/+$/, '');
}

function material(data: string | undefined, file: string | undefined): string | undefined {
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  if (!file) return undefined;
  const text = readText(file);
  if (text === undefined) throw new UsageError(`the kubeconfig names the file "${file}", which does not exist.`);
  return text;
}

/** Inside a pod and without a kubeconfig, kubectl takes the pod's own service account. */
function inCluster(chosen: Chosen, flags: Overrides, environment: Environment): Login | undefined {
  const host = environment['KUBERNETES_SERVICE_HOST'];
  const port = environment['KUBERNETES_SERVICE_PORT'];
  if (!host || !port || readText(join(POD_FILES, 'token')) === undefined) return undefined;
  const cluster = {
    ...chosen.cluster,
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ...(chosen.cluster.caFile || chosen.cluster.insecure ? {} : { caFile: join(POD_FILES, 'ca.crt') }),
  };
  const user = chosen.user.token ? chosen.user : { ...chosen.user, tokenFile: join(POD_FILES, 'token') };
  const namespace = chosen.namespace ?? readText(join(POD_FILES, 'namespace'))?.trim();
  return loginOf({ ...chosen, cluster, user, ...some('namespace', namespace) }, flags);
}

function misnamedError({ misnamed, name, known }: Misnamed): UsageError {
  const close = known.filter((other) => other.includes(name) || name.includes(other) || other[0] === name[0]);
  const listed = (close.length > 0 ? close : known).slice(0, 5).join(', ');
  const word = close.length > 0 ? 'Similar' : 'Known';
  return new UsageError(`${misnamed} "${name}" does not exist.${listed ? ` ${word}: ${listed}.` : ''}`);
}

export const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
