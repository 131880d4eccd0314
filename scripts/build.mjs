// Bundles the command line into one file, which starts in a third of the time that a
// tree of modules takes. What holds native code or belongs to Node stays outside.

import { existsSync } from 'node:fs';
import { chmod, copyFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { appPageInside } from './app-page.mjs';
import { crashPoints } from './crash-point-plugin.mjs';

// Written beside the old bundles and renamed when whole: nobody ever starts half a bundle.
const draft = `dist/draft-${process.pid}`;

const entryPoints = [
  { in: 'src/main.ts', out: 'bigbrother' },
  ...(existsSync('bench/main.ts') ? [{ in: 'bench/main.ts', out: 'bench' }] : []),
];

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

await build({ ...common, entryPoints, plugins: [appPageInside] });
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
for (const file of await readdir(draft)) await rename(join(draft, file), join('dist', file));
await rm(draft, { recursive: true });
