// The one table of how every fact comes to be: read, derived from other entities, or predicted.
import type { Sources } from '../facts/fact.js';
import { clusterSources } from '../facts/sources/cluster.js';
import { flowSources } from '../facts/sources/flow.js';
import { nodeSources } from '../facts/sources/node.js';
import { podSources } from '../facts/sources/pod.js';
import { serviceSources } from '../facts/sources/service.js';
import { modelSources } from '../model/sources.js';
import { checkSources } from './check-sources.js';
import { pathSources } from './path-sources.js';

export const SOURCES: Sources = {
  cluster: { ...clusterSources, ...modelSources.cluster, ...checkSources.cluster },
  node: { ...nodeSources, ...modelSources.node, ...pathSources.node, ...checkSources.node },
  pod: { ...podSources, ...modelSources.pod, ...pathSources.pod, ...checkSources.pod },
  service: { ...serviceSources, ...modelSources.service, ...checkSources.service },
  flow: { ...flowSources, ...modelSources.flow, ...pathSources.flow, ...checkSources.flow },
};
