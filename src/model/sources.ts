// Facts derived from other facts, by the kind of thing they are about. Each is made in the file named for it.
export const modelSources = {
  cluster: {},
  node: {},
  pod: {},
  service: {},
  flow: {},
};
