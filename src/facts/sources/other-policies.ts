// Policies beside networking.k8s.io/v1, read where the enforcer looks at them. A kind that the server does not have is none.
import { CLUSTER } from '../../target/subject.js';
import { Unanswerable, type Know, type Source } from '../fact.js';
import type { AdminPolicy, CiliumPolicy, OtherPolicies } from '../policy.js';
import { readAdminPolicy } from '../read/admin-policy.js';
import { readCalicoPolicy, readCalicoTier } from '../read/calico-policy.js';
import { readCiliumPolicy } from '../read/cilium-policy.js';
import { askList, askObject, listRequest, objectRequest } from './api.js';
import { askServed } from './served.js';

declare module '../fact.js' {
  interface ClusterFacts {
    otherPolicies: OtherPolicies;
  }
}

const GROUP = '/apis/policy.networking.k8s.io';
const KINDS: readonly (readonly [kind: AdminPolicy['kind'], path: string])[] = [
  ['AdminNetworkPolicy', `${GROUP}/v1alpha1/adminnetworkpolicies`],
  ['BaselineAdminNetworkPolicy', `${GROUP}/v1alpha1/baselineadminnetworkpolicies`],
  ['ClusterNetworkPolicy', `${GROUP}/v1alpha2/clusternetworkpolicies`],
];
/** kube-router reads none of them (its watches: NetworkPolicy, Namespace, Pod), and where nobody enforces none counts. */
const BLIND: readonly string[] = ['kube-router', 'none'];

export const otherPolicies: Source<'cluster', OtherPolicies> = (_, know) => {
  const { name } = know.get(CLUSTER, 'enforcer');
  if (BLIND.includes(name)) return { admin: [] };
  know.begin([
    ...[...KINDS.map(([, path]) => path), ...own(name)].map((path) => listRequest(path)),
    ...(name === 'calico' ? [objectRequest(CALICO_GROUP)] : []),
  ]);
  const admin = KINDS.flatMap(([kind, path]) =>
    askServed(know, { path, group: GROUP }).map((one) => readAdminPolicy(one, kind)),
  );
  if (name === 'cilium') return { admin, cilium: ciliumOwn(know) };
  return name === 'calico' ? { admin, calico: calicoOwn(know) } : { admin };
};

/** The enforcer's own kinds, as its CRDs are stored. */
const CILIUM = '/apis/cilium.io/v2';
const CALICO_GROUP = '/apis/crd.projectcalico.org';
const CALICO = '/apis/crd.projectcalico.org/v1';
const OWN = {
  cilium: {
    CiliumNetworkPolicy: `${CILIUM}/ciliumnetworkpolicies`,
    CiliumClusterwideNetworkPolicy: `${CILIUM}/ciliumclusterwidenetworkpolicies`,
  },
  calico: {
    NetworkPolicy: `${CALICO}/networkpolicies`,
    GlobalNetworkPolicy: `${CALICO}/globalnetworkpolicies`,
    Tier: `${CALICO}/tiers`,
  },
};

const own = (name: string): readonly string[] =>
  name === 'cilium' || name === 'calico' ? Object.values(OWN[name]) : [];

const ciliumOwn = (know: Know): readonly CiliumPolicy[] =>
  (['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy'] as const).flatMap((kind) =>
    askList(know, OWN.cilium[kind]).flatMap((one) => readCiliumPolicy(one, kind)),
  );

/**
 * A running Calico without its CRDs keeps policies elsewhere: in etcd (its manifests calico-etcd.yaml and canal-etcd.yaml), or
 * under projectcalico.org/v3 alone (calico-v3-crds.yaml), whose lists leave out tiers where its own API server answers.
 * Without one kind of CRD there are none of it.
 */
function calicoOwn(know: Know): NonNullable<OtherPolicies['calico']> {
  if (askObject(know, CALICO_GROUP) === undefined)
    throw new Unanswerable([
      {
        kind: 'unreadable',
        detail:
          'this Calico has no crd.projectcalico.org, so its own policies are in etcd or in projectcalico.org/v3, and neither is read',
      },
    ]);
  const policies = (['NetworkPolicy', 'GlobalNetworkPolicy'] as const).flatMap((kind) =>
    askList(know, OWN.calico[kind]).map((one) => readCalicoPolicy(one, kind)),
  );
  return { policies, tiers: askList(know, OWN.calico.Tier).map(readCalicoTier) };
}
