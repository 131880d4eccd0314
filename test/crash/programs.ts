import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

const HOME = 'dist/crash';
/** A run that is gone on with later needs the programs it began with. */
const KEPT_MS = 3 * 86_400_000;

const common: BuildOptions & { readonly write: false } = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  minify: true,
  keepNames: true,
  logLevel: 'warning',
  external: ['@photostructure/sqlite'],
  outdir: HOME,
  write: false,
};

/** The programs of one state of the sources, in a folder of their own. */
export type Programs = { readonly directory: string; readonly version: string };

/** Those that were built before; the sources may have changed since. */
export const programsIn = (directory: string): Programs => ({
  directory,
  version: basename(directory),
});

/** Bundles the programs: a process starts in a third of the time then. */
export async function buildPrograms(): Promise<Programs> {
  const exchange = build({
    ...common,
    entryPoints: ['test/crash/exchange.ts'],
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    banner: {
      js: "import { createRequire as crashRequire } from 'node:module'; const require = crashRequire(import.meta.url);",
    },
  });
  // As scripts, since only those can be started with what was compiled before.
  const victim = build({
    ...common,
    entryPoints: ['test/crash/start.ts', 'test/crash/victim.ts'],
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    define: { 'import.meta.url': 'crashUrl' },
    banner: { js: "const crashUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  const files = [...(await exchange).outputFiles, ...(await victim).outputFiles];
  const digest = createHash('sha256');
  for (const { contents } of files) digest.update(contents);
  const version = digest.digest('hex').slice(0, 12);
  const directory = join(HOME, version);
  forgetOld();
  if (!existsSync(directory)) {
    const draft = `${directory}.${process.pid}`;
    mkdirSync(draft, { recursive: true });
    for (const { path, contents } of files) writeFileSync(join(draft, basename(path)), contents);
    renameSync(draft, directory);
  }
  return { directory, version };
}

function forgetOld(): void {
  for (const name of existsSync(HOME) ? readdirSync(HOME) : []) {
    const path = join(HOME, name);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}
