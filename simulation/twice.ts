import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** So many worlds make one process. */
const CHUNK = 10;
const LARGEST_OUTPUT = 50_000_000;

export type Twice = { readonly seeds: number; readonly different: readonly string[] };

/**
 * Runs the same worlds in two fresh processes each, and tells where they are not the same.
 *
 * @param script the program that tells the trace of worlds, as a file
 * @param args what else it is started with
 */
export async function runTwice(
  script: string,
  firstSeed: number,
  seeds: number,
  args: readonly string[],
  note: (line: string) => void,
): Promise<Twice> {
  const different: string[] = [];
  for (let done = 0; done < seeds; done += CHUNK) {
    const [first, count] = [firstSeed + done, Math.min(CHUNK, seeds - done)];
    const own = ['--seed', String(first), '--seeds', String(count)];
    const trace = () => traceOf([script, ...own, ...args]);
    const [once, again] = await Promise.all([trace(), trace()]);
    const name = `seeds ${first} to ${first + count - 1}`;
    note(`${name}: ${once === again ? 'equal' : `DIFFERENT, ${once} and ${again}`}`);
    if (once !== again) different.push(name);
  }
  return { seeds, different };
}

async function traceOf(args: readonly string[]): Promise<string> {
  const command = [...args, '--json', '--no-save'];
  // A world that breaks an invariant ends its process with 1, and has a trace all the same.
  const { stdout } = await run(process.execPath, command, { maxBuffer: LARGEST_OUTPUT }).catch(
    (error: { readonly stdout?: string }) => ({ stdout: error.stdout ?? '' }),
  );
  const told: unknown = JSON.parse(stdout);
  if (typeof told === 'object' && told !== null && 'trace_hash' in told) {
    return String(told.trace_hash);
  }
  throw new Error(`${command.join(' ')} told no trace`);
}
