// Facts derived from other facts, by the kind of thing they are about. Each is made in the file named for it.
import { unready } from './unready.js';

export const modelSources = {
  cluster: {},
  node: {},
  pod: {},
  service: { unready },
  flow: {},
};
