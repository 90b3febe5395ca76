// Which image of those already on a node makes the best probe. Pure; nothing is ever pulled without being asked for.

/** Best first, by the name of the repository's last part. What the images hold was looked up, see docs/decisions. */
const KNOWN: readonly RegExp[] = [
  /^(netshoot|nettools|network-multitool)$/,
  /^cilium$/,
  /^(node|calico-node|canal)$/,
  /^flannel$/,
  /^kube-router$/,
  /^(antrea-agent-ubuntu|antrea-ubuntu|kindnetd|weave-kube)$/,
  /^(alpine|busybox|debian|ubuntu|fedora)$/,
  // Holds iptables and nft, but nothing to enter a pod with.
  /^kube-proxy(-[a-z0-9]+)?$/,
];

export function chooseImage(names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({ name, rank: KNOWN.findIndex((known) => known.test(repository(name))) }))
    .filter(({ rank }) => rank >= 0)
    // Among names of one image the one with a tag reads better than the one with a digest.
    .toSorted((a, b) => a.rank - b.rank || Number(a.name.includes('@')) - Number(b.name.includes('@')));
  return ranked[0]?.name;
}

const repository = (name: string): string =>
  name
    .replace(/@.*$/, '')
    .replace(/:[^/:]*$/, '')
    .split('/')
    .at(-1) ?? '';
