import type { Ticker } from '../../domain/ids.ts';
import type { Session } from '../../domain/market.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Span } from '../../engine/account/naked-time.ts';
import type { Broker, TradingDay } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf, withDeadline } from '../../ports/deadline.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * The regular session out of the broker's own calendar, read once a day. While no calendar
 * was read, the session counts as closed: nothing may be assumed to trigger. Asked and told in
 * the time of our clock, be it right or wrong: the market opens by the broker's.
 */
export class SessionCalendar {
  readonly #broker: Pick<Broker, 'readCalendar'>;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #aheadMs: () => number;
  /** In the broker's time. */
  #days: readonly TradingDay[] = [];
  #readOn: number | null = null;
  /** Of one instant it is asked for each symbol that is held. */
  #lastAsked: {
    readonly now: EpochMs;
    readonly aheadMs: number;
    readonly days: readonly TradingDay[];
    readonly session: Session;
  } | null = null;

  constructor(parts: {
    readonly broker: Pick<Broker, 'readCalendar'>;
    readonly clock: Clock;
    readonly timeoutMs: number;
    /** How far our clock is ahead of the broker's; 0 where they agree. */
    readonly aheadMs: () => number;
  }) {
    this.#broker = parts.broker;
    this.#clock = parts.clock;
    this.#timeoutMs = parts.timeoutMs;
    this.#aheadMs = parts.aheadMs;
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
    if (isCoin(symbol)) return to > from ? [{ from, to }] : [];
    const aheadMs = this.#aheadMs();
    const spans: Span[] = [];
    for (const { openAt, closeAt } of this.#days) {
      const span = { from: Math.max(openAt + aheadMs, from), to: Math.min(closeAt + aheadMs, to) };
      if (span.to > span.from) spans.push(span);
    }
    return spans;
  }

  /** When the last session before `now` ended; null while none is known. */
  lastCloseBefore(now: EpochMs): EpochMs | null {
    const aheadMs = this.#aheadMs();
    const last = this.#days.findLast(({ closeAt }) => closeAt + aheadMs <= now);
    return last === undefined ? null : last.closeAt + aheadMs;
  }

  sessionAt(now: EpochMs): Session {
    const aheadMs = this.#aheadMs();
    const last = this.#lastAsked;
    if (last?.now === now && last.aheadMs === aheadMs && last.days === this.#days) {
      return last.session;
    }
    const session = this.#sessionAt(now, aheadMs);
    this.#lastAsked = { now, aheadMs, days: this.#days, session };
    return session;
  }

  #sessionAt(now: EpochMs, aheadMs: number): Session {
    const at = now - aheadMs;
    const current = this.#days.find((day) => at >= day.openAt && at < day.closeAt);
    const next = this.#days.find((day) => day.openAt > at);
    return {
      isOpen: current !== undefined,
      openAt: current === undefined ? null : current.openAt + aheadMs,
      closeAt: current === undefined ? null : current.closeAt + aheadMs,
      // Beyond the calendar nothing is known but that it is not now.
      nextOpenAt: next === undefined ? now + DAY_MS : next.openAt + aheadMs,
    };
  }
}

const isCoin = (symbol: Ticker): boolean => symbol.includes('/');

const dayOf = (now: EpochMs): number => Math.floor(now / DAY_MS);
