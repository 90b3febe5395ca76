// Credential plugins: one process for any number of callers, its answer kept until it expires.
import { spawn } from 'node:child_process';
import { deferred } from '../deferred.js';
import type { Login } from './login.js';
import { firstLine } from './login.js';
import type { ExecPlugin } from './config.js';
import { fieldsOf, some, textOf } from './config.js';

export interface PluginCredential {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly expiresAtMs?: number;
}

export interface Plugin {
  credential(): Promise<PluginCredential>;
  /** After a 401: forget what is held, unless another caller has asked again since. */
  forget(stale: PluginCredential): void;
}

/** A login that opens a browser may well take a minute; one that hangs must not hold a run for ever. */
const PLUGIN_TIMEOUT_MS = 90_000;
/** A credential this close to its end is not worth sending. */
const EXPIRY_MARGIN_MS = 10_000;
const OUTPUT_LIMIT = 1 << 20;

export function openPlugin(plugin: ExecPlugin, login: Login): Plugin {
  let held: PluginCredential | undefined;
  let running: Promise<PluginCredential> | undefined;
  const fresh = () => held && (held.expiresAtMs === undefined || held.expiresAtMs - EXPIRY_MARGIN_MS > Date.now());
  return {
    async credential() {
      if (held && fresh()) return held;
      // Fifty first calls at once must not open fifty browsers.
      running ??= runPlugin(plugin, login).finally(() => (running = undefined));
      held = await running;
      return held;
    },
    forget(stale) {
      if (held === stale) held = undefined;
    },
  };
}

async function runPlugin(plugin: ExecPlugin, login: Login): Promise<PluginCredential> {
  const interactive = plugin.interactive !== 'Never' && Boolean(process.stdin.isTTY);
  if (plugin.interactive === 'Always' && !interactive) {
    throw new Error(`credential plugin ${plugin.command} needs a terminal, and standard input is none`);
  }
  const info = {
    kind: 'ExecCredential',
    apiVersion: plugin.apiVersion,
    spec: { ...(plugin.provideClusterInfo ? { cluster: clusterInfo(login) } : {}), interactive },
  };
  const output = await outputOf(plugin, interactive, `${JSON.stringify(info)}\n`);
  return readCredential(plugin, output);
}

function clusterInfo(login: Login): object {
  return {
    server: login.server,
    ...some('tls-server-name', login.tlsServerName),
    ...(login.insecure ? { 'insecure-skip-tls-verify': true } : {}),
    ...some('certificate-authority-data', login.ca && Buffer.from(login.ca).toString('base64')),
    ...some('proxy-url', login.proxyUrl),
    ...(login.compress ? {} : { 'disable-compression': true }),
    config: login.pluginConfig ?? null,
  };
}

function outputOf(plugin: ExecPlugin, interactive: boolean, info: string): Promise<string> {
  const { promise, resolve, reject } = deferred<string>();
  const child = spawn(plugin.command, [...plugin.args], {
    env: { ...process.env, ...plugin.env, KUBERNETES_EXEC_INFO: info },
    // An open pipe on stdin would let a plugin that asks a question wait for ever.
    stdio: [interactive ? 'inherit' : 'ignore', 'pipe', interactive ? 'inherit' : 'pipe'],
    timeout: PLUGIN_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    windowsHide: true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout = (stdout + chunk).slice(0, OUTPUT_LIMIT)));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr = (stderr + chunk).slice(0, OUTPUT_LIMIT)));
  child.on('error', (error) => {
    const hint = plugin.installHint ? ` ${plugin.installHint.trim()}` : '';
    reject(new Error(`credential plugin ${plugin.command} did not start: ${firstLine(error)}.${hint}`));
  });
  child.on('close', (code, signal) => {
    if (code === 0) return resolve(stdout);
    const how = signal ? `was stopped after ${PLUGIN_TIMEOUT_MS / 1000} s` : `ended with exit code ${code}`;
    return reject(new Error(`credential plugin ${plugin.command} ${how}: ${stderr.trim().slice(0, 400)}`));
  });
  return promise;
}

function readCredential(plugin: ExecPlugin, output: string): PluginCredential {
  const answer = fieldsOf(parsed(plugin, output));
  const status = fieldsOf(answer['status']);
  const expires = textOf(status['expirationTimestamp']);
  const credential = {
    ...some('token', textOf(status['token'])),
    ...some('cert', textOf(status['clientCertificateData'])),
    ...some('key', textOf(status['clientKeyData'])),
    ...some('expiresAtMs', expires === undefined ? undefined : Date.parse(expires)),
  };
  if (credential.token || (credential.cert && credential.key)) return credential;
  throw new Error(`credential plugin ${plugin.command} printed neither a token nor a client certificate`);
}

function parsed(plugin: ExecPlugin, output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    throw new Error(`credential plugin ${plugin.command} did not print an ExecCredential`);
  }
}
