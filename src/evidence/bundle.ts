// Everything that was asked and answered, in one file: manifest.json and evidence.jsonl. A folder may hold the same.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { UsageError } from '../target/usage-error.js';
import type { Mutation } from './door.js';
import type { Evidence, Gap, Rung } from './evidence.js';
import { fieldsOf } from './kubeconfig/config.js';
import { firstLine } from './kubeconfig/login.js';
import { packTar, unpackTar } from './tar.js';

export const BUNDLE_SCHEMA = 1;

export interface Manifest {
  readonly schema: typeof BUNDLE_SCHEMA;
  /** Version of the kubectl-netdiag that wrote it. */
  readonly tool: string;
  readonly arguments: readonly string[];
  readonly rung: Rung;
  readonly context: string;
  readonly server?: string;
  readonly namespace: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly gaps: readonly { readonly id: string; readonly gap: Gap }[];
  readonly mutations: readonly Mutation[];
}

export interface Bundle {
  readonly manifest: Manifest;
  readonly evidence: readonly Evidence[];
}

const MANIFEST = 'manifest.json';
const EVIDENCE = 'evidence.jsonl';
/** What a bundle may unfold to: a customer's file is not to be trusted with all our memory. */
const UNPACKED_LIMIT = 1 << 30;

export const gapsOf = (evidence: readonly Evidence[]): Manifest['gaps'] =>
  evidence.flatMap(({ id, answer }) => (answer.kind === 'refused' ? [{ id, gap: answer.gap }] : []));

/** A path that ends in `.tar.gz` or `.tgz` becomes an archive, any other a folder. */
export function saveBundle(path: string, { manifest, evidence }: Bundle): void {
  const files = [
    { name: MANIFEST, content: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) },
    { name: EVIDENCE, content: Buffer.from(evidence.map((one) => `${JSON.stringify(one)}\n`).join('')) },
  ];
  if (/\.(tar\.gz|tgz)$/.test(path)) {
    const tar = packTar(files, Math.floor(Date.parse(manifest.startedAt) / 1000) || 0);
    // 0600: evidence names every address and pod on the path.
    return writeFileSync(path, gzipSync(tar), { mode: 0o600 });
  }
  mkdirSync(path, { recursive: true });
  for (const { name, content } of files) writeFileSync(join(path, name), content);
}

export function loadBundle(path: string): Bundle {
  const file = reader(path);
  const manifest = parsed<Manifest>(path, MANIFEST, file(MANIFEST));
  const { schema } = fieldsOf(manifest);
  if (typeof schema === 'number' && schema > BUNDLE_SCHEMA) {
    const fact = `${path} has schema ${schema}; this netdiag reads up to ${BUNDLE_SCHEMA}.`;
    throw new UsageError(fact, 'Upgrade, or collect again.');
  }
  if (schema !== BUNDLE_SCHEMA) throw new UsageError(`${path} is no bundle of netdiag.`);
  const lines = file(EVIDENCE).split('\n').filter(Boolean);
  return { manifest, evidence: lines.map((line) => parsed<Evidence>(path, EVIDENCE, line)) };
}

function reader(path: string): (name: string) => string {
  try {
    if (statSync(path).isDirectory()) return (name) => readFileSync(join(path, name), 'utf8');
    const files = unpackTar(gunzipSync(readFileSync(path), { maxOutputLength: UNPACKED_LIMIT }));
    return (name) => {
      // Packed by hand, the same files may stand in a folder, or behind `./`.
      const found = files.find((file) => file.name === name || file.name.endsWith(`/${name}`));
      if (!found) throw new UsageError(`${path} is no bundle of netdiag: it holds no ${name}.`);
      return found.content.toString('utf8');
    };
  } catch (error) {
    throw new UsageError(`cannot read the bundle "${path}": ${firstLine(error)}`);
  }
}

function parsed<T>(path: string, name: string, text: string): T {
  try {
    const value: T = JSON.parse(text);
    return value;
  } catch (error) {
    throw new UsageError(`${name} in ${path} is damaged: ${firstLine(error)}`);
  }
}
