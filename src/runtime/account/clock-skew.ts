import type { EpochMs } from '../../domain/time.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf, withDeadline } from '../../ports/deadline.ts';
import type { AlertBoard } from '../journal/alert-board.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import type { TradingStateLevels } from './trading-state.ts';

/** The broker's clock may differ from ours by this much. */
const LARGEST_SKEW_MS = 2_000;
const COMPARE_EVERY_MS = 10 * 60_000;
/** The same while it differs too much. */
const COMPARE_AGAIN_MS = 30_000;

const CODE = 'clock_skew';
const LEVEL = { code: CODE, symbol: null };

type Parts = {
  readonly broker: Broker;
  readonly alerts: AlertBoard;
  readonly tradingState: TradingStateLevels;
  readonly clock: Clock;
  readonly settings: RuntimeSettings;
};

/**
 * Compares our clock with the broker's. While they differ, ages and sessions are not what they
 * seem, so that nothing is entered; exits and protection go on.
 */
export class ClockSkew {
  readonly #parts: Parts;
  #cancel: () => void = () => {};
  #aheadMs = 0;
  #session: { readonly at: EpochMs; readonly isOpen: boolean } | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What the broker's clock said of the session the last time; null before the first. */
  session(): { readonly at: EpochMs; readonly isOpen: boolean } | null {
    return this.#session;
  }

  /** How far our clock is ahead of the broker's, as compared last; 0 where they agree. */
  aheadMs(): number {
    return this.#aheadMs;
  }

  /**
   * Our clock was set by so much, or the machine slept for so long. Whichever leaves the clock
   * nearer to the broker's counts until they are compared again: who sets a clock sets it right.
   */
  shift(byMs: number): void {
    const setMs = this.#aheadMs + byMs;
    if (Math.abs(setMs) >= Math.abs(this.#aheadMs)) return;
    this.#aheadMs = Math.abs(setMs) > LARGEST_SKEW_MS ? setMs : 0;
  }

  /** Compares now and from then on. Resolves after the first time. */
  async start(): Promise<void> {
    const isOff = await this.compare();
    this.#cancel();
    this.#cancel = this.#parts.clock.after(
      isOff ? COMPARE_AGAIN_MS : COMPARE_EVERY_MS,
      () => void this.start(),
    );
  }

  stop(): void {
    this.#cancel();
    this.#cancel = () => {};
  }

  /** @returns true when they differ too much, or nobody can tell */
  async compare(): Promise<boolean> {
    const { broker, clock, settings, alerts, tradingState } = this.#parts;
    const startedAt = clock.now();
    let brokerAt: number;
    try {
      const timeoutMs = settings.callTimeoutMs;
      const what = "reading the broker's clock";
      const call = () => broker.readClock();
      const answer = await withDeadline({ clock, timeoutMs, what, call });
      brokerAt = answer.at;
      this.#session = answer;
    } catch (error) {
      alerts.raise({ ...LEVEL, because: `the broker's clock is not known: ${reasonOf(error)}` });
      return true;
    }
    // It was read some time between question and answer; only what is surely off counts.
    const now = clock.now();
    const skewMs = Math.max(startedAt - brokerAt, brokerAt - now, 0);
    const isOff = skewMs > LARGEST_SKEW_MS;
    this.#aheadMs = isOff ? now - brokerAt : 0;
    alerts.clear(LEVEL);
    if (!isOff) {
      tradingState.clear(CODE);
      return false;
    }
    const because = `the broker's clock differs from ours by ${skewMs} ms: set the clock of this machine`;
    alerts.raise({ ...LEVEL, because });
    const clearedBy = `clocks that differ by at most ${LARGEST_SKEW_MS} ms`;
    tradingState.raise({ state: 'reducing', code: CODE, because, clearedBy });
    return true;
  }
}
