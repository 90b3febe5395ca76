// OIDC, gcp and azure logins of old kubeconfigs: only the official client still speaks them, so only here is it loaded.
import { KubeConfig } from '@kubernetes/client-node';
import type { Login } from './login.js';

export async function authProviderHeader(login: Login): Promise<string | undefined> {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'c', server: login.server, skipTLSVerify: login.insecure }],
    users: [{ name: 'u', authProvider: login.user.authProvider }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  });
  const options: { headers: Record<string, string> } = { headers: {} };
  await config.applyToHTTPSOptions(options);
  return options.headers['Authorization'];
}
