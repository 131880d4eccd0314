import type { Clock } from '../ports/clock.ts';
import { reasonOf, withDeadline } from '../ports/deadline.ts';
import type { Notice, Notifier } from '../ports/notifier.ts';

const TIMEOUT_MS = 4_000;
/** Between one try and the next; the last one again and again. */
const PAUSES_MS = [1_000, 2_000, 5_000, 15_000, 60_000] as const;
const MOST_WAITING = 100;

type Parts = {
  readonly notifier: Notifier;
  readonly clock: Clock;
  /** Called with the cause when notices are not taken, and with null when they are again. */
  readonly onState: (because: string | null) => void;
};

/** Notices on their way to one place: in order, each until it is taken. */
export class NoticeQueue {
  readonly #parts: Parts;
  readonly #waiting: Notice[] = [];
  readonly #over = new AbortController();
  #isSending = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.notifier.name;
  }

  /** The oldest gives way where too many wait: what is true now matters more. */
  add(notice: Notice): void {
    this.#waiting.push(notice);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
    if (!this.#isSending) void this.#sendAll();
  }

  stop(): void {
    this.#over.abort();
    this.#waiting.length = 0;
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#sendOne(next);
    }
    this.#isSending = false;
  }

  async #sendOne(notice: Notice): Promise<void> {
    const { notifier, clock, onState } = this.#parts;
    for (let tries = 0; !this.#over.signal.aborted; tries += 1) {
      try {
        const call = () => notifier.send(notice);
        await withDeadline({ clock, timeoutMs: TIMEOUT_MS, what: notifier.name, call });
        onState(null);
        return;
      } catch (error) {
        if (this.#over.signal.aborted) return;
        onState(reasonOf(error));
        const pauseMs = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] ?? 0;
        await clock.sleep(pauseMs, this.#over.signal);
        // Others came meanwhile: too many of them push this one out as well.
        if (this.#waiting.length >= MOST_WAITING) return;
      }
    }
  }
}
