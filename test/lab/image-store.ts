// Images as containerd keeps them, unpacked once into the cache and hard-linked into every node: importing the archives
// on three nodes takes most of a minute, linking takes a second. Safe because an overlay never writes to its lower layers.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './run.js';
import { say } from './say.js';
import type { Settings } from './settings.js';

/** The folder of unpacked images; `name` tells flavours apart so that each keeps its own. */
export async function imageStore(of: Settings, name: string, archives: readonly string[]): Promise<string> {
  const key = createHash('sha256').update(archives.join('\n')).digest('hex').slice(0, 16);
  const folder = join(of.cache, 'store');
  const store = join(folder, `${name}-${key}`);
  if (existsSync(store)) return store;
  say(`unpacking ${archives.length} images`);
  mkdirSync(folder, { recursive: true });
  const part = `${store}.${process.pid}.part`;
  for (const old of readdirSync(folder)) if (old.startsWith(`${name}-`)) rmSync(join(folder, old), { recursive: true });
  writeFileSync(`${part}.sh`, unpack);
  await must(['unshare', '-m', 'bash', `${part}.sh`, part, ...archives], { timeoutMs: 900_000 });
  rmSync(`${part}.sh`);
  renameSync(part, store);
  return store;
}

/** Gives a node its own containerd folder: links to the layers, copies of the two databases, which are written. */
export async function linkStore(store: string, to: string): Promise<void> {
  mkdirSync(to, { recursive: true });
  // Across file systems nothing can be linked, so everything is copied.
  const link = 'cp -alT "$0" "$1" 2>/dev/null || { rm -rf "$1"; cp -aT "$0" "$1"; }';
  const copy = 'cd "$1" && find . -name "*.db" -exec cp {} {}.own \\; -exec mv {}.own {} \\;';
  await must(['sh', '-c', `{ ${link}; } && ${copy}`, store, to], { timeoutMs: 120_000 });
}

// A containerd of its own in a mount namespace of its own; ended by TERM, which lets it close its databases. The two
// plugins it does without make folders on the machine.
const unpack = `set -eu
root=$1; shift
mkdir -p "$root"
state=$(mktemp -d)
trap 'kill $! 2>/dev/null; wait; rm -rf "$state"' EXIT
printf 'version = 2\\ndisabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]\\nroot = "%s"\\nstate = "%s"\\n[grpc]\\naddress = "%s/sock"\\n' "$root" "$state" "$state" > "$state/config.toml"
setpriv --pdeathsig KILL -- containerd --config "$state/config.toml" > "$state/log" 2>&1 &
for i in $(seq 100); do ctr -a "$state/sock" version > /dev/null 2>&1 && break; sleep 0.1; done
for archive in "$@"; do ctr -a "$state/sock" -n k8s.io images import --snapshotter overlayfs "$archive" > /dev/null; done
`;
