import type { SourcesOf } from '../fact.js';
import type { Endpoint, EventObject, PodObject, ServiceObject } from '../kube.js';
import { readEvent, readService, readSlice } from '../read/kube-objects.js';
import { POD_FIELDS, readPod } from '../read/kube-pod.js';
import { askList, askObject, namespaced, selected } from './api.js';

declare module '../fact.js' {
  interface ServiceFacts {
    object: ServiceObject | 'absent';
    endpoints: readonly Endpoint[];
    /** Pods that carry the Service's selector, ready or not. */
    selectedPods: readonly PodObject[];
    /** Pods of its namespace by labels only: what the selector might have meant. */
    neighbours: readonly PodObject[];
    events: readonly EventObject[];
  }
}

export const serviceSources = {
  object(service, know) {
    const found = askObject(know, namespaced('', service.namespace, `services/${service.name}`));
    return found === undefined ? 'absent' : readService(found);
  },
  endpoints(service, know) {
    const path = selected(namespaced('discovery.k8s.io/v1', service.namespace, 'endpointslices'), {
      'kubernetes.io/service-name': service.name,
    });
    return askList(know, path).flatMap(readSlice);
  },
  selectedPods(service, know) {
    const object = know.get(service, 'object');
    if (object === 'absent' || Object.keys(object.selector).length === 0) return [];
    const path = selected(namespaced('', service.namespace, 'pods'), object.selector);
    return askList(know, path, POD_FIELDS).map(readPod);
  },
  neighbours(service, know) {
    const object = know.get(service, 'object');
    if (object === 'absent' || Object.keys(object.selector).length === 0) return [];
    if (know.get(service, 'selectedPods').length > 0) return [];
    return askList(know, `${namespaced('', service.namespace, 'pods')}?limit=500`, POD_FIELDS).map(readPod);
  },
  events: (service, know) => askList(know, eventsOf(service.namespace, 'Service', service.name)).map(readEvent),
} satisfies Partial<SourcesOf<'service'>>;

export const eventsOf = (namespace: string, kind: string, name: string): string =>
  `${namespaced('', namespace, 'events')}?fieldSelector=${encodeURIComponent(
    `involvedObject.kind=${kind},involvedObject.name=${name}`,
  )}`;
