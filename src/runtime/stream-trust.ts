import type { StreamState } from '../ports/broker.ts';
import type { EventLogger } from './event-logger.ts';

/**
 * Whether the trading stream may be relied on: while it is live, and the account was read
 * after it became so, since what it missed is not repeated.
 */
export class StreamTrust {
  readonly #logger: EventLogger;
  #state: StreamState = 'connecting';
  #connection = 0;
  #trusted = -1;

  constructor(logger: EventLogger) {
    this.#logger = logger;
  }

  get state(): StreamState {
    return this.#state;
  }

  changed(state: StreamState, because: string): void {
    this.#state = state;
    if (state === 'live') this.#connection += 1;
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
