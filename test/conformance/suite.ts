import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SUITE = resolve('node_modules/@modelcontextprotocol/conformance/dist/index.js');
const HOOK = resolve('test/conformance/without-glob.mjs');

type Check = { readonly id: string; readonly status: string; readonly errorMessage?: string };

/**
 * Runs the official suite in a process of its own.
 *
 * @returns each scenario with its checks that failed
 */
export async function runSuite(
  args: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const output = mkdtempSync(join(tmpdir(), 'bigbrother-conformance-'));
  const child = spawn(process.execPath, ['--import', HOOK, SUITE, ...args, '-o', output], {
    stdio: 'ignore',
  });
  await new Promise((ended) => child.on('close', ended));
  const found = readdirSync(output).map((folder) => {
    const scenario = /^(?:server-)?(.*)-\d{4}-/.exec(folder)?.[1] ?? folder;
    const checks = JSON.parse(readFileSync(join(output, folder, 'checks.json'), 'utf8')) as Check[];
    const failed = checks.filter(({ status }) => status === 'FAILURE');
    return [scenario, failed.map(({ id, errorMessage }) => `${id}: ${errorMessage}`)] as const;
  });
  rmSync(output, { recursive: true });
  return new Map(found);
}
