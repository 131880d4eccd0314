import type { Mode } from '../../domain/environment.ts';
import type { Clock } from '../../ports/clock.ts';
import { LinkTransport } from './attach-transport.ts';
import {
  ATTACH_VERSION,
  type GuestWord,
  jsonIn,
  type LineLink,
  type OwnerWord,
  ownerWordIn,
  sayTo,
  type Welcome,
} from './attach-words.ts';

const WELCOME_TIMEOUT_MS = 5_000;
const PING_EVERY_MS = 5_000;
/** An owner that leaves so many without a word is stopped or hangs. */
const MOST_UNANSWERED = 4;

/** A place at the owner's side. */
export type Attachment = {
  readonly welcome: Welcome;
  readonly transport: LinkTransport;
  /** Whether the owner guards the account, as far as was heard. */
  isGuarding(): boolean;
  /** Resolves when the connection is over, with the reason in words. */
  readonly ended: Promise<string>;
  close(): void;
};

export type Attaching =
  | { readonly outcome: 'attached'; readonly attachment: Attachment }
  /** The owner's no, or its silence. */
  | { readonly outcome: 'refused'; readonly because: string };

/** Says who we are to the owner of the account, and waits for its word. */
export function attachTo(
  link: LineLink,
  parts: {
    readonly token: string;
    readonly pid: number;
    readonly mode: Mode;
    readonly guards: boolean;
    readonly clock: Clock;
    readonly onGuarding: (isGuarding: boolean) => void;
  },
): Promise<Attaching> {
  const { token, pid, mode, guards, clock } = parts;
  return new Promise((resolve) => {
    const refuse = (because: string): void => {
      stopWaiting();
      link.close();
      resolve({ outcome: 'refused', because });
    };
    const stopWaiting = clock.after(WELCOME_TIMEOUT_MS, () =>
      refuse(`the owner did not answer within ${WELCOME_TIMEOUT_MS} ms`),
    );
    let held: HeldPlace | null = null;
    link.listen(
      (line) => {
        const json = jsonIn(line);
        if (held !== null) return held.take(json);
        const word = ownerWordIn(json);
        if (word?.kind !== 'welcome') {
          return refuse(word?.kind === 'refused' ? word.because : 'the owner said what is no word');
        }
        stopWaiting();
        held = new HeldPlace(link, word, clock, parts.onGuarding);
        resolve({ outcome: 'attached', attachment: held });
      },
      (because) => {
        if (held === null) refuse(because);
        else held.end(because);
      },
    );
    sayTo(link, { kind: 'hello', version: ATTACH_VERSION, token, pid, mode, guards });
  });
}

/** Asks the owner one thing, without attaching. @returns its word, or why there was none */
export function askOwner(
  link: LineLink,
  question: GuestWord,
  clock: Clock,
  timeoutMs = WELCOME_TIMEOUT_MS,
): Promise<OwnerWord> {
  return new Promise((resolve) => {
    const end = (word: OwnerWord): void => {
      stopWaiting();
      link.close();
      resolve(word);
    };
    const stopWaiting = clock.after(timeoutMs, () =>
      end({ kind: 'refused', because: `no answer within ${timeoutMs} ms` }),
    );
    link.listen(
      (line) => end(ownerWordIn(jsonIn(line)) ?? { kind: 'refused', because: 'no word came' }),
      (because) => end({ kind: 'refused', because }),
    );
    sayTo(link, question);
  });
}

class HeldPlace implements Attachment {
  readonly welcome: Welcome;
  readonly transport: LinkTransport;
  readonly ended: Promise<string>;
  readonly #link: LineLink;
  readonly #clock: Clock;
  readonly #onGuarding: (isGuarding: boolean) => void;
  #isGuarding: boolean;
  #unanswered = 0;
  #cancelPing: () => void = () => {};
  #end: (because: string) => void = () => {};

  constructor(
    link: LineLink,
    welcome: Welcome,
    clock: Clock,
    onGuarding: (isGuarding: boolean) => void,
  ) {
    this.welcome = welcome;
    this.transport = new LinkTransport(link);
    this.#link = link;
    this.#clock = clock;
    this.#onGuarding = onGuarding;
    this.#isGuarding = welcome.isGuarding;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#ping();
  }

  isGuarding(): boolean {
    return this.#isGuarding;
  }

  take(json: unknown): void {
    this.#unanswered = 0;
    const word = ownerWordIn(json);
    if (word !== null) this.#hear(word);
    else if (!this.transport.take(json)) {
      this.#link.close();
      this.end('the owner sent what is no message');
    }
  }

  end(because: string): void {
    this.#cancelPing();
    this.transport.ended();
    this.#end(because);
  }

  close(): void {
    this.#link.close();
    this.end('this side ended');
  }

  #hear(word: OwnerWord): void {
    if (word.kind !== 'guarding' || word.isGuarding === this.#isGuarding) return;
    this.#isGuarding = word.isGuarding;
    this.#onGuarding(word.isGuarding);
  }

  /** Counted in pings, not in time: a process that slept itself has asked only once. */
  #ping(): void {
    if (this.#unanswered >= MOST_UNANSWERED) {
      this.#link.close();
      const silentMs = this.#unanswered * PING_EVERY_MS;
      this.end(`the owner (process ${this.welcome.pid}) has not answered for ${silentMs} ms`);
      return;
    }
    this.#unanswered += 1;
    sayTo(this.#link, { kind: 'ping' });
    this.#cancelPing = this.#clock.after(PING_EVERY_MS, () => this.#ping());
  }
}
