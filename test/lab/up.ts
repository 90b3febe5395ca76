import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyCore, applyEdge, waitForCore, waitForEdge, waitForNodes, type Target } from './addons.js';
import { whileAlone } from './build-lock.js';
import { joinControlNode, startControlPlane } from './control-plane.js';
import { clear } from './down.js';
import { createFabric, startOutside } from './fabric.js';
import { describe, nodeNames, sameFlavour, type Flavour } from './flavours.js';
import { archiveOf, type Image } from './image-archive.js';
import { imageStore, linkStore } from './image-store.js';
import { imagesOf } from './images.js';
import { kubectlOf, labOf, readState, type Lab, type State } from './lab.js';
import { copyScripts, startKubelet, startNode } from './node.js';
import { installPackages, requireRoot } from './packages.js';
import { createPki } from './pki.js';
import { isRunning, readRecord, recorded, startTimeOf } from './processes.js';
import { say } from './say.js';
import { LabError, settings, stateFile, type Settings } from './settings.js';
import { buildTools } from './tools.js';

/** Brings a flavour up, or finds it up. Whatever an interrupted start left is cleared first. */
export async function labUp(flavour: Flavour): Promise<Lab> {
  requireRoot();
  const of = settings();
  if (isUpAs(of, flavour)) {
    say(`${describe(flavour)} is up already`);
    return labOf(of, flavour);
  }
  const other = readRecord(of.dir, 'up');
  if (other !== undefined && isRunning(other)) throw new LabError(`another up is at work (pid ${other.pid})`);
  await installPackages(flavour);
  const store = await whileAlone(of, async () => {
    await buildTools(of, flavour);
    return buildImages(of, flavour);
  });
  await clear(of);
  save(of, { flavour, phase: 'starting' });
  recordSelf(of);
  try {
    await bringUp(of, flavour, store);
  } finally {
    rmSync(join(of.dir, 'procs/up'), { force: true });
  }
  save(of, { flavour, phase: 'up' });
  return labOf(of, flavour);
}

/** Whether this flavour runs whole; another one that runs is an error, and half of one is to be started again. */
function isUpAs(of: Settings, flavour: Flavour): boolean {
  const state = readState(of);
  const programs = recorded(of.dir);
  if (state?.phase !== 'up' || !programs.some(isRunning)) return false;
  if (!sameFlavour(state.flavour, flavour))
    throw new LabError(`${describe(state.flavour)} is running and there is one lab at a time: npm run lab -- down`);
  const ended = programs.filter((one) => !isRunning(one)).map(({ name }) => name);
  if (ended.length > 0) say(`${ended.join(', ')} ended since the lab was up: starting again`);
  return ended.length === 0;
}

async function buildImages(of: Settings, flavour: Flavour): Promise<string> {
  const archives: string[] = [];
  // One at a time: each copies up to half a gigabyte.
  for (const image of imagesOf(of, flavour)) archives.push(await archive(of, image));
  return imageStore(of, [flavour.cni, flavour.policy, of.hasEdge ? 'edge' : 'bare'].join('-'), archives);
}

async function archive(of: Settings, image: Image): Promise<string> {
  const began = Date.now();
  const file = await archiveOf(of, image);
  if (Date.now() - began > 1000) say(`image ${image.ref} made`);
  return file;
}

async function bringUp(of: Settings, flavour: Flavour, store: string): Promise<void> {
  const nodes = nodeNames(flavour);
  say(`starting ${describe(flavour)}`);
  copyScripts(of);
  await createFabric(of, nodes);
  startOutside(of);
  await Promise.all([startControl(of, nodes), ...nodes.map((name) => startNodeWith(of, name, store))]);
  const target = { of, flavour, kubectl: kubectlOf(of) };
  await joinControlNode(of);
  // After it, because a kubelet that finds no API server waits out a growing back-off.
  for (const name of nodes) startKubelet(of, name);
  await applyCore(target);
  say('add-ons and shop are applied');
  await waitForNodes(target);
  say('nodes are Ready');
  await Promise.all([core(target), of.hasEdge ? edge(target) : undefined]);
  say('the lab is up');
}

async function core(target: Target): Promise<void> {
  await waitForCore(target);
  say('shop and the core are Ready');
}

async function edge(target: Target): Promise<void> {
  await applyEdge(target);
  await waitForEdge(target);
  say('Traefik and MetalLB serve');
}

async function startControl(of: Settings, nodes: readonly string[]): Promise<void> {
  const pki = await createPki(of, nodes);
  say('certificates are made');
  await startControlPlane(of, pki);
  say('the API server answers');
}

async function startNodeWith(of: Settings, name: string, store: string): Promise<void> {
  await linkStore(store, join(of.dir, 'nodes', name, 'var/lib/containerd'));
  await startNode(of, name);
  say(`node ${name} has its images`);
}

function save(of: Settings, state: State): void {
  mkdirSync(of.dir, { recursive: true });
  writeFileSync(stateFile(of), JSON.stringify(state));
}

function recordSelf(of: Settings): void {
  mkdirSync(join(of.dir, 'procs'), { recursive: true });
  writeFileSync(join(of.dir, 'procs/up'), `${process.pid} ${startTimeOf(process.pid)}\n`);
}
