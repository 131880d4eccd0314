import type { StreamState } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';

/** What we need of either of the SDK's stream clients. */
type SdkStream = {
  connect(): void;
  disconnect(): void;
  onDisconnect(listener: () => void): unknown;
  onError(listener: (message: string) => void): unknown;
};

export type SupervisorParts<Stream extends SdkStream> = {
  readonly clock: Clock;
  /** A new client of the SDK: it ends for good at its first disconnect. */
  readonly open: () => Stream;
  /** Registers the listeners of a new client before it connects. */
  readonly prepare: (stream: Stream) => void;
  /** Something the exchange or the SDK objected to; during the handshake it ends the client. */
  readonly onError: (message: string) => void;
  readonly onState: (state: StreamState, because: string) => void;
};

const LONGEST_HANDSHAKE_MS = 10_000;
const FIRST_RETRY_AFTER_MS = 1_000;
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * Keeps one stream alive: a client that ends, is refused or is not acknowledged in time is
 * replaced by a new one, for ever, with growing pauses on our clock.
 */
export class StreamSupervisor<Stream extends SdkStream> {
  readonly #parts: SupervisorParts<Stream>;
  #stream: Stream | null = null;
  #isLive = false;
  #failures = 0;
  #lastError = '';
  #cancelTimer: () => void = () => {};

  constructor(parts: SupervisorParts<Stream>) {
    this.#parts = parts;
  }

  /** The client in use, live or on the way; null while none is. */
  get stream(): Stream | null {
    return this.#stream;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  start(): void {
    this.#open('opening');
  }

  /** The exchange acknowledged everything this stream needs. */
  markLive(because: string): void {
    if (this.#stream === null) return;
    this.#cancelTimer();
    this.#isLive = true;
    this.#failures = 0;
    this.#parts.onState('live', because);
  }

  /** Ends the client in use and opens another. */
  drop(because: string): void {
    const stream = this.#stream;
    if (stream === null) return;
    this.#forget();
    stream.disconnect();
    this.#parts.onState('disconnected', because);
    const delayMs = Math.min(FIRST_RETRY_AFTER_MS * 2 ** this.#failures++, LONGEST_RETRY_AFTER_MS);
    this.#cancelTimer = this.#parts.clock.after(delayMs, () =>
      this.#open(`again, after ${because}`),
    );
  }

  close(): void {
    const stream = this.#stream;
    this.#forget();
    stream?.disconnect();
  }

  #open(because: string): void {
    this.#parts.onState('connecting', because);
    const stream = this.#parts.open();
    this.#stream = stream;
    this.#lastError = '';
    // A client that was left says nothing any more: the SDK sees to that.
    stream.onDisconnect(() => this.drop(this.#lastError || 'the connection ended'));
    stream.onError((message) => {
      this.#lastError = message;
      this.#parts.onError(message);
      if (!this.#isLive) this.drop(message);
    });
    this.#parts.prepare(stream);
    this.#cancelTimer = this.#parts.clock.after(LONGEST_HANDSHAKE_MS, () => {
      this.drop(`the exchange did not acknowledge within ${LONGEST_HANDSHAKE_MS} ms`);
    });
    stream.connect();
  }

  #forget(): void {
    this.#cancelTimer();
    this.#stream = null;
    this.#isLive = false;
  }
}
