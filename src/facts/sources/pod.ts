import type { Where } from '../../evidence/evidence.js';
import { Unanswerable, unreadable, type Answered, type Unreadable } from '../fact.js';
import type { EventObject, PodObject } from '../kube.js';
import { readEvent } from '../read/kube-objects.js';
import { readPod } from '../read/kube-pod.js';
import type { SourcesOf } from '../fact.js';
import type { HostsEntry, ResolvConf, User } from '../network.js';
import { hostsAsk, readHostsAnswer, readResolvConfAnswer, resolvConfAsk } from '../asks/files.js';
import { readUserAnswer, userAsk } from '../asks/user.js';
import { askList, askObject, namespaced } from './api.js';
import { netnsSources, type NetnsFacts } from './netns.js';
import { ranAt, reading, runAt } from './run.js';
import { eventsOf } from './service.js';
import { podWhere } from './where.js';

declare module '../fact.js' {
  interface PodFacts extends NetnsFacts {
    object: PodObject | 'absent';
    events: readonly EventObject[];
    where: Where;
    resolvConf: ResolvConf;
    hosts: readonly HostsEntry[];
    /** As whom our attempts are made from it. */
    user: User;
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
  user(pod, know) {
    const object = know.get(pod, 'object');
    const running = object === 'absent' ? [] : object.containers.filter((each) => each.running);
    const read = (answer: Answered): User | Unreadable => {
      // Asked in a container of the pod's own, it need not be the one that makes the attempts, nor their user the same.
      const isInside = answer.through.startsWith(`${pod.namespace}/${pod.name} `);
      return isInside && running.length > 1
        ? unreadable('its containers may run as different users')
        : readUserAnswer(answer);
    };
    return runAt(know, know.get(pod, 'where'), reading(userAsk, read));
  },
} satisfies Partial<SourcesOf<'pod'>>;
