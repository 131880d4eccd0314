import {
  type CivilDay,
  civilDay,
  lastWeekday,
  nthWeekday,
  parseDay,
  weekdayOf,
} from './civil-day.ts';
import { timeOfDay } from './new-york.ts';

const [sunday, monday, tuesday, wednesday, thursday, saturday] = [0, 1, 2, 3, 4, 6] as const;

/** Days on which the exchange stayed shut for what happened in the world. */
const specialClosures = [
  '2001-09-11', // The attacks on New York and Washington.
  '2001-09-12',
  '2001-09-13',
  '2001-09-14',
  '2004-06-11', // Mourning for Ronald Reagan.
  '2007-01-02', // Mourning for Gerald Ford.
  '2012-10-29', // Hurricane Sandy.
  '2012-10-30',
  '2018-12-05', // Mourning for George H. W. Bush.
  '2025-01-09', // Mourning for Jimmy Carter.
].map(parseDay);

/** Half days that follow no rule. */
const specialEarlyCloses = ['1999-12-31', '2003-12-26'].map(parseDay);

/** Days that opened late, with the wall clock time of the open. */
export const lateOpens: ReadonlyMap<CivilDay, number> = new Map([
  [parseDay('2002-09-11'), timeOfDay(12, 0)], // One year after the attacks.
]);

/** Weekdays of one year, 1998 or later, on which the NYSE does not open. */
export function closuresOf(year: number): ReadonlySet<CivilDay> {
  const days = [
    nthWeekday(year, 1, monday, 3), // Martin Luther King Jr. Day, from 1998.
    nthWeekday(year, 2, monday, 3), // Washington's Birthday.
    easterSunday(year) - 2, // Good Friday.
    lastWeekday(year, 5, monday), // Memorial Day.
    observed(civilDay(year, 7, 4)), // Independence Day.
    nthWeekday(year, 9, monday, 1), // Labor Day.
    thanksgivingOf(year),
    observed(civilDay(year, 12, 25)), // Christmas Day.
    ...specialClosures,
  ];
  if (year >= 2022) days.push(observed(civilDay(year, 6, 19))); // Juneteenth.
  const newYear = civilDay(year, 1, 1);
  // A New Year's Day on a Saturday is not made up for: the year's last Friday is worked.
  if (weekdayOf(newYear) !== saturday) days.push(observed(newYear));
  return new Set(days);
}

/** Days of one year, 1998 or later, on which the NYSE closes at 13:00. */
export function earlyClosesOf(year: number): ReadonlySet<CivilDay> {
  const days = [thanksgivingOf(year) + 1, ...specialEarlyCloses];
  const christmasEve = civilDay(year, 12, 24);
  // On a Friday it is the holiday itself, observed.
  if (isBetween(weekdayOf(christmasEve), monday, thursday)) days.push(christmasEve);
  const besideJulyFourth = halfDayBesideJulyFourth(year);
  if (besideJulyFourth !== null) days.push(besideJulyFourth);
  return new Set(days);
}

function halfDayBesideJulyFourth(year: number): CivilDay | null {
  const july3 = civilDay(year, 7, 3);
  const weekday = weekdayOf(july3);
  if (weekday === monday || weekday === tuesday || weekday === thursday) return july3;
  if (weekday !== wednesday) return null;
  // Before 2013 a Thursday holiday shortened the Friday after it, not the Wednesday before.
  return year >= 2013 ? july3 : july3 + 2;
}

const thanksgivingOf = (year: number): CivilDay => nthWeekday(year, 11, thursday, 4);

/** Saturday's holiday is kept on Friday, Sunday's on Monday. */
function observed(day: CivilDay): CivilDay {
  const weekday = weekdayOf(day);
  if (weekday === saturday) return day - 1;
  return weekday === sunday ? day + 1 : day;
}

/** The Gregorian computus: the Sunday after the first full moon of spring. */
function easterSunday(year: number): CivilDay {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const leapCorrection = century - Math.floor(century / 4);
  const moonCorrection = Math.floor((8 * century + 13) / 25);
  const epact = (leapCorrection - moonCorrection + 19 * golden + 15) % 30;
  const isLateMoon = epact === 29 || (epact === 28 && golden > 10);
  const fullMoon = civilDay(year, 3, 21) + epact - (isLateMoon ? 1 : 0);
  return fullMoon + 7 - weekdayOf(fullMoon);
}

const isBetween = (value: number, low: number, high: number): boolean =>
  value >= low && value <= high;

export const isWeekend = (day: CivilDay): boolean =>
  weekdayOf(day) === sunday || weekdayOf(day) === saturday;
