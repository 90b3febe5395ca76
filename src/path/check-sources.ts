// Facts that checks rest on and that need addresses or routes to be compared. Each is made in the file named for it.
import { crossing } from './crossing.js';
import { leaving } from './leaving.js';
import { podRoutes } from './pod-routes.js';
import { policyDrift } from './policy/drift.js';
import { intended, policyVerdict } from './policy/intended.js';
import { stopping } from './stopping.js';

export const checkSources = {
  cluster: {},
  node: { podRoutes },
  pod: {},
  service: {},
  flow: { crossing, intended, leaving, policyDrift, policyVerdict, stopping },
};
