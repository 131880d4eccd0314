import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const COMMAND = resolve('dist/bigbrother.js');

export type Ended = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** The built command line as a process of its own, with nothing of our environment. */
export class CliProcess {
  readonly #process: ChildProcess;
  readonly #ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    command = COMMAND,
  ) {
    this.#process = spawn(process.execPath, [command, ...args], {
      env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#process.stdout?.on('data', (chunk) => {
      this.#stdout += String(chunk);
    });
    this.#process.stderr?.on('data', (chunk) => {
      this.#stderr += String(chunk);
    });
    this.#ended = once(this.#process, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  /** Resolves with the first match in stdout or stderr; rejects when the process ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
      if (match !== null) return match;
      const heard = new AbortController();
      const { signal } = heard;
      const news = [this.#process.stdout, this.#process.stderr].flatMap((stream) =>
        stream === null ? [] : [once(stream, 'data', { signal }).catch(() => [])],
      );
      const outcome = await Promise.race([...news, this.#ended.then((ended) => ended)]);
      heard.abort();
      if ('code' in outcome) {
        throw new Error(`it ended with ${outcome.code} before ${pattern}: ${outcome.stderr}`);
      }
    }
  }

  pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error('it could not be started');
    return pid;
  }

  /** What it has told people so far. */
  said(): string {
    return this.#stderr;
  }

  closeStdin(): void {
    this.#process.stdin?.end();
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  ended(): Promise<Ended> {
    return this.#ended;
  }
}

export const runCli = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> => new CliProcess(args, env).ended();
