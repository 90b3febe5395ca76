// Asks the API server what we may do, one review a permission: rules reviews may be incomplete, these are not.
import type { Gap } from './evidence.js';
import { fieldsOf } from './kubeconfig/config.js';
import { limiter } from './limiter.js';
import type { Permission } from './permission.js';
import type { Transport } from './transport.js';

export type Reviewed = { readonly allowed: boolean } | { readonly gap: Gap };

const AT_ONCE = 8;

/** One answer per permission, in order. Every user may ask this by default. */
export async function reviewPermissions(transport: Transport, wanted: readonly Permission[]): Promise<Reviewed[]> {
  const slot = limiter(AT_ONCE);
  return Promise.all(wanted.map((permission) => slot(() => review(transport, permission))));
}

async function review(transport: Transport, permission: Permission): Promise<Reviewed> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: permission.resource.startsWith('/')
      ? { nonResourceAttributes: { path: permission.resource, verb: permission.verb } }
      : { resourceAttributes: attributesOf(permission) },
  };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const got = await transport.call({ method: 'POST', path, body });
  if (got.kind === 'absent') return { gap: { kind: 'refused', detail: got.says } };
  if (got.kind === 'refused') return { gap: got.gap };
  return { allowed: fieldsOf(fieldsOf(JSON.parse(got.text))['status'])['allowed'] === true };
}

function attributesOf({ verb, group, resource, namespace, name }: Permission): object {
  const [kind, subresource] = resource.split('/');
  return {
    verb,
    group,
    resource: kind,
    ...(subresource ? { subresource } : {}),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
  };
}
