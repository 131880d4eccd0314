import type { Calendar, Milliseconds, TradingDay } from '../core/types.ts';

/** What happens at an instant of the share market. */
export type Moment =
  | { readonly kind: 'opening'; readonly day: TradingDay }
  | { readonly kind: 'regular'; readonly day: TradingDay }
  /** The auction at the end, one millisecond before, so that it belongs to the session. */
  | { readonly kind: 'closing'; readonly day: TradingDay }
  | { readonly kind: 'extended'; readonly day: TradingDay }
  /** Nothing is quoted; bars end. */
  | { readonly kind: 'silent' };

export type TimelineOptions = {
  readonly calendar: Calendar;
  readonly cadenceMs: number;
  readonly extendedCadenceMs: number;
  readonly extendedHours: boolean;
};

/** When shares are quoted and traded. */
export class Timeline {
  readonly #options: TimelineOptions;
  #day: TradingDay | null = null;

  constructor(options: TimelineOptions) {
    this.#options = options;
  }

  momentAt(at: Milliseconds): Moment {
    const { extendedHours } = this.#options;
    const day = this.#dayOf(at);
    if (day === null || at < day.preOpenAt || at >= day.postCloseAt) return { kind: 'silent' };
    if (at < day.openAt || at >= day.closeAt) {
      return extendedHours ? { kind: 'extended', day } : { kind: 'silent' };
    }
    if (at === day.openAt) return { kind: 'opening', day };
    return { kind: at === day.closeAt - 1 ? 'closing' : 'regular', day };
  }

  /** The next instant at which something happens. */
  after(at: Milliseconds): Milliseconds {
    const { cadenceMs, extendedCadenceMs, extendedHours } = this.#options;
    const day = this.#dayOf(at);
    if (day === null || at >= day.postCloseAt) return this.#nextBegin(at);
    if (at < day.preOpenAt) return extendedHours ? day.preOpenAt : day.openAt;
    if (at < day.openAt) {
      return extendedHours ? Math.min(at + extendedCadenceMs, day.openAt) : day.openAt;
    }
    if (at < day.closeAt) {
      const next = at + cadenceMs;
      if (next < day.closeAt - 1) return next;
      return at < day.closeAt - 1 ? day.closeAt - 1 : day.closeAt;
    }
    return extendedHours ? Math.min(at + extendedCadenceMs, day.postCloseAt) : this.#nextBegin(at);
  }

  /** Moves of prices from `from` to `until`, both included; at least one. */
  movesBetween(from: Milliseconds, until: Milliseconds): number {
    let moves = 1;
    for (let at = this.after(from); at <= until; at = this.after(at)) {
      const { kind } = this.momentAt(at);
      if (kind !== 'silent' && kind !== 'closing') moves += 1;
    }
    return moves;
  }

  /** Within a day it is asked for at each tick. */
  #dayOf(at: Milliseconds): TradingDay | null {
    const known = this.#day;
    if (known !== null && at >= known.preOpenAt && at < known.postCloseAt) return known;
    const { calendar } = this.#options;
    this.#day = calendar.tradingDay(calendar.dateOf(at));
    return this.#day;
  }

  #nextBegin(at: Milliseconds): Milliseconds {
    const { calendar, extendedHours } = this.#options;
    const day = calendar.tradingDayAfter(calendar.dateOf(at));
    return extendedHours ? day.preOpenAt : day.openAt;
  }
}
