import type { Calendar, Milliseconds, TradingDay } from '../core/basics/types.ts';

/** What happens at an instant of the share market. */
export type Moment =
  | { readonly kind: 'opening'; readonly day: TradingDay }
  | { readonly kind: 'regular'; readonly day: TradingDay }
  /** The auction at the end, one millisecond before, so that it belongs to the session. */
  | { readonly kind: 'closing'; readonly day: TradingDay }
  | { readonly kind: 'extended'; readonly day: TradingDay }
  /** Before the day in whose morning the night ends. */
  | { readonly kind: 'night'; readonly day: TradingDay }
  /** Nothing is quoted; bars end. */
  | { readonly kind: 'silent' };

export type TimelineOptions = {
  readonly calendar: Calendar;
  readonly cadenceMs: number;
  readonly extendedCadenceMs: number;
  readonly extendedHours: boolean;
  readonly overnightHours: boolean;
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
    const night = this.#nightOf(at);
    if (night !== null) return { kind: 'night', day: night };
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
    const night = this.#nightOf(at);
    if (night !== null) return Math.min(at + extendedCadenceMs, night.preOpenAt);
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

  /** The trading day before which it is night; null where that is not quoted, or it is none. */
  #nightOf(at: Milliseconds): TradingDay | null {
    const { calendar, overnightHours } = this.#options;
    if (!overnightHours) return null;
    const known = this.#day;
    if (known !== null && at >= known.preOpenAt && at < known.postCloseAt) return null;
    const day = calendar.tradingDayAt(at);
    return day !== null && at < day.preOpenAt ? day : null;
  }

  #nextBegin(at: Milliseconds): Milliseconds {
    const { calendar, extendedHours, overnightHours } = this.#options;
    const day = calendar.tradingDayAfter(calendar.dateOf(at));
    if (overnightHours) return day.overnightOpenAt;
    return extendedHours ? day.preOpenAt : day.openAt;
  }
}
