// kubectl as people would type it, for evidence and fixes: every name quoted where it must be.
import { shown } from '../evidence/shell.js';
import type { PodObject } from '../facts/kube.js';
import { nodeSubject, type Subject } from '../target/subject.js';

interface Named {
  readonly namespace: string;
  readonly name: string;
}

export const getService = ({ namespace, name }: Named): string =>
  shown`kubectl -n ${namespace} get service ${name} -o yaml`;

export const getSlices = ({ namespace, name }: Named, output = 'yaml'): string =>
  shown`kubectl -n ${namespace} get endpointslices -l ${`kubernetes.io/service-name=${name}`} -o ${output}`;

export const getPod = ({ namespace, name }: Named, output = 'yaml'): string =>
  shown`kubectl -n ${namespace} get pod ${name} -o ${output}`;

export const describePod = (namespace: string, name: string): string =>
  shown`kubectl -n ${namespace} describe pod ${name}`;

export const podLog = ({ namespace, name }: Named): string => shown`kubectl -n ${namespace} logs ${name} --tail=50`;

/** Nodes on which pods run: what a finding about the pods is also about. */
export const nodesOf = (pods: readonly PodObject[]): readonly Subject<'node'>[] =>
  [...new Set(pods.flatMap(({ node }) => node ?? []))].toSorted().map(nodeSubject);

export const lookUp = ({ name, server }: { readonly name: string; readonly server: string }): string =>
  shown`nslookup ${name} ${server}`;
