// Facts derived from other facts, by the kind of thing they are about. Each is made in the file named for it.
import { bridgeNetfilter } from './bridge-netfilter.js';
import { cniAgent } from './cni-agent.js';
import { cniConfig } from './cni-config.js';
import { hostLink } from './host-link.js';
import { mtus } from './mtus.js';
import { overlay } from './overlay.js';
import { ownPods } from './own-pods.js';
import { peers } from './peers.js';
import { podBridge } from './pod-bridge.js';
import { podLinks } from './pod-links.js';
import { podRanges } from './pod-ranges.js';
import { selfCall } from './self-call.js';
import { uplink } from './uplink.js';
import { upperSources } from './upper-sources.js';

export const modelSources = {
  cluster: { ...upperSources.cluster },
  node: {
    ...upperSources.node,
    bridgeNetfilter,
    cniAgent,
    cniConfig,
    mtus,
    overlay,
    ownPods,
    peers,
    podBridge,
    podLinks,
    podRanges,
    uplink,
  },
  pod: { ...upperSources.pod, hostLink },
  service: { ...upperSources.service },
  flow: { ...upperSources.flow, selfCall },
};
