import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { Child, ChildProgram } from '../../ports/advisor.ts';
import type { Clock } from '../../ports/clock.ts';

/** How long a process may take to end once its input is closed, and again once it is told to. */
const POLITE_MS = 1_000;
/** Input that a process does not take piles up to so many bytes, then it is ended. */
const LONGEST_BACKLOG_BYTES = 8 * 1024 * 1024;

/**
 * Starts programs of others as our children. They inherit nothing: no variable but those named,
 * no directory but their own, no terminal. What they write to stderr goes nowhere: it may hold
 * what they were told. They end with us, since their input does.
 */
export const childStarter =
  (clock: Pick<Clock, 'after'>) =>
  (program: ChildProgram, longestLine: number): Child =>
    new LineChild(program, longestLine, clock);

class LineChild implements Child {
  readonly #process: ChildProcess;
  readonly #longestLine: number;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #decoder = new StringDecoder('utf8');
  #parts: string[] = [];
  #length = 0;
  #because: string | null = null;
  #onLine: (line: string) => void = () => {};
  #onEnd: (because: string) => void = () => {};
  #hasEnded = false;

  constructor(program: ChildProgram, longestLine: number, clock: Pick<Clock, 'after'>) {
    this.#longestLine = longestLine;
    this.#clock = clock;
    this.#process = spawn(program.command, [...program.args], {
      cwd: program.directory,
      env: { ...program.env },
      stdio: ['pipe', 'pipe', 'ignore'],
      shell: false,
      windowsHide: true,
    });
    this.#process.on('error', (error) => this.#end(`it cannot be run: ${error.message}`));
    this.#process.on('close', (code, signal) => {
      this.#end(`it ended by itself with ${signal ?? `code ${code}`}`);
    });
    this.#process.stdin?.on('error', () => {});
    this.#process.stdout?.on('data', (chunk) => this.#take(this.#decoder.write(chunk)));
  }

  listen(onLine: (line: string) => void, onEnd: (because: string) => void): void {
    this.#onLine = onLine;
    this.#onEnd = onEnd;
  }

  send(line: string): void {
    const { stdin } = this.#process;
    if (this.#hasEnded || stdin === null || !stdin.writable) return;
    stdin.write(`${line}\n`);
    if (stdin.writableLength > LONGEST_BACKLOG_BYTES) this.stop('it does not take what it is told');
  }

  stop(because: string): void {
    if (this.#hasEnded || this.#because !== null) return;
    this.#because = because;
    this.#onLine = () => {};
    this.#parts = [];
    this.#process.stdin?.end();
    const cancels = (['SIGTERM', 'SIGKILL'] as const).map((signal, index) =>
      this.#clock.after(POLITE_MS * (index + 1), () => this.#process.kill(signal)),
    );
    this.#process.once('close', () => {
      for (const cancel of cancels) cancel();
    });
  }

  #end(because: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#onEnd(this.#because ?? because);
  }

  #take(text: string): void {
    if (this.#because !== null) return;
    const lines = text.split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      if (this.#isTooLong(line)) return;
      const whole = this.#parts.join('') + line;
      this.#parts = [];
      this.#length = 0;
      this.#onLine(whole);
    }
    if (this.#isTooLong(rest)) return;
    this.#parts.push(rest);
    this.#length += rest.length;
  }

  #isTooLong(more: string): boolean {
    const isTooLong = this.#length + more.length > this.#longestLine;
    if (isTooLong) this.stop(`it said more than ${this.#longestLine} characters at once`);
    return isTooLong;
  }
}

/**
 * A Node that runs programs: the one that runs us, unless a host has us run in itself; then
 * the first one on its search path. Null where there is none.
 */
export function nodeProgram(searchPath: string, own = process.execPath): string | null {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  if (basename(own) === name) return own;
  const places = searchPath.split(delimiter).filter((place) => place !== '');
  return places.map((place) => join(place, name)).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
