// Bundles src/cli/entry.ts. What --help does not need lies in chunks that are loaded when a command asks for them.
import { existsSync } from 'node:fs';
import { copyFile, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

// Measured: each of these adds 20 to 100 ms to a start (docs/decisions), so none may be reachable from the entry.
const HEAVY = ['@kubernetes/client-node', 'execa', 'cli-table3', 'js-yaml', 'ws'];

const { metafile } = await build({
  entryPoints: { netdiag: 'src/cli/entry.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  // CommonJS packages call require for node's own modules, which an ES module does not have.
  // It stands in every chunk, so it is made when it is first called.
  banner: {
    js: "import{createRequire as netdiagRequire}from'node:module';let required;const require=(name)=>(required??=netdiagRequire(import.meta.url))(name);",
  },
  plugins: [{ name: 'commander-alone', setup: withoutChildProcess }],
});

const eager = eagerInputs(metafile, 'dist/netdiag.mjs');
const heavy = HEAVY.filter((name) => eager.some((input) => input.includes(`node_modules/${name}/`)));
if (heavy.length > 0) {
  console.error(`error: --help would load ${heavy.join(', ')}; import them where they are used, with await import()`);
  process.exitCode = 1;
}
// Old chunks go last: a run that started before the build still finds its own.
for (const name of await readdir('dist/chunks').catch(() => [])) {
  if (!(`dist/chunks/${name}` in metafile.outputs)) await rm(`dist/chunks/${name}`);
}
// What `demo` replays.
if (existsSync('src/cli/demo.tar.gz')) await copyFile('src/cli/demo.tar.gz', 'dist/demo.tar.gz');
await writeFile('dist/metafile.json', JSON.stringify(metafile));
const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
console.error(
  `dist/netdiag.mjs ${version}: ${metafile.outputs['dist/netdiag.mjs'].bytes} bytes, ${bytes} with its chunks`,
);

/** commander loads it to run sub-commands that are programs of their own. We have none, and it is a sixth of a start. */
function withoutChildProcess({ onLoad }) {
  const unused = "require('node:child_process')";
  onLoad({ filter: /commander[\\/]lib[\\/]command\.js$/ }, async ({ path }) => {
    const source = await readFile(path, 'utf8');
    if (!source.includes(unused)) throw new Error(`${path} has changed: it no longer says ${unused}`);
    return { contents: source.replace(unused, 'undefined'), loader: 'js' };
  });
}

/** Sources that are read before the first line runs: the entry and what it imports without waiting for a command. */
function eagerInputs({ outputs }, entry, seen = new Set()) {
  if (seen.has(entry)) return [];
  seen.add(entry);
  const { inputs, imports } = outputs[entry];
  const next = imports.filter(({ kind, external }) => kind === 'import-statement' && !external);
  return [...Object.keys(inputs), ...next.flatMap(({ path }) => eagerInputs({ outputs }, path, seen))];
}
