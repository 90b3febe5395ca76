// The same command through a kubectl child: for proxies that strip upgrades, and roles with only `create` on exec.
import { deferred } from './deferred.js';
import type { ExecCall, ExecEnd, Running } from './exec.js';
import type { Overrides } from './kubeconfig/overrides.js';
import { firstLine } from './kubeconfig/login.js';

const STDERR_LIMIT = 64 << 10;

/** The flags of kubectl that decide which server and whose identity. */
export function kubectlFlags(flags: Overrides): readonly string[] {
  const words: readonly (readonly [string, string | boolean | undefined])[] = [
    ['kubeconfig', flags.kubeconfig],
    ['context', flags.context],
    ['cluster', flags.cluster],
    ['user', flags.user],
    ['server', flags.server],
    ['tls-server-name', flags.tlsServerName],
    ['insecure-skip-tls-verify', flags.insecureSkipTlsVerify],
    ['certificate-authority', flags.certificateAuthority],
    ['client-certificate', flags.clientCertificate],
    ['client-key', flags.clientKey],
    ['token', flags.token],
    ['username', flags.username],
    ['password', flags.password],
    ['as', flags.as],
    ['as-uid', flags.asUid],
    ...(flags.asGroup ?? []).map((group) => ['as-group', group] as const),
    ...(flags.asUserExtra ?? []).map((pair) => ['as-user-extra', pair] as const),
  ];
  return words.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
}

export async function openKubectlExec(flags: Overrides, call: ExecCall): Promise<Running> {
  const { execa } = await import('execa');
  const { namespace, pod, container } = call.container;
  const words = ['exec', '-i', '-n', namespace, pod, '-c', container, ...kubectlFlags(flags), '--', ...call.command];
  // KUBECTL_PATH names the kubectl that called us as its plugin.
  const child = execa(process.env['KUBECTL_PATH'] ?? 'kubectl', words, {
    buffer: false,
    encoding: 'buffer',
    reject: false,
    stdin: 'pipe',
    forceKillAfterDelay: 1000,
  });
  const { promise, resolve } = deferred<ExecEnd>();
  let stderr = '';
  child.stdout?.on('data', call.onStdout);
  child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_LIMIT)));
  // A child that ended early says why by its exit, not by the pipe it left.
  child.stdin?.on('error', () => undefined);
  child.then(
    ({ exitCode, failed, message }) =>
      resolve(
        exitCode === undefined
          ? { kind: 'lost', detail: firstLine(message ?? 'kubectl did not start') }
          : { kind: 'exit', code: exitCode, stderr, message: failed ? stderr.trim() : '' },
      ),
    (error: unknown) => resolve({ kind: 'lost', detail: firstLine(error) }),
  );
  return {
    ended: promise,
    write: (text) => void child.stdin?.write(text),
    stop: () => void child.kill('SIGKILL'),
    carrier: () => ' by kubectl exec',
  };
}
