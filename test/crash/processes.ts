import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Truth } from './evidence.ts';
import type { Programs } from './programs.ts';
import type {
  ExchangeSettings,
  KillPoint,
  TruthAnswer,
  VictimCommand,
  VictimSettings,
  VictimStatus,
} from './words.ts';

/** A program of the rig, which is asked and told by lines of JSON. */
class Program {
  /** How it ended: the signal's name, or its exit code. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: ((line: string | null) => void)[] = [];
  readonly #lines: string[] = [];
  #stderr = '';
  #isOver = false;

  constructor(path: string, ...args: readonly string[]) {
    // It lives for a second: compiling the schemas' parsers and V8's own threads do not pay.
    const flags = ['--disallow-code-generation-from-strings', '--single-threaded'];
    this.#child = spawn(process.execPath, [...flags, path, ...args]);
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
  #stillAt = 0;

  constructor({ directory }: Programs, settings: ExchangeSettings) {
    this.#program = new Program(join(directory, 'exchange.mjs'), JSON.stringify(settings));
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
    const { truth, stillAt } = (await answer.json()) as TruthAnswer;
    this.#stillAt = stillAt;
    return truth;
  }

  /** Until when it last stood still, as it said with the last truth. */
  get stillAt(): number {
    return this.#stillAt;
  }

  close(): void {
    this.#program.close();
  }
}

/** A guard; its process is up and has loaded its program before it is needed. */
export class Victim {
  readonly #program: Program;
  #stillAt = 0;

  constructor({ directory }: Programs) {
    this.#program = new Program(join(directory, 'start.cjs'));
  }

  get ended(): Promise<string> {
    return this.#program.ended;
  }

  /** Until when it last stood still, as it said with the last status. */
  get stillAt(): number {
    return this.#stillAt;
  }

  begin(settings: VictimSettings): void {
    this.#program.tell(settings);
  }

  /** Resolves when it guards, or false when it has died before. */
  async ready(): Promise<boolean> {
    return (await this.#program.hear()) !== null;
  }

  /** @returns false when it has died meanwhile */
  async arm(kill: KillPoint | null): Promise<boolean> {
    this.#say({ do: 'arm', kill });
    return (await this.#program.hear()) !== null;
  }

  exit(): void {
    this.#say({ do: 'exit' });
  }

  keepCompiled(): void {
    this.#say({ do: 'keep_compiled' });
  }

  /** Null when it has died. */
  async status(): Promise<VictimStatus | null> {
    this.#say({ do: 'status' });
    const status = await this.#program.hear<VictimStatus>();
    this.#stillAt = status?.stillAt ?? this.#stillAt;
    return status;
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
