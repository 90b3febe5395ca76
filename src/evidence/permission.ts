// The permission an API path needs, as RBAC names it. Pure: a refused request can then say what to grant.

export interface Permission {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  /** With its sub-resource: `pods/log`. A path starting with `/` for what is no resource. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PATCH: 'patch', PUT: 'update', DELETE: 'delete' };

export function permissionFor(method: string, path: string): Permission {
  const [route = '', query = ''] = path.split('?', 2);
  const parts = route.split('/').filter(Boolean).map(decodeURIComponent);
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return { verb: method.toLowerCase(), group: '', resource: route };
  const group = core ? '' : (parts[1] ?? '');
  const rest = parts.slice(core ? 2 : 3);
  if (rest.length === 0) return { verb: method.toLowerCase(), group: '', resource: route };
  // /namespaces/NAME is the Namespace itself; anything behind it lives inside.
  const inside = rest[0] === 'namespaces' && rest.length > 2;
  const [resource = '', name, subresource] = inside ? rest.slice(2) : rest;
  return {
    verb: VERBS[method] ?? readVerb(name, query),
    group,
    resource: subresource ? `${resource}/${subresource}` : resource,
    ...(inside ? { namespace: rest[1] ?? '' } : {}),
    ...(name ? { name } : {}),
  };
}

function readVerb(name: string | undefined, query: string): string {
  if (/(^|&)watch=(true|1)/.test(query)) return 'watch';
  return name ? 'get' : 'list';
}

/** `list endpointslices.discovery.k8s.io in shop`: what people search their roles for. */
export function permissionText({ verb, group, resource, namespace }: Permission): string {
  const [kind = '', subresource] = resource.startsWith('/') ? [resource] : resource.split('/');
  const full = `${kind}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`;
  return `${verb} ${full}${namespace ? ` in ${namespace}` : ''}`;
}
