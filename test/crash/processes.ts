import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import type { Truth } from './evidence.ts';
import type { ExchangeSettings, VictimCommand, VictimSettings, VictimStatus } from './words.ts';

const DIRECTORY = 'dist/crash';

/** Bundles both programs: a process starts in a third of the time then. */
export async function buildPrograms(): Promise<void> {
  await build({
    entryPoints: ['test/crash/exchange.ts', 'test/crash/victim.ts'],
    outdir: DIRECTORY,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    minify: true,
    keepNames: true,
    logLevel: 'warning',
    external: ['@photostructure/sqlite'],
    banner: {
      js: "import { createRequire as crashRequire } from 'node:module'; const require = crashRequire(import.meta.url);",
    },
  });
}

/** A program of the rig, which is asked and told by lines of JSON. */
class Program {
  /** How it ended: the signal's name, or its exit code. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: ((line: string | null) => void)[] = [];
  readonly #lines: string[] = [];
  #stderr = '';
  #isOver = false;

  constructor(name: string, settings: unknown) {
    this.#child = spawn(process.execPath, [`${DIRECTORY}/${name}.mjs`, JSON.stringify(settings)]);
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#lines.push(line);
      else next(line);
    });
    this.#child.stderr.on('data', (data) => {
      this.#stderr += String(data);
    });
    // A line to a process that has just died is lost, as it should be.
    this.#child.stdin.on('error', () => {});
    this.ended = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        this.#isOver = true;
        for (const next of this.#waiting.splice(0)) next(null);
        resolve(signal ?? `exit ${code} ${this.#stderr}`);
      });
    });
  }

  tell(line: unknown): void {
    this.#child.stdin.write(`${JSON.stringify(line)}\n`);
  }

  /** The next line it says; null when it has ended instead. */
  async hear<Line>(): Promise<Line | null> {
    const heard = this.#lines.shift();
    if (heard !== undefined) return JSON.parse(heard) as Line;
    if (this.#isOver) return null;
    const line = await new Promise<string | null>((resolve) => this.#waiting.push(resolve));
    return line === null ? null : (JSON.parse(line) as Line);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  close(): void {
    this.#child.stdin.end();
  }
}

export class ExchangeProgram {
  readonly #program: Program;
  readonly #token: string;
  #url = '';

  constructor(settings: ExchangeSettings) {
    this.#program = new Program('exchange', settings);
    this.#token = settings.token;
  }

  /** Its address, once it listens. */
  async listening(): Promise<string> {
    const told = await this.#program.hear<{ port: number }>();
    if (told === null) throw new Error(`the exchange ended: ${await this.#program.ended}`);
    this.#url = `http://127.0.0.1:${told.port}`;
    return this.#url;
  }

  /** What somebody with power over the exchange does. */
  async command(body: unknown): Promise<void> {
    const answer = await fetch(`${this.#url}/__sim/commands`, {
      method: 'POST',
      headers: { 'X-Sim-Token': this.#token, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`the exchange said ${await answer.text()}`);
    await answer.arrayBuffer();
  }

  /** @param since orders of before that are left out */
  async truth({ keyId, symbol }: VictimSettings, since: string): Promise<Truth> {
    const asked = new URLSearchParams({ account: keyId, symbol, since });
    const answer = await fetch(`${this.#url}/truth?${asked}`);
    if (!answer.ok) throw new Error(`the exchange said ${await answer.text()}`);
    return (await answer.json()) as Truth;
  }

  close(): void {
    this.#program.close();
  }
}

export class Victim {
  readonly #program: Program;

  constructor(settings: VictimSettings) {
    this.#program = new Program('victim', settings);
  }

  get ended(): Promise<string> {
    return this.#program.ended;
  }

  /** Resolves when it guards, or false when it has died before. */
  async ready(): Promise<boolean> {
    return (await this.#program.hear()) !== null;
  }

  async arm(kill: VictimSettings['kill'] & object): Promise<void> {
    this.#say({ do: 'arm', kill });
    await this.#program.hear();
  }

  exit(): void {
    this.#say({ do: 'exit' });
  }

  async status(): Promise<VictimStatus | null> {
    this.#say({ do: 'status' });
    return this.#program.hear<VictimStatus>();
  }

  kill(): void {
    this.#program.kill();
  }

  close(): void {
    this.#program.close();
  }

  #say(command: VictimCommand): void {
    this.#program.tell(command);
  }
}
