import { describe, expect, it } from 'vitest';
import { civilDay, dayText, parseDay } from '../../../src/paper-exchange/calendar/civil-day.ts';
import {
  newYorkDay,
  newYorkInstant,
  newYorkOffsetMs,
  timeOfDay,
} from '../../../src/paper-exchange/calendar/new-york.ts';
import { NyseCalendar } from '../../../src/paper-exchange/calendar/nyse.ts';

const calendar = new NyseCalendar();
const hourMs = 3_600_000;
const wallClock = (at: number) => new Date(at + newYorkOffsetMs(at)).toISOString().slice(0, 19);
const clock = (date: string, hour: number, minute = 0) =>
  newYorkInstant(parseDay(date), timeOfDay(hour, minute));

/** Weekdays without trading, from the exchange's own announcements. */
const closedWeekdays: Readonly<Record<number, readonly string[]>> = {
  1990: ['01-01', '02-19', '04-13', '05-28', '07-04', '09-03', '11-22', '12-25'],
  1991: ['01-01', '02-18', '03-29', '05-27', '07-04', '09-02', '11-28', '12-25'],
  1992: ['01-01', '02-17', '04-17', '05-25', '07-03', '09-07', '11-26', '12-25'],
  1993: ['01-01', '02-15', '04-09', '05-31', '07-05', '09-06', '11-25', '12-24'],
  1994: ['02-21', '04-01', '04-27', '05-30', '07-04', '09-05', '11-24', '12-26'],
  1995: ['01-02', '02-20', '04-14', '05-29', '07-04', '09-04', '11-23', '12-25'],
  1996: ['01-01', '02-19', '04-05', '05-27', '07-04', '09-02', '11-28', '12-25'],
  1997: ['01-01', '02-17', '03-28', '05-26', '07-04', '09-01', '11-27', '12-25'],
  1998: ['01-01', '01-19', '02-16', '04-10', '05-25', '07-03', '09-07', '11-26', '12-25'],
  1999: ['01-01', '01-18', '02-15', '04-02', '05-31', '07-05', '09-06', '11-25', '12-24'],
  2000: ['01-17', '02-21', '04-21', '05-29', '07-04', '09-04', '11-23', '12-25'],
  2001: [
    ...['01-01', '01-15', '02-19', '04-13', '05-28', '07-04', '09-03'],
    ...['09-11', '09-12', '09-13', '09-14', '11-22', '12-25'],
  ],
  2004: ['01-01', '01-19', '02-16', '04-09', '05-31', '06-11', '07-05', '09-06', '11-25', '12-24'],
  2005: ['01-17', '02-21', '03-25', '05-30', '07-04', '09-05', '11-24', '12-26'],
  2007: ['01-01', '01-02', '01-15', '02-19', '04-06', '05-28', '07-04', '09-03', '11-22', '12-25'],
  2008: ['01-01', '01-21', '02-18', '03-21', '05-26', '07-04', '09-01', '11-27', '12-25'],
  2011: ['01-17', '02-21', '04-22', '05-30', '07-04', '09-05', '11-24', '12-26'],
  2012: [
    ...['01-02', '01-16', '02-20', '04-06', '05-28', '07-04', '09-03'],
    ...['10-29', '10-30', '11-22', '12-25'],
  ],
  2018: ['01-01', '01-15', '02-19', '03-30', '05-28', '07-04', '09-03', '11-22', '12-05', '12-25'],
  2021: ['01-01', '01-18', '02-15', '04-02', '05-31', '07-05', '09-06', '11-25', '12-24'],
  2022: ['01-17', '02-21', '04-15', '05-30', '06-20', '07-04', '09-05', '11-24', '12-26'],
  2025: [
    ...['01-01', '01-09', '01-20', '02-17', '04-18', '05-26', '06-19'],
    ...['07-04', '09-01', '11-27', '12-25'],
  ],
  2026: ['01-01', '01-19', '02-16', '04-03', '05-25', '06-19', '07-03', '09-07', '11-26', '12-25'],
  2027: ['01-01', '01-18', '02-15', '03-26', '05-31', '06-18', '07-05', '09-06', '11-25', '12-24'],
  2028: ['01-17', '02-21', '04-14', '05-29', '06-19', '07-04', '09-04', '11-23', '12-25'],
  2030: ['01-01', '01-21', '02-18', '04-19', '05-27', '06-19', '07-04', '09-02', '11-28', '12-25'],
};

/** Those that closed at 13:00. */
const shortDays: Readonly<Record<number, readonly string[]>> = {
  1990: [],
  1993: ['11-26'],
  1994: ['11-25'],
  1995: ['07-03', '11-24'],
  1996: ['07-05', '11-29', '12-24'],
  1997: ['07-03', '11-28', '12-24', '12-26'],
  1998: ['11-27', '12-24'],
  1999: ['11-26', '12-31'],
  2000: ['07-03', '11-24'],
  2001: ['07-03', '11-23', '12-24'],
  2002: ['07-05', '11-29', '12-24'],
  2003: ['07-03', '11-28', '12-24', '12-26'],
  2008: ['07-03', '11-28', '12-24'],
  2009: ['11-27', '12-24'],
  2010: ['11-26'],
  2012: ['07-03', '11-23', '12-24'],
  2013: ['07-03', '11-29', '12-24'],
  2015: ['11-27', '12-24'],
  2016: ['11-25'],
  2019: ['07-03', '11-29', '12-24'],
  2024: ['07-03', '11-29', '12-24'],
  2025: ['07-03', '11-28', '12-24'],
  2026: ['11-27', '12-24'],
  2027: ['11-26'],
  2028: ['07-03', '11-24'],
};

const daysOf = (year: number) => calendar.tradingDaysBetween(`${year}-01-01`, `${year}-12-31`);

describe('the days of the New York Stock Exchange', () => {
  it.each(Object.keys(closedWeekdays))('has exactly the announced closures of %s', (year) => {
    const open = new Set(daysOf(Number(year)).map((day) => day.date));
    const closed: string[] = [];
    for (let day = civilDay(Number(year), 1, 1); day < civilDay(Number(year) + 1, 1, 1); day++) {
      const weekday = new Date(day * 24 * hourMs).getUTCDay();
      if (weekday !== 0 && weekday !== 6 && !open.has(dayText(day))) closed.push(dayText(day));
    }
    expect(closed.map((date) => date.slice(5))).toEqual(closedWeekdays[Number(year)]);
  });

  it.each(Object.keys(shortDays))('has exactly the announced half days of %s', (year) => {
    const short = daysOf(Number(year)).filter((day) => day.closeAt === clock(day.date, 13));
    expect(short.map((day) => day.date.slice(5))).toEqual(shortDays[Number(year)]);
    for (const day of short) expect(day.postCloseAt).toBe(clock(day.date, 17));
  });

  it.each([
    ['1990-12-24', 9.5, 14],
    ['1990-12-27', 11, 16],
    ['1991-11-29', 9.5, 16],
    ['1992-11-27', 9.5, 14],
    ['1994-02-11', 9.5, 14.5],
    ['1994-07-01', 9.5, 16],
    ['1995-12-18', 10.5, 16],
    ['1996-01-08', 11, 14],
    ['1997-10-27', 9.5, 15.5],
    ['2002-09-11', 12, 16],
  ])('on %s was open from %d to %d o’clock', (date, open, close) => {
    const day = calendar.tradingDay(date);
    expect(day?.openAt).toBe(newYorkInstant(parseDay(date), open * hourMs));
    expect(day?.closeAt).toBe(newYorkInstant(parseDay(date), close * hourMs));
  });

  it('counts the trading days of known years', () => {
    const counted = (...years: number[]) => years.map((year) => daysOf(year).length);
    expect(counted(1990, 1991, 1992, 1993, 1994)).toEqual([253, 253, 254, 253, 252]);
    expect(counted(1995, 1996, 1997, 1998, 2001)).toEqual([252, 254, 253, 252, 248]);
    expect(counted(2012, 2018, 2020, 2024, 2025)).toEqual([250, 251, 253, 252, 250]);
  });

  it('settles after five, three, two and one trading days, as the rule changed', () => {
    const settlementOf = (date: string) => calendar.tradingDay(date)?.settlementDate;
    expect(settlementOf('1995-06-06')).toBe('1995-06-13');
    expect(settlementOf('1995-06-07')).toBe('1995-06-12');
    expect(settlementOf('2012-10-26')).toBe('2012-11-02');
    expect(settlementOf('2017-09-01')).toBe('2017-09-07');
    expect(settlementOf('2017-09-05')).toBe('2017-09-07');
    expect(settlementOf('2024-05-28')).toBe('2024-05-29');
    expect(settlementOf('2026-11-25')).toBe('2026-11-27');
  });

  it('answers nothing outside the years it knows and says so when it must answer', () => {
    expect(calendar.tradingDay('1989-12-29')).toBeNull();
    expect(calendar.tradingDaysBetween('1980-01-01', '1990-01-02')).toHaveLength(1);
    expect(calendar.tradingDaysBetween('2026-11-28', '2026-11-27')).toEqual([]);
    expect(calendar.tradingDayAfter('1970-01-01').date).toBe('1990-01-02');
    expect(() => calendar.tradingDayAfter('2099-12-31')).toThrow(/covers 1990-01-01/);
    expect(() => calendar.tradingDay('2026-02-30')).toThrow(/not a date/);
    expect(() => calendar.tradingDay('tomorrow')).toThrow(/write YYYY-MM-DD/);
  });
});

describe('the sessions of a day', () => {
  it.each([
    ['2026-11-22', 19, 59, 'closed'],
    ['2026-11-22', 20, 0, 'overnight'],
    ['2026-11-24', 23, 59, 'overnight'],
    ['2026-11-25', 0, 0, 'overnight'],
    ['2026-11-25', 3, 59, 'overnight'],
    ['2026-11-25', 4, 0, 'pre'],
    ['2026-11-25', 9, 29, 'pre'],
    ['2026-11-25', 9, 30, 'regular'],
    ['2026-11-25', 15, 59, 'regular'],
    ['2026-11-25', 16, 0, 'post'],
    ['2026-11-25', 19, 59, 'post'],
    ['2026-11-25', 20, 0, 'closed'],
    ['2026-11-26', 2, 0, 'closed'],
    ['2026-11-26', 12, 0, 'closed'],
    ['2026-11-26', 20, 0, 'overnight'],
    ['2026-11-27', 3, 0, 'overnight'],
    ['2026-11-27', 12, 59, 'regular'],
    ['2026-11-27', 13, 0, 'post'],
    ['2026-11-27', 17, 0, 'closed'],
    ['2026-11-27', 20, 0, 'closed'],
    ['2026-11-28', 12, 0, 'closed'],
  ] as const)('on %s at %i:%i is %s', (date, hour, minute, session) => {
    expect(calendar.sessionAt(clock(date, hour, minute))).toBe(session);
  });

  it('belong to a trading day whose night begins on the evening before', () => {
    const dayAt = (date: string, hour: number) => calendar.tradingDayAt(clock(date, hour))?.date;
    expect(dayAt('2026-11-22', 21)).toBe('2026-11-23');
    expect(dayAt('2026-11-23', 1)).toBe('2026-11-23');
    expect(dayAt('2026-11-23', 19)).toBe('2026-11-23');
    expect(dayAt('2026-11-23', 20)).toBe('2026-11-24');
    expect(dayAt('2026-11-25', 22)).toBeUndefined();
    expect(dayAt('2026-11-26', 22)).toBe('2026-11-27');
    expect(dayAt('2026-11-27', 18)).toBeUndefined();
    // The clocks go back in the small hours of this Sunday: its evening is one hour later in UTC.
    expect(calendar.tradingDay('2026-11-02')?.overnightOpenAt).toBe(
      Date.parse('2026-11-02T01:00:00Z'),
    );
  });

  it('opens next and closes next strictly after the instant, over a long weekend too', () => {
    const wednesdayClose = clock('2026-11-25', 16);
    expect(calendar.nextOpen(wednesdayClose)).toBe(clock('2026-11-27', 9, 30));
    expect(calendar.nextClose(wednesdayClose)).toBe(clock('2026-11-27', 13));
    expect(calendar.nextClose(wednesdayClose - 1)).toBe(wednesdayClose);
    expect(calendar.nextOpen(clock('2026-11-27', 9, 30))).toBe(clock('2026-11-30', 9, 30));
    expect(calendar.nextOpen(clock('2026-11-28', 3))).toBe(clock('2026-11-30', 9, 30));
  });

  it('keeps 09:30 on the wall clock when daylight saving changes', () => {
    const opens = (date: string) => {
      const day = calendar.tradingDay(date);
      return day === null ? null : new Date(day.openAt).toISOString().slice(11, 16);
    };
    expect(opens('2026-03-06')).toBe('14:30');
    expect(opens('2026-03-09')).toBe('13:30');
    expect(opens('2026-10-30')).toBe('13:30');
    expect(opens('2026-11-02')).toBe('14:30');
    // Before 2007 summer began in April and ended in October.
    expect(opens('2006-03-31')).toBe('14:30');
    expect(opens('2006-04-03')).toBe('13:30');
    expect(opens('2006-10-30')).toBe('14:30');
  });
});

describe('time in New York', () => {
  it('agrees with Intl around every switch and on every day from 1990 to 2030', () => {
    const format = new Intl.DateTimeFormat('en-CA', {
      timeZone: 'America/New_York',
      dateStyle: 'short',
      timeStyle: 'medium',
      hourCycle: 'h23',
    });
    const disagreements: string[] = [];
    for (let day = civilDay(1990, 1, 1); day <= civilDay(2030, 12, 31); day += 1) {
      for (const hour of [0, 4.5, 5.999, 6, 6.999, 7, 16]) {
        const at = day * 24 * hourMs + Math.round(hour * hourMs);
        const wall = wallClock(at).replace('T', ', ');
        if (format.format(at) !== wall) disagreements.push(new Date(at).toISOString());
      }
    }
    expect(disagreements).toEqual([]);
  });

  it('goes from wall clock to instant and back', () => {
    for (const date of ['1998-04-05', '2006-10-29', '2026-03-08', '2026-11-01', '2026-07-04']) {
      for (const hour of [0, 3, 9.5, 16, 23]) {
        const at = newYorkInstant(parseDay(date), hour * hourMs);
        expect(dayText(newYorkDay(at))).toBe(date);
        expect(wallClock(at)).toBe(
          new Date(Date.parse(date) + hour * hourMs).toISOString().slice(0, 19),
        );
      }
    }
  });

  it('takes the first run of a repeated hour and moves a skipped one on', () => {
    expect(clock('2026-11-01', 1, 30)).toBe(Date.parse('2026-11-01T01:30:00-04:00'));
    expect(clock('2026-03-08', 2, 30)).toBe(Date.parse('2026-03-08T03:30:00-04:00'));
    expect(newYorkOffsetMs(clock('2026-01-15', 12))).toBe(-5 * hourMs);
  });
});
