import type { LayerId } from '../checks/check.js';

// Record makes a layer without a question a compile error.
export const LAYERS: Readonly<Record<LayerId, { readonly name: string; readonly question: string }>> = {
  L1: { name: 'link', question: 'Is every interface up and free of errors?' },
  L2: { name: 'segment', question: 'Are veths, bridges and tunnels joined to the right neighbours?' },
  L3: { name: 'network', question: 'Is there a way there and back, at full packet size, past every firewall?' },
  L4: { name: 'transport', question: 'Can a new connection be opened, translated and tracked?' },
  L5: { name: 'session', question: 'Do established flows still lead to a living end?' },
  L6: { name: 'presentation', question: 'Do both ends speak the same encoding and trust each other?' },
  L7: { name: 'application', question: 'Does the name resolve, and is somebody ready to answer?' },
};
export const LAYER_ORDER = Object.keys(LAYERS) as readonly LayerId[];
