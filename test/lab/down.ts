import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { childrenOf, end, isRunning, recorded, startTimeOf, type Recorded } from './processes.js';
import { must, until } from './run.js';
import type { Settings } from './settings.js';

/** Clears an instance, whole or half made; each step may find nothing to do. Only recorded processes are ended. */
export async function clear(of: Settings): Promise<void> {
  if (!existsSync(of.dir) && remains(of).length === 0) return;
  const all = recorded(of.dir);
  // An `up` still at work would start again what is ended here.
  await end(
    of.dir,
    all.filter(({ name }) => name === 'up'),
  );
  await endNodes(
    of,
    all.filter(({ name }) => name.startsWith('node-')),
  );
  // Again until none is left: one that was just being started records itself a moment later.
  while (recorded(of.dir).length > 0) await end(of.dir, recorded(of.dir));
  await Promise.all(namespaces(of).map((name) => must(['ip', 'netns', 'del', name])));
  await removeCgroups(cgroups(of));
  for (const mount of mounts(of)) await must(['umount', '-l', mount]);
  rmSync(of.dir, { recursive: true, force: true });
}

/** What of an instance is still on the machine, one line each; nothing after `down`. */
export function remains(of: Settings): readonly string[] {
  const running = recorded(of.dir).filter(isRunning);
  return [
    ...running.map(({ name, pid }) => `process ${name} (pid ${pid})`),
    ...namespaces(of).map((name) => `network namespace ${name}`),
    ...cgroups(of).map((folder) => `cgroup ${folder}`),
    ...mounts(of).map((mount) => `mount ${mount}`),
    ...(existsSync(of.dir) ? [`folder ${of.dir}`] : []),
  ];
}

// The kernel ends everything in a pid namespace with its pid 1, so containers need no list of their own.
async function endNodes(of: Settings, nodes: readonly Recorded[]): Promise<void> {
  const inside = nodes.filter(isRunning).flatMap(({ pid }) => childrenOf(pid));
  await end(of.dir, nodes);
  const isGone = (): boolean => inside.every((pid) => startTimeOf(pid) === undefined);
  await until('the end of every container', 20_000, async () => (isGone() ? true : undefined));
}

function namespaces(of: Settings): readonly string[] {
  const folder = '/run/netns';
  return existsSync(folder) ? readdirSync(folder).filter((name) => isNode(of, name) || isWire(of, name)) : [];
}

function cgroups(of: Settings): readonly string[] {
  const root = '/sys/fs/cgroup';
  if (!existsSync(root)) return [];
  const hierarchies = [root, ...readdirSync(root).map((name) => join(root, name))];
  const found: string[] = [];
  for (const at of hierarchies.filter((folder) => existsSync(join(folder, 'cgroup.procs'))))
    found.push(
      ...readdirSync(at)
        .filter((name) => isNode(of, name))
        .map((name) => join(at, name)),
    );
  return found;
}

function isNode(of: Settings, name: string): boolean {
  return name.startsWith(of.prefix) && /^(cp|w\d)$/.test(name.slice(of.prefix.length));
}

function isWire(of: Settings, name: string): boolean {
  return [`${of.prefix}fabric`, `${of.prefix}outside`].includes(name);
}

// rmdir is the only removal a cgroup knows, deepest first; it answers EBUSY while its last process is still going.
async function removeCgroups(folders: readonly string[]): Promise<void> {
  if (folders.length === 0) return;
  const left = '[ -z "$(ls -d "$@" 2>/dev/null)" ]';
  const remove = `for i in $(seq 50); do find "$@" -depth -type d -exec rmdir {} + 2>/dev/null; ${left} && exit 0; sleep 0.1; done; ls -d "$@"; exit 1`;
  await must(['sh', '-c', remove, 'sh', ...folders]);
}

function mounts(of: Settings): readonly string[] {
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  return points
    .filter((point) => point === of.dir || point.startsWith(`${of.dir}/`))
    .toSorted()
    .toReversed();
}
