import type { Command } from 'commander';
import type { Json } from '../../domain/canonical.ts';

type Facts = { readonly [name: string]: Json };

/** How a command ended, as its object says it. */
export type Ending = {
  readonly exitCode: number;
  /** Why it could not do what was asked; null when it did, or has said in its facts what is not well. */
  readonly because: string | null;
};

/**
 * What a command answers on stdout: lines for a person as they come, or with `--json` one object
 * at its end, `{"ok":true,…}`. What was noted before an error stands beside the error.
 */
export class Answer {
  readonly #isJson: boolean;
  #facts: Facts = {};
  #isGiven = false;

  constructor(isJson: boolean) {
    this.#isJson = isJson;
  }

  /** True where there is nobody to ask, as there is without a terminal. */
  get isJson(): boolean {
    return this.#isJson;
  }

  /** A line, or several, for a person. */
  say(text: string): void {
    if (!this.#isJson) process.stdout.write(`${text}\n`);
  }

  /** What the object holds besides what was noted before. Amounts are strings. */
  note(facts: Facts): void {
    this.#facts = { ...this.#facts, ...facts };
  }

  /** Prints the object, once: only a command that ends its process itself has to call this. */
  give({ exitCode, because }: Ending): void {
    if (!this.#isJson || this.#isGiven) return;
    this.#isGiven = true;
    const error = because === null ? {} : { error: { exit_code: exitCode, message: because } };
    const object = { ok: exitCode === 0, ...this.#facts, ...error };
    process.stdout.write(`${JSON.stringify(object)}\n`);
  }
}

const answers = new WeakMap<Command, Answer>();

/** The answer of a command that has begun; `runProgram` gives it when the command has ended. */
export function answerOf(command: Command): Answer {
  const answer = new Answer(command.optsWithGlobals<{ json?: boolean }>().json === true);
  answers.set(command, answer);
  return answer;
}

/** Null for a command that has begun no answer: it prints by itself, or never began. */
export const begunAnswerOf = (command: Command): Answer | null => answers.get(command) ?? null;
