import type { Where } from '../../evidence/evidence.js';
import { Unanswerable } from '../fact.js';
import type { EventObject, PodObject } from '../kube.js';
import { readEvent } from '../read/kube-objects.js';
import { readPod } from '../read/kube-pod.js';
import type { SourcesOf } from '../fact.js';
import type { HostsEntry, ResolvConf } from '../network.js';
import { hostsAsk, readHostsAnswer, readResolvConfAnswer, resolvConfAsk } from '../asks/files.js';
import { askList, askObject, namespaced } from './api.js';
import { netnsSources, type NetnsFacts } from './netns.js';
import { ranAt, reading } from './run.js';
import { eventsOf } from './service.js';
import { podWhere } from './where.js';

declare module '../fact.js' {
  interface PodFacts extends NetnsFacts {
    object: PodObject | 'absent';
    events: readonly EventObject[];
    where: Where;
    resolvConf: ResolvConf;
    hosts: readonly HostsEntry[];
  }
}

export const podSources = {
  ...netnsSources,
  object(pod, know) {
    const found = askObject(know, namespaced('', pod.namespace, `pods/${pod.name}`));
    return found === undefined ? 'absent' : readPod(found);
  },
  events: (pod, know) => askList(know, eventsOf(pod.namespace, 'Pod', pod.name)).map(readEvent),
  where(pod, know) {
    const object = know.get(pod, 'object');
    if (object === 'absent')
      throw new Unanswerable([{ kind: 'unreachable', detail: `pod ${pod.name} does not exist` }]);
    return podWhere(object);
  },
  resolvConf: ranAt(reading(resolvConfAsk, readResolvConfAnswer)),
  hosts: ranAt(reading(hostsAsk, readHostsAnswer)),
} satisfies Partial<SourcesOf<'pod'>>;
