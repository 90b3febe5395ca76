// How kube-proxy names its chains (pkg/proxy/iptables/proxier.go, portProtoHash and servicePortEndpointChainName).
import { createHash } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const LENGTH = 16;

/** RFC 4648 base32 of the SHA-256, cut to 16 characters: 10 bytes, so no padding is ever reached. */
export function hash(text: string): string {
  const bits = [...createHash('sha256').update(text).digest().subarray(0, 10)]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  return Array.from({ length: LENGTH }, (_, at) => ALPHABET[Number.parseInt(bits.slice(at * 5, at * 5 + 5), 2)]).join(
    '',
  );
}

export interface PortOfService {
  readonly namespace: string;
  readonly name: string;
  readonly portName: string;
  readonly protocol: string;
}
const key = ({ namespace, name, portName, protocol }: PortOfService): string =>
  `${namespace}/${name}${portName === '' ? '' : `:${portName}`}${protocol.toLowerCase()}`;

export const serviceChain = (prefix: 'KUBE-SVC-' | 'KUBE-SVL-' | 'KUBE-EXT-', port: PortOfService): string =>
  prefix + hash(key(port));
export const endpointChain = (port: PortOfService, target: string): string => `KUBE-SEP-${hash(key(port) + target)}`;
