import type { EpochMs } from '../../domain/time.ts';
import type { StreamState } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLogger } from '../journal/event-logger.ts';

/**
 * Whether the trading stream may be relied on: while it is live, and the account was read
 * after it became so, since what it missed is not repeated.
 */
export class StreamTrust {
  readonly #logger: EventLogger;
  readonly #clock: Clock;
  #state: StreamState = 'connecting';
  /** Since when, and why, orders are only followed by reading; null while the stream speaks. */
  #down: { readonly since: EpochMs; readonly because: string } | null = null;
  #connection = 0;
  #trusted = -1;

  constructor(logger: EventLogger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** `live`, `backfilling` while what was missed is read, or `polling only` with since and why. */
  inWords(): string {
    if (this.isTrusted()) return 'live';
    return this.whyPolling() ?? 'backfilling: what it missed is being read';
  }

  /** Null while the stream speaks. */
  whyPolling(): string | null {
    if (this.#down === null) return null;
    const { since, because } = this.#down;
    return `polling only since ${new Date(since).toISOString()}, because ${because}`;
  }

  changed(state: StreamState, because: string): void {
    this.#state = state;
    if (state === 'live') {
      this.#connection += 1;
      this.#down = null;
    } else if (state === 'disconnected' || this.#down === null) {
      // That it is being opened again says less than why it had to be.
      this.#down = { since: this.#down?.since ?? this.#clock.now(), because };
    }
    logStream(this.#logger, 'trading', state, because);
  }

  /** To be asked before a read; given to `trust` once the read has succeeded. */
  beginReading(): number {
    return this.#state === 'live' ? this.#connection : -1;
  }

  trust(connection: number): void {
    this.#trusted = connection;
  }

  isTrusted(): boolean {
    return this.#state === 'live' && this.#trusted === this.#connection;
  }
}

export function logStream(
  logger: EventLogger,
  stream: 'trading' | 'market',
  state: StreamState,
  because: string,
): void {
  const body = { stream, state, because };
  logger.log({ type: 'stream_changed', actor: 'broker', body });
}
