// What is wrong with what a node holds about tunnels, one clause for each peer.
import { shown } from '../evidence/shell.js';
import type { Peer, Peers } from './peers.js';

export interface WrongPeer {
  readonly says: string;
  readonly shows: string;
  readonly command: string;
  /** The Node whose annotations it contradicts. */
  readonly about: string;
  readonly repair?: string;
}

export const wrongPeers = (node: string, peers: Peers): readonly WrongPeer[] => [
  ...ownMac(node, peers),
  ...peers.list.flatMap((peer) => neighbourOf(peer, peers.device) ?? forwardingOf(peer, peers.device) ?? []),
];

function ownMac(node: string, { device, mac, publishedMac }: Peers): readonly WrongPeer[] {
  if (publishedMac === undefined || publishedMac === mac) return [];
  const says = `${device} has MAC ${mac}, while the Node publishes ${publishedMac}: frames from all peers find nobody`;
  return [{ says, shows: `link/ether ${mac}`, command: shown`ip link show dev ${device}`, about: node }];
}

function neighbourOf(peer: Peer, device: string): WrongPeer | undefined {
  const { node, gateway, publishedMac: published, mac } = peer;
  const command = shown`ip neigh show ${gateway} dev ${device}`;
  if (mac !== undefined && (published === undefined || mac === published)) return undefined;
  const repair = published && shown`ip neigh replace ${gateway} lladdr ${published} dev ${device} nud permanent`;
  const says =
    mac === undefined
      ? `no neighbour entry for ${gateway}, the tunnel of ${node}`
      : `${gateway}, the tunnel of ${node}, leads to MAC ${mac} instead of ${published}`;
  const shows = mac === undefined ? `no entry for ${gateway} dev ${device}` : `${gateway} dev ${device} lladdr ${mac}`;
  return { says, shows, command, about: node, ...(repair ? { repair } : {}) };
}

function forwardingOf({ node, publishedMac, mac, underlay, sentTo }: Peer, device: string): WrongPeer | undefined {
  const key = publishedMac ?? mac;
  if (key === undefined || sentTo.includes(underlay)) return undefined;
  const [elsewhere] = sentTo;
  const says =
    elsewhere === undefined
      ? `no forwarding entry sends ${key} to ${underlay}, the tunnel of ${node}`
      : `frames for ${key}, the tunnel of ${node}, are sent to ${elsewhere} instead of ${underlay}`;
  return {
    says,
    shows: elsewhere === undefined ? `no entry for ${key} dev ${device}` : `${key} dev ${device} dst ${elsewhere}`,
    command: shown`bridge fdb show dev ${device} | grep -i ${key}`,
    about: node,
    repair: shown`bridge fdb replace ${key} dev ${device} dst ${underlay} self permanent`,
  };
}
