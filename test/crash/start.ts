/**
 * Starts the guard's program with what V8 compiled of it before: one kill costs a process, and a
 * fifth of what a process costs until it guards is compiling.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

type Program = { run?(keepCompiled: () => void): Promise<void> };
type Holder = { exports: Program };
type Wrapped = (module: Holder, require: NodeJS.Require, filename: string) => void;

const filename = join(__dirname, 'victim.cjs');
const cache = join(__dirname, 'victim.cache');
const source = `(function (module, require, __filename) {${readFileSync(filename, 'utf8')}\n})`;
const script = new Script(source, {
  filename,
  ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
});

/** Once is enough, at a moment when most of the program has run. */
function keepCompiled(): void {
  if (existsSync(cache) && script.cachedDataRejected !== true) return;
  const draft = `${cache}.${process.pid}`;
  writeFileSync(draft, script.createCachedData());
  renameSync(draft, cache);
}

const holder: Holder = { exports: {} };
(script.runInThisContext() as Wrapped)(holder, createRequire(filename), filename);
void holder.exports.run?.(keepCompiled);
