/** Milliseconds since 1970 in UTC. */
export type Milliseconds = number;

/** A date in New York, for example `2026-11-27`. */
export type DateText = string;

export type Session = 'overnight' | 'pre' | 'regular' | 'post' | 'closed';

/** One day of trading; every boundary is an instant in UTC milliseconds. */
export type TradingDay = {
  readonly date: DateText;
  /** 20:00 in New York of the evening before, of a holiday's or a Sunday's too. */
  readonly overnightOpenAt: Milliseconds;
  /** 04:00 in New York. */
  readonly preOpenAt: Milliseconds;
  /** 09:30 in New York. */
  readonly openAt: Milliseconds;
  /** 16:00, or 13:00 on short days. */
  readonly closeAt: Milliseconds;
  /** 20:00, or 17:00 on short days. */
  readonly postCloseAt: Milliseconds;
  readonly settlementDate: DateText;
};

/** Knows when the market trades. Pure: the same question always has the same answer. */
export interface Calendar {
  /**
   * `overnight` from 20:00 of the evening before a trading day, `pre` from 04:00, `regular` from
   * the open, `post` from the close to 20:00, or 17:00 on short days, else `closed`.
   */
  sessionAt(at: Milliseconds): Session;
  /** The date in New York at this instant. */
  dateOf(at: Milliseconds): DateText;
  /** The first instant of a date in New York, in UTC. */
  midnightOf(date: DateText): Milliseconds;
  /** New York's distance from UTC in minutes: -240 in summer, -300 in winter. */
  utcOffsetMinutesAt(at: Milliseconds): number;
  /** The trading day whose sessions, the overnight one included, hold this instant; else null. */
  tradingDayAt(at: Milliseconds): TradingDay | null;
  /** Null when the market is closed all day. */
  tradingDay(date: DateText): TradingDay | null;
  /** The first trading day after this date. */
  tradingDayAfter(date: DateText): TradingDay;
  /** The last trading day before this date. */
  tradingDayBefore(date: DateText): TradingDay;
  /** Trading days from `start` to `end`, both included, oldest first. */
  tradingDaysBetween(start: DateText, end: DateText): readonly TradingDay[];
  /** The first regular open after this instant. */
  nextOpen(at: Milliseconds): Milliseconds;
  /** The first regular close after this instant. */
  nextClose(at: Milliseconds): Milliseconds;
}
