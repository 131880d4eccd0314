import type { Ticker } from '../../domain/ids.ts';
import type { Session } from '../../domain/market.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Span } from '../../engine/naked-time.ts';
import type { Broker, TradingDay } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf, withDeadline } from '../../ports/deadline.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * The regular session out of the broker's own calendar, read once a day. While no calendar
 * was read, the session counts as closed: nothing may be assumed to trigger.
 */
export class SessionCalendar {
  readonly #broker: Pick<Broker, 'readCalendar'>;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #days: readonly TradingDay[] = [];
  #readOn: number | null = null;

  constructor(parts: {
    readonly broker: Pick<Broker, 'readCalendar'>;
    readonly clock: Clock;
    readonly timeoutMs: number;
  }) {
    this.#broker = parts.broker;
    this.#clock = parts.clock;
    this.#timeoutMs = parts.timeoutMs;
  }

  /**
   * Reads the calendar unless that was done today.
   *
   * @returns null, or in words why it could not be read; what was known stays known
   */
  async update(): Promise<string | null> {
    const now = this.#clock.now();
    if (this.#readOn === dayOf(now)) return null;
    try {
      this.#days = await withDeadline({
        clock: this.#clock,
        timeoutMs: this.#timeoutMs,
        what: 'reading the calendar',
        call: () => this.#broker.readCalendar(now - 4 * DAY_MS, now + 10 * DAY_MS),
      });
      this.#readOn = dayOf(now);
      return null;
    } catch (error) {
      return `the trading calendar could not be read: ${reasonOf(error)}`;
    }
  }

  /** True while orders in the symbol can fill: shares in the session, coins always. */
  isTradedAt(symbol: Ticker, at: EpochMs): boolean {
    return isCoin(symbol) || this.sessionAt(at).isOpen;
  }

  /** The parts of the time from `from` to `to` in which orders in the symbol could fill. */
  tradedBetween(symbol: Ticker, from: EpochMs, to: EpochMs): readonly Span[] {
    const sessions = isCoin(symbol) ? [{ openAt: from, closeAt: to }] : this.#days;
    return sessions
      .map(({ openAt, closeAt }) => ({ from: Math.max(openAt, from), to: Math.min(closeAt, to) }))
      .filter((span) => span.to > span.from);
  }

  /** When the last session before `now` ended; null while none is known. */
  lastCloseBefore(now: EpochMs): EpochMs | null {
    return this.#days.findLast(({ closeAt }) => closeAt <= now)?.closeAt ?? null;
  }

  sessionAt(now: EpochMs): Session {
    const current = this.#days.find((day) => now >= day.openAt && now < day.closeAt);
    const next = this.#days.find((day) => day.openAt > now);
    return {
      isOpen: current !== undefined,
      openAt: current?.openAt ?? null,
      closeAt: current?.closeAt ?? null,
      // Beyond the calendar nothing is known but that it is not now.
      nextOpenAt: next?.openAt ?? now + DAY_MS,
    };
  }
}

const isCoin = (symbol: Ticker): boolean => symbol.includes('/');

const dayOf = (now: EpochMs): number => Math.floor(now / DAY_MS);
