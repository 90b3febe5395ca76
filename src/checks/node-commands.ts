// kubectl about one node, as people would type it.
import { shown } from '../evidence/shell.js';

export const podsOn = (node: string): string =>
  shown`kubectl get pods -A -o wide --field-selector ${`spec.nodeName=${node}`}`;

export const getNode = (node: string): string => shown`kubectl get node ${node} -o yaml`;

export const describeSet = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
  shown`kubectl -n ${namespace} describe daemonset ${name}`;
