import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './run.js';
import type { Settings } from './settings.js';

export const ciliumVersion = '1.16.5';

interface Builder {
  readonly go: () => string;
  readonly timed: (what: string, work: () => Promise<void>) => Promise<void>;
}

const programs: Readonly<Record<string, string>> = {
  'cilium-agent': './daemon',
  'cilium-operator': './operator',
  'cilium-cni': './plugins/cilium-cni',
  'cilium-dbg': './cilium-dbg',
  'cilium-mount': './tools/mount',
  'cilium-sysctlfix': './tools/sysctlfix',
  'cilium-health': './cilium-health',
  'cilium-health-responder': './cilium-health/responder',
};

/** Builds Cilium inside a copy of its own module, because one constant of it has to differ. */
export async function buildCilium(of: Settings, { go, timed }: Builder): Promise<void> {
  const bin = join(of.cache, 'cilium/bin');
  mkdirSync(bin, { recursive: true });
  const missing = Object.keys(programs).filter((name) => !existsSync(join(bin, name)));
  if (missing.length > 0 || !existsSync(sourceOf(of)))
    await timed('copying the source of Cilium', () => copySource(of, go()));
  for (const name of missing) {
    const tags = name === 'cilium-operator' ? 'osusergo,ipam_provider_operator' : 'osusergo';
    const flags = `-s -w -X github.com/cilium/cilium/pkg/version.ciliumVersion=${ciliumVersion}`;
    const part = join(bin, `.${name}.part`);
    const argv = [go(), 'build', '-tags', tags, '-trimpath', '-ldflags', flags, '-o', part, programs[name]!];
    const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' };
    await timed(`building ${name}`, async () => {
      await must(argv, { cwd: sourceOf(of), env, timeoutMs: 3_600_000 });
      renameSync(part, join(bin, name));
    });
  }
}

export function sourceOf(of: Settings): string {
  return join(of.cache, 'cilium/src');
}

async function copySource(of: Settings, go: string): Promise<void> {
  const module = `github.com/cilium/cilium@v${ciliumVersion}`;
  const answer = await must([go, 'mod', 'download', '-json', module], { cwd: '/', timeoutMs: 600_000 });
  const { Dir: from } = JSON.parse(answer) as { readonly Dir: string };
  const to = sourceOf(of);
  rmSync(to, { recursive: true, force: true });
  await must(['cp', '-r', '--no-preserve=mode', from, to], { timeoutMs: 300_000 });
  rmSync(join(to, 'vendor'), { recursive: true, force: true });
  // A kernel without loadable modules has no /proc/modules, and the agent will not start without reading one.
  const file = join(to, 'pkg/datapath/linux/modules/modules_linux.go');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"/proc/modules"', '"/dev/null"'));
}
