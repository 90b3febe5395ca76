// What the lab's images hold: the tools of the real images and no more, because a diagnoser is only as good as what it
// finds to run inside a pod, and an image kinder than reality would hide that.
import { join } from 'node:path';
import { sourceOf } from './cilium.js';
import type { Flavour } from './flavours.js';
import type { Image } from './image-archive.js';
import { xtablesPlugins } from './packages.js';
import type { Settings } from './settings.js';

type Links = Readonly<Record<string, string>>;
const paths = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const applets =
  'ls cat nc wget nslookup httpd sleep grep sed awk head tail wc ps kill ping netstat date env id mkdir rm cp ln ' +
  'chmod mount umount timeout nsenter true false test xargs sort uniq cut tr find vi hostname gzip base64 touch';
const nftLinks: Links = Object.fromEntries(
  ['iptables', 'iptables-save', 'iptables-restore', 'ip6tables', 'ip6tables-save', 'ip6tables-restore'].map((name) => [
    `usr/sbin/${name}`,
    'xtables-nft-multi',
  ]),
);
const xtables = ['/usr/sbin/xtables-nft-multi', '/usr/sbin/xtables-legacy-multi'];
const saves = ['iptables-nft-save', 'iptables-legacy-save', 'ip6tables-nft-save'].map((name) => `/usr/sbin/${name}`);
const passwd = { 'etc/passwd': 'root:x:0:0:root:/:/bin/sh\n' };

// dash is sh: Debian builds busybox so that its shell prefers its own applets to the PATH, and `ip` would be busybox's.
const busybox = {
  programs: ['/bin/busybox', '/bin/dash'],
  links: { 'bin/sh': 'dash', ...Object.fromEntries(applets.split(' ').map((name) => [`bin/${name}`, 'busybox'])) },
};

/** The images a flavour loads, those that a pod waits for first. */
export function imagesOf(of: Settings, flavour: Flavour): readonly Image[] {
  const bin = (name: string): string => join(of.cache, 'bin', name);
  return [
    pause,
    ...(flavour.cni === 'cilium' ? [cilium(of), ciliumOperator(of)] : [flannel(bin('flannel'))]),
    ...(flavour.proxy === 'none' ? [] : [kubeProxy(bin('kube-proxy'))]),
    only('registry.k8s.io/coredns:lab', 'coredns', bin('coredns')),
    ...(flavour.policy === 'kube-router' ? [kubeRouter(bin('kube-router'))] : []),
    server(bin('server')),
    only('lab.local/distroless:1', 'server', bin('server')),
    nettools(),
    ...(of.hasEdge ? ['traefik', 'metallb-controller', 'metallb-speaker'] : []).map((name) =>
      only(`lab.local/${name}:1`, name, bin(name)),
    ),
  ];
}

const pause: Image = {
  ref: 'registry.k8s.io/pause:3.10',
  programs: [],
  files: { 'bin/busybox': '/bin/busybox' },
  links: { 'bin/sleep': 'busybox' },
  config: { Entrypoint: ['/bin/sleep', '1000000000'] },
};

/** An image of one static program, without a shell: CoreDNS and many others come like this. */
function only(ref: string, name: string, file: string): Image {
  return { ref, programs: [], files: { [name]: file }, links: {}, config: { Entrypoint: [`/${name}`] } };
}

function server(file: string): Image {
  const config = { Entrypoint: ['/bin/server'], Env: ['PATH=/bin'] };
  return { ref: 'lab.local/server:1', ...busybox, files: { 'bin/server': file }, texts: passwd, config };
}

// distroless-iptables, the base of kube-proxy since 1.30: no ip, ss, conntrack, gzip, sed, awk, nsenter or timeout.
function kubeProxy(file: string): Image {
  const core = ['dash', 'cat', 'chmod', 'grep', 'ln', 'rm', 'sleep'].map((name) => `/bin/${name}`);
  const net = ['/usr/bin/wc', ...xtables, 'nft', 'ipset', '/bin/kmod'];
  return {
    ref: 'registry.k8s.io/kube-proxy:lab',
    programs: [...core, ...net, ...xtablesPlugins()],
    files: { 'usr/local/bin/kube-proxy': file },
    links: { 'bin/sh': 'dash', ...nftLinks },
    config: { Entrypoint: ['/usr/local/bin/kube-proxy'], Env: [paths] },
  };
}

// Alpine with iproute2 and iptables: no conntrack, no curl.
function flannel(file: string): Image {
  return {
    ref: 'lab.local/flannel:lab',
    programs: [...busybox.programs, 'ip', 'bridge', 'ss', 'tc', ...xtables, 'nft', ...xtablesPlugins()],
    files: { 'opt/bin/flanneld': file },
    links: { ...busybox.links, ...nftLinks },
    texts: passwd,
    config: { Entrypoint: ['/opt/bin/flanneld'], Env: [paths] },
  };
}

function kubeRouter(file: string): Image {
  return {
    ref: 'lab.local/kube-router:lab',
    programs: [...busybox.programs, 'ip', ...xtables, 'ipset', ...xtablesPlugins()],
    files: { 'bin/kube-router': file },
    links: { ...busybox.links, ...nftLinks },
    texts: passwd,
    config: { Entrypoint: ['/bin/kube-router'], Env: [paths] },
  };
}

function nettools(): Image {
  const look = 'bash ip bridge tc ss nstat nft ipset conntrack ethtool tcpdump curl dig ping nsenter openssl gzip';
  return {
    ref: 'lab.local/nettools:1',
    programs: [...busybox.programs, ...look.split(' '), ...xtables, ...saves, ...xtablesPlugins()],
    files: {},
    links: { ...busybox.links, ...nftLinks },
    texts: passwd,
    config: { Cmd: ['/bin/sh'], Env: [paths] },
  };
}

function cilium(of: Settings): Image {
  const bin = (name: string): string => join(of.cache, 'cilium/bin', name);
  const at = (path: string): string => join(sourceOf(of), path);
  const parts = ['agent', 'dbg', 'health', 'health-responder', 'mount', 'sysctlfix'].map((part) => `cilium-${part}`);
  const core = 'bash dash cat cp rm mkdir mv ln ls grep sed chmod sleep mount umount true uname kmod'.split(' ');
  const more =
    'env nsenter find head tail wc sort tr cut awk timeout basename dirname id ip tc bridge ss ipset bpftool';
  const legacy = {
    'usr/sbin/iptables-legacy': 'xtables-legacy-multi',
    'usr/sbin/iptables-legacy-save': 'xtables-legacy-multi',
  };
  const llvm = '/usr/lib/llvm-16';
  return {
    ref: 'lab.local/cilium:1',
    programs: [
      ...core.map((name) => `/bin/${name}`),
      ...more.split(' '),
      `${llvm}/bin/clang`,
      `${llvm}/bin/llc`,
      ...xtables,
      ...xtablesPlugins(),
    ],
    files: {
      ...Object.fromEntries(parts.map((name) => [`usr/bin/${name}`, bin(name)])),
      'opt/cni/bin/cilium-cni': bin('cilium-cni'),
      'init-container.sh': at('images/cilium/init-container.sh'),
      'install-plugin.sh': at('plugins/cilium-cni/install-plugin.sh'),
      'cni-uninstall.sh': at('plugins/cilium-cni/cni-uninstall.sh'),
    },
    trees: { 'var/lib/cilium/bpf': at('bpf'), [`${llvm.slice(1)}/lib/clang`]: `${llvm}/lib/clang` },
    links: {
      ...nftLinks,
      ...legacy,
      'bin/sh': 'dash',
      'usr/bin/clang': `${llvm}/bin/clang`,
      'usr/bin/llc': `${llvm}/bin/llc`,
      'usr/sbin/modprobe': '/bin/kmod',
      'usr/bin/cilium': 'cilium-dbg',
    },
    folders: ['sys', 'proc'],
    texts: { ...passwd, 'etc/group': 'root:x:0:\n' },
    config: { Entrypoint: ['/usr/bin/cilium-agent'], Env: [paths] },
  };
}

function ciliumOperator(of: Settings): Image {
  const name = 'usr/bin/cilium-operator-generic';
  const files = { [name]: join(of.cache, 'cilium/bin/cilium-operator') };
  return {
    ref: 'lab.local/cilium-operator:1',
    programs: [],
    files,
    links: {},
    config: { Entrypoint: [`/${name}`], Env: [paths] },
  };
}
