// What kubeconfig files say, parsed and merged as kubectl does it. Pure: files are read elsewhere.
import { CORE_SCHEMA, load } from 'js-yaml';
import { isAbsolute, resolve } from 'node:path';

export interface Cluster {
  readonly server?: string;
  readonly caFile?: string;
  readonly caData?: string;
  readonly insecure: boolean;
  readonly tlsServerName?: string;
  readonly proxyUrl?: string;
  readonly disableCompression: boolean;
  /** Configuration for a credential plugin: the extension `client.authentication.k8s.io/exec`. */
  readonly pluginConfig?: unknown;
}

export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly installHint?: string;
  readonly provideClusterInfo: boolean;
  readonly interactive: 'Never' | 'IfAvailable' | 'Always';
}

export interface Impersonation {
  readonly user?: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

export interface User {
  readonly certFile?: string;
  readonly certData?: string;
  readonly keyFile?: string;
  readonly keyData?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly exec?: ExecPlugin;
  /** OIDC, gcp and azure of old: handed as it stands to the official client, which alone still knows them. */
  readonly authProvider?: Fields;
  readonly impersonate: Impersonation;
}

export interface Context {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

export interface KubeConfig {
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly users: ReadonlyMap<string, User>;
  readonly contexts: ReadonlyMap<string, Context>;
  readonly currentContext?: string;
}

export type Fields = Readonly<Record<string, unknown>>;

export const EMPTY_CONFIG: KubeConfig = { clusters: new Map(), users: new Map(), contexts: new Map() };

/** `folder` is the file's own: relative paths in it are meant from there. Throws on text that is no kubeconfig. */
export function parseKubeConfig(text: string, folder: string): KubeConfig {
  // CORE_SCHEMA: the default one turns a name like 2024-01-01 into a date.
  const parsed: unknown = text.trimStart().startsWith('{') ? JSON.parse(text) : load(text, { schema: CORE_SCHEMA });
  if (parsed === null || parsed === undefined) return EMPTY_CONFIG;
  if (typeof parsed !== 'object' || Array.isArray(parsed)) throw new Error('it does not hold a kubeconfig');
  const config = fieldsOf(parsed);
  const path = (value: unknown) => (isText(value) && !isAbsolute(value) ? resolve(folder, value) : textOf(value));
  return {
    clusters: named(config['clusters'], (entry) => clusterOf(fieldsOf(entry['cluster']), path)),
    users: named(config['users'], (entry) => userOf(fieldsOf(entry['user']), folder)),
    contexts: named(config['contexts'], (entry) => contextOf(fieldsOf(entry['context']))),
    ...some('currentContext', textOf(config['current-context'])),
  };
}

/** The first file to name an entry wins it whole; nothing of a later one shows through. */
export function mergeKubeConfigs(configs: readonly KubeConfig[]): KubeConfig {
  return {
    clusters: firstOf(configs.map(({ clusters }) => clusters)),
    users: firstOf(configs.map(({ users }) => users)),
    contexts: firstOf(configs.map(({ contexts }) => contexts)),
    ...some('currentContext', configs.map(({ currentContext }) => currentContext).find(Boolean)),
  };
}

const firstOf = <T>(maps: readonly ReadonlyMap<string, T>[]) => new Map(maps.toReversed().flatMap((map) => [...map]));

function clusterOf(cluster: Fields, path: (value: unknown) => string | undefined): Cluster {
  const extension = listOf(cluster['extensions'])
    .map(fieldsOf)
    .find(({ name }) => name === 'client.authentication.k8s.io/exec');
  return {
    ...some('server', textOf(cluster['server'])),
    ...some('caFile', path(cluster['certificate-authority'])),
    ...some('caData', textOf(cluster['certificate-authority-data'])),
    insecure: cluster['insecure-skip-tls-verify'] === true,
    ...some('tlsServerName', textOf(cluster['tls-server-name'])),
    ...some('proxyUrl', textOf(cluster['proxy-url'])),
    disableCompression: cluster['disable-compression'] === true,
    ...some('pluginConfig', extension?.['extension']),
  };
}

function userOf(user: Fields, folder: string): User {
  const path = (value: unknown) => (isText(value) && !isAbsolute(value) ? resolve(folder, value) : textOf(value));
  return {
    ...some('certFile', path(user['client-certificate'])),
    ...some('certData', textOf(user['client-certificate-data'])),
    ...some('keyFile', path(user['client-key'])),
    ...some('keyData', textOf(user['client-key-data'])),
    ...some('token', textOf(user['token'])),
    ...some('tokenFile', path(user['tokenFile'])),
    ...some('username', textOf(user['username'])),
    ...some('password', textOf(user['password'])),
    ...some('exec', user['exec'] ? execOf(fieldsOf(user['exec']), folder) : undefined),
    ...some('authProvider', user['auth-provider'] ? fieldsOf(user['auth-provider']) : undefined),
    impersonate: {
      ...some('user', textOf(user['as'])),
      ...some('uid', textOf(user['as-uid'])),
      groups: listOf(user['as-groups']).filter(isText),
      extra: Object.fromEntries(
        Object.entries(fieldsOf(user['as-user-extra'])).map(([key, values]) => [key, listOf(values).filter(isText)]),
      ),
    },
  };
}

function execOf(exec: Fields, folder: string): ExecPlugin {
  const command = textOf(exec['command']) ?? '';
  const mode = exec['interactiveMode'];
  return {
    apiVersion: textOf(exec['apiVersion']) ?? '',
    // kubectl looks a bare name up on the PATH, and takes a relative path from the kubeconfig's folder.
    command: /[/\\]/.test(command) && !isAbsolute(command) ? resolve(folder, command) : command,
    args: listOf(exec['args']).filter(isText),
    env: Object.fromEntries(
      listOf(exec['env'])
        .map(fieldsOf)
        .map(({ name, value }) => [textOf(name) ?? '', textOf(value) ?? '']),
    ),
    ...some('installHint', textOf(exec['installHint'])),
    provideClusterInfo: exec['provideClusterInfo'] === true,
    interactive: mode === 'Never' || mode === 'Always' ? mode : 'IfAvailable',
  };
}

function contextOf(context: Fields): Context {
  return {
    ...some('cluster', textOf(context['cluster'])),
    ...some('user', textOf(context['user'])),
    ...some('namespace', textOf(context['namespace'])),
  };
}

/** A name given twice in one file is an error to kubectl, and so it is here. */
function named<T>(list: unknown, read: (entry: Fields) => T): ReadonlyMap<string, T> {
  const entries = new Map<string, T>();
  for (const entry of listOf(list).map(fieldsOf)) {
    const name = textOf(entry['name']) ?? '';
    if (entries.has(name)) throw new Error(`duplicate name "${name}" in list`);
    entries.set(name, read(entry));
  }
  return entries;
}

/** The JSON doors of this folder: what is not there, or of another type, reads as nothing. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
export const textOf = (value: unknown): string | undefined => (isText(value) ? value : undefined);

/** One optional property, left out when there is nothing to say. */
export function some<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  const property: { [P in K]?: V } = {};
  if (value !== undefined) property[key] = value;
  return property;
}
