import { runCommandLine } from '../../src/cli/program.ts';
import type { Ended } from './run-cli.ts';

type Env = Readonly<Record<string, string>>;

/**
 * The same command line inside this process: for commands that end by themselves, of which many
 * are asked, since a process of its own takes longer to start than all that they do. Those that
 * keep running, catch signals or end their process need `runCli`.
 */
export async function runHere(args: readonly string[], env: Env = {}): Promise<Ended> {
  const { env: ownEnv, exitCode: ownCode } = process;
  const stdout = overhear(process.stdout);
  const stderr = overhear(process.stderr);
  process.env = { PATH: ownEnv.PATH, HOME: '/nonexistent', ...env };
  process.exitCode = undefined;
  try {
    const code = await runCommandLine([process.execPath, 'bigbrother', ...args]);
    return { code, stdout: stdout.heard(), stderr: stderr.heard() };
  } finally {
    stdout.end();
    stderr.end();
    process.env = ownEnv;
    process.exitCode = ownCode;
  }
}

/** What is written to a stream from now on is kept, and goes no further. */
function overhear(stream: NodeJS.WriteStream) {
  const own = stream.write;
  let heard = '';
  stream.write = (data: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    heard += typeof data === 'string' ? data : Buffer.from(data).toString();
    const told = rest.at(-1);
    if (typeof told === 'function') queueMicrotask(() => told());
    return true;
  };
  const end = (): void => {
    stream.write = own;
  };
  return { heard: () => heard, end };
}
