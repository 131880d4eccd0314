import type { ChildProgram } from '../../ports/advisor.ts';
import type { Notice, Notifier } from '../../ports/notifier.ts';
import { noticeFields } from './notice-fields.ts';

/** Runs a program to its end. @throws with the cause where it fails */
type RunProgram = (program: ChildProgram, input: string) => Promise<void>;

/** A program of the owner's: it gets each notice as one line of JSON on its input. */
export class CommandNotifier implements Notifier {
  readonly name = 'command';
  readonly #program: ChildProgram;
  readonly #textOf: (notice: Notice) => string;
  readonly #run: RunProgram;

  constructor(parts: {
    readonly program: ChildProgram;
    readonly textOf: (notice: Notice) => string;
    readonly run: RunProgram;
  }) {
    this.#program = parts.program;
    this.#textOf = parts.textOf;
    this.#run = parts.run;
  }

  async send(notice: Notice): Promise<void> {
    const line = { ...noticeFields(notice), text: this.#textOf(notice) };
    await this.#run(this.#program, `${JSON.stringify(line)}\n`);
  }
}

const TITLE = 'BigBrother';
/** The text comes as an argument: nothing in it is a script. */
const SHOW_ON_MAC = [
  ...['-e', 'on run argv'],
  ...['-e', 'display notification (item 2 of argv) with title (item 1 of argv)'],
  ...['-e', 'end run'],
];

/** A notification on the desktop of who is logged in. */
export class DesktopNotifier implements Notifier {
  readonly name = 'desktop';
  readonly #program: ChildProgram;
  readonly #textOf: (notice: Notice) => string;
  readonly #run: RunProgram;

  constructor(parts: {
    readonly platform: 'linux' | 'darwin';
    /** What a desktop is found by; empty on a Mac. */
    readonly env: Readonly<Record<string, string>>;
    readonly directory: string;
    readonly textOf: (notice: Notice) => string;
    readonly run: RunProgram;
  }) {
    const { env, directory } = parts;
    this.#program =
      parts.platform === 'darwin'
        ? { command: '/usr/bin/osascript', args: SHOW_ON_MAC, env, directory }
        : { command: '/usr/bin/notify-send', args: ['--urgency=critical', '--'], env, directory };
    this.#textOf = parts.textOf;
    this.#run = parts.run;
  }

  async send(notice: Notice): Promise<void> {
    const args = [...this.#program.args, TITLE, this.#textOf(notice)];
    await this.#run({ ...this.#program, args }, '');
  }
}
