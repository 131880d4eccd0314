// Bundles the command line: one small file that answers a host at once, and the parts that it
// loads afterwards. What holds native code or belongs to Node stays outside.

import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { appPageInside } from './app-page.mjs';
import { crashPoints } from './crash-point-plugin.mjs';
import { greetingInside } from './greeting.mjs';

// Written beside the old bundles and renamed when whole: nobody ever starts half a bundle.
const draft = `dist/draft-${process.pid}`;
/** A program that was started before a build still loads its own parts, such as to take over. */
const PARTS_ARE_KEPT_MS = 30 * 86_400_000;

const common = {
  outdir: draft,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'warning',
  external: ['@photostructure/sqlite'],
  // Bundled CommonJS packages ask for built-in modules with require().
  banner: {
    js: "import { createRequire as bbCreateRequire } from 'node:module'; const require = bbCreateRequire(import.meta.url);",
  },
};

/** Messages of zod in fifty languages, none of which is ever asked for. */
const oneLanguage = {
  name: 'one-language',
  /** @param {import('esbuild').PluginBuild} bundle */
  setup(bundle) {
    bundle.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};

const { metafile } = await build({
  ...common,
  entryPoints: [
    { in: 'src/main.ts', out: 'bigbrother' },
    { in: 'src/verifier/verify-thread.ts', out: 'parts/verify-thread' },
  ],
  plugins: [appPageInside, greetingInside, oneLanguage],
  ...{ splitting: true, chunkNames: 'parts/[name]-[hash]', minify: true, metafile: true },
});
const program = Object.keys(metafile.outputs)
  .filter((path) => path.endsWith('.js'))
  .map((path) => path.slice(draft.length + 1))
  .sort();
// What belongs to the program: its digest is taken of these files, and a bundle packs them.
await writeFile(join(draft, 'parts', 'program.json'), JSON.stringify(program));

if (existsSync('bench/main.ts')) {
  const bench = [
    { in: 'bench/main.ts', out: 'bench' },
    { in: 'bench/journal-start.ts', out: 'bench-journal-start' },
    // Threads of the verifier are found beside the program that starts them.
    { in: 'src/verifier/verify-thread.ts', out: 'verify-thread' },
  ];
  await build({ ...common, entryPoints: bench, plugins: [appPageInside, greetingInside] });
}
if (existsSync('simulation/main.ts')) {
  const simulation = [{ in: 'simulation/main.ts', out: 'simulate' }];
  await build({ ...common, entryPoints: simulation, plugins: [crashPoints] });
}
// The page of "bigbrother serve": read from beside the program when somebody serves it.
await build({
  entryPoints: [
    { in: 'src/web/page/main.ts', out: 'page' },
    { in: 'src/web/page/page.css', out: 'page' },
  ],
  ...{ outdir: draft, bundle: true, minify: true, platform: 'browser', format: 'esm' },
  ...{ target: 'es2022', legalComments: 'inline', logLevel: 'warning' },
});
await copyFile('src/web/page/page.html', join(draft, 'page.html'));
await chmod(join(draft, 'bigbrother.js'), 0o755);
const parts = await readdir(join(draft, 'parts'));
await mkdir('dist/parts', { recursive: true });
for (const file of parts) await rename(join(draft, 'parts', file), join('dist/parts', file));
await rm(join(draft, 'parts'), { recursive: true });
for (const file of await readdir(draft)) await rename(join(draft, file), join('dist', file));
await rm(draft, { recursive: true });
const oldest = Date.now() - PARTS_ARE_KEPT_MS;
for (const file of await readdir('dist/parts')) {
  const path = join('dist/parts', basename(file));
  // Another build at the same time may have taken it away.
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: oldest }));
  if (!parts.includes(file) && mtimeMs < oldest) await rm(path, { force: true });
}
