import type { CiliumMaps } from '../facts/ebpf.js';
import type { Backend, Found, Wanted } from './programmed.js';

/** Cilium's load balancer has no hook to jump from: an entry of the map is all there is. */
export function foundInCilium({ services }: CiliumMaps, { address, dport }: Wanted): Found {
  const key = `${address}:${dport}`;
  const service = services.get(key);
  const slots = service && (service.inside ?? service.backends);
  return {
    by: 'cilium',
    jumps: 'the socket',
    jump: true,
    ...(service ? { entry: `${key} [${service.flags.join(', ')}]` } : {}),
    ...(slots ? { backends: slots.map(backendOf) } : {}),
    command: `cilium-dbg bpf lb list | grep -F '${key} '`,
  };
}

const backendOf = (slot: NonNullable<ReturnType<CiliumMaps['services']['get']>>['backends'][number]): Backend =>
  'missing' in slot
    ? { to: slot.text, text: slot.text, lost: true }
    : { to: `${slot.address}:${slot.port}`, text: slot.text };
