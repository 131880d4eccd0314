import type {
  Calendar,
  DateText,
  Milliseconds,
  Session,
  TradingDay,
} from '../core/basics/types.ts';
import { type CivilDay, civilDay, dayText, parseDay, yearOf } from './civil-day.ts';
import { closuresOf, earlyClosesOf, isWeekend, lateOpens } from './holidays.ts';
import { newYorkDay, newYorkInstant, newYorkOffsetMs, timeOfDay } from './new-york.ts';

/** What the rules cover. Outside, the market counts as closed. */
const firstDay = civilDay(1990, 1, 1);
const lastDay = civilDay(2099, 12, 31);

const overnightOpen = timeOfDay(20, 0);
const preOpen = timeOfDay(4, 0);
const regularOpen = timeOfDay(9, 30);
const regularClose = timeOfDay(16, 0);
const afterHours = timeOfDay(4, 0);

type YearRules = {
  readonly closures: ReadonlySet<CivilDay>;
  readonly earlyCloses: ReadonlyMap<CivilDay, number>;
};

/**
 * The trading days of the New York Stock Exchange from its own rules, 1990 on: holidays, days
 * of mourning and disaster, half days, daylight saving. A rule change announced later needs a
 * new line in holidays.ts.
 */
export class NyseCalendar implements Calendar {
  readonly #years = new Map<number, YearRules>();
  readonly #days = new Map<CivilDay, TradingDay | null>();

  sessionAt(at: Milliseconds): Session {
    const day = this.tradingDayAt(at);
    if (day === null) return 'closed';
    if (at < day.preOpenAt) return 'overnight';
    if (at < day.openAt) return 'pre';
    return at < day.closeAt ? 'regular' : 'post';
  }

  tradingDayAt(at: Milliseconds): TradingDay | null {
    const date = newYorkDay(at);
    const today = this.#dayOf(date);
    if (today !== null && at < today.postCloseAt) return today;
    const next = this.#dayOf(date + 1);
    return next !== null && at >= next.overnightOpenAt ? next : null;
  }

  dateOf(at: Milliseconds): DateText {
    const day = newYorkDay(at);
    return this.#days.get(day)?.date ?? dayText(day);
  }

  midnightOf(date: DateText): Milliseconds {
    return newYorkInstant(parseDay(date), 0);
  }

  utcOffsetMinutesAt(at: Milliseconds): number {
    return newYorkOffsetMs(at) / 60_000;
  }

  tradingDay(date: DateText): TradingDay | null {
    return this.#dayOf(parseDay(date));
  }

  tradingDayAfter(date: DateText): TradingDay {
    return this.#search(parseDay(date) + 1, 1);
  }

  tradingDayBefore(date: DateText): TradingDay {
    return this.#search(parseDay(date) - 1, -1);
  }

  tradingDaysBetween(start: DateText, end: DateText): readonly TradingDay[] {
    const found: TradingDay[] = [];
    const last = Math.min(parseDay(end), lastDay);
    for (let day = Math.max(parseDay(start), firstDay); day <= last; day += 1) {
      const tradingDay = this.#dayOf(day);
      if (tradingDay !== null) found.push(tradingDay);
    }
    return found;
  }

  nextOpen(at: Milliseconds): Milliseconds {
    const today = this.#dayOf(newYorkDay(at));
    if (today !== null && at < today.openAt) return today.openAt;
    return this.#search(newYorkDay(at) + 1, 1).openAt;
  }

  nextClose(at: Milliseconds): Milliseconds {
    const today = this.#dayOf(newYorkDay(at));
    if (today !== null && at < today.closeAt) return today.closeAt;
    return this.#search(newYorkDay(at) + 1, 1).closeAt;
  }

  #search(from: CivilDay, step: 1 | -1): TradingDay {
    const start = step === 1 ? Math.max(from, firstDay) : Math.min(from, lastDay);
    for (let day = start; day >= firstDay && day <= lastDay; day += step) {
      const found = this.#dayOf(day);
      if (found !== null) return found;
    }
    throw new RangeError(
      `no trading day ${step === 1 ? 'after' : 'before'} ${dayText(from - step)}: ` +
        `the calendar covers ${dayText(firstDay)} to ${dayText(lastDay)}`,
    );
  }

  #dayOf(day: CivilDay): TradingDay | null {
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    const found = this.#isTradingDay(day) ? this.#describe(day) : null;
    this.#days.set(day, found);
    return found;
  }

  #describe(day: CivilDay): TradingDay {
    const closes = this.#rulesOf(day).earlyCloses.get(day) ?? regularClose;
    return {
      date: dayText(day),
      overnightOpenAt: newYorkInstant(day - 1, overnightOpen),
      preOpenAt: newYorkInstant(day, preOpen),
      openAt: newYorkInstant(day, lateOpens.get(day) ?? regularOpen),
      closeAt: newYorkInstant(day, closes),
      postCloseAt: newYorkInstant(day, closes + afterHours),
      settlementDate: dayText(this.#settlementOf(day)),
    };
  }

  #isTradingDay(day: CivilDay): boolean {
    if (day < firstDay || day > lastDay || isWeekend(day)) return false;
    return !this.#rulesOf(day).closures.has(day);
  }

  /** The cash of a trade moves so many trading days later. */
  #settlementOf(day: CivilDay): CivilDay {
    let settlesOn = day;
    for (let left = settlementDaysOn(day); left > 0 && settlesOn < lastDay; ) {
      settlesOn += 1;
      if (this.#isTradingDay(settlesOn)) left -= 1;
    }
    return settlesOn;
  }

  #rulesOf(day: CivilDay): YearRules {
    const year = yearOf(day);
    const known = this.#years.get(year);
    if (known !== undefined) return known;
    const rules = { closures: closuresOf(year), earlyCloses: earlyClosesOf(year) };
    this.#years.set(year, rules);
    return rules;
  }
}

const threeDaySettlementFrom = parseDay('1995-06-07');
const twoDaySettlementFrom = parseDay('2017-09-05');
const oneDaySettlementFrom = parseDay('2024-05-28');

function settlementDaysOn(day: CivilDay): number {
  if (day >= oneDaySettlementFrom) return 1;
  if (day >= twoDaySettlementFrom) return 2;
  return day >= threeDaySettlementFrom ? 3 : 5;
}
