import pino from 'pino';
import type { Json } from '../../domain/canonical.ts';

type Facts = { readonly [name: string]: Json };

/**
 * What a command that runs on says while it does: words and what was done on stderr, or with
 * `--json` all of it on stdout, one object a line.
 */
export class RunLog {
  readonly #isJson: boolean;
  readonly #log: pino.Logger;

  constructor({ json }: { readonly json?: boolean }) {
    this.#isJson = json === true;
    const dest = this.#isJson ? 1 : 2;
    this.#log = pino({ base: null }, pino.destination({ dest, sync: true }));
  }

  get isJson(): boolean {
    return this.#isJson;
  }

  /** Words for a person. @param facts the same for a program */
  tell(words: string, facts: Facts = {}): void {
    if (this.#isJson) this.#log.info(facts, words);
    else process.stderr.write(`${words}\n`);
  }

  /** Something that was done, refused or changed: an object wherever it goes. */
  act(facts: Facts, words: string): void {
    this.#log.info(facts, words);
  }

  flush(): void {
    this.#log.flush();
  }
}
