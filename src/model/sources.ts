// Facts derived from other facts, by the kind of thing they are about. Each is made in the file named for it.
import { hostLink } from './host-link.js';
import { overlay } from './overlay.js';
import { peers } from './peers.js';
import { podBridge } from './pod-bridge.js';
import { podLinks } from './pod-links.js';
import { uplink } from './uplink.js';

export const modelSources = {
  cluster: {},
  node: { overlay, peers, podBridge, podLinks, uplink },
  pod: { hostLink },
  service: {},
  flow: {},
};
