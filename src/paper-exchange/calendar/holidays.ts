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
  '1994-04-27', // Mourning for Richard Nixon.
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

const oneOClock = timeOfDay(13, 0);
const twoOClock = timeOfDay(14, 0);

/** Days that closed early by no rule, with the wall clock time of the close. */
const specialEarlyCloses: readonly (readonly [CivilDay, number])[] = [
  [parseDay('1994-02-11'), timeOfDay(14, 30)], // Snow.
  [parseDay('1996-01-08'), twoOClock], // Snow.
  [parseDay('1997-10-27'), timeOfDay(15, 30)], // The market fell through its circuit breakers.
  [parseDay('1997-12-26'), oneOClock],
  [parseDay('1999-12-31'), oneOClock],
  [parseDay('2003-12-26'), oneOClock],
];

/** Days that opened late, with the wall clock time of the open. */
export const lateOpens: ReadonlyMap<CivilDay, number> = new Map([
  [parseDay('1990-12-27'), timeOfDay(11, 0)], // A transformer had exploded.
  [parseDay('1995-12-18'), timeOfDay(10, 30)], // The computers were down.
  [parseDay('1996-01-08'), timeOfDay(11, 0)], // Snow.
  [parseDay('2002-09-11'), timeOfDay(12, 0)], // One year after the attacks.
]);

/** Weekdays of one year, 1990 or later, on which the NYSE does not open. */
export function closuresOf(year: number): ReadonlySet<CivilDay> {
  const days = [
    nthWeekday(year, 2, monday, 3), // Washington's Birthday.
    easterSunday(year) - 2, // Good Friday.
    lastWeekday(year, 5, monday), // Memorial Day.
    observed(civilDay(year, 7, 4)), // Independence Day.
    nthWeekday(year, 9, monday, 1), // Labor Day.
    thanksgivingOf(year),
    observed(civilDay(year, 12, 25)), // Christmas Day.
    ...specialClosures,
  ];
  if (year >= 1998) days.push(nthWeekday(year, 1, monday, 3)); // Martin Luther King Jr. Day.
  if (year >= 2022) days.push(observed(civilDay(year, 6, 19))); // Juneteenth.
  const newYear = civilDay(year, 1, 1);
  // A New Year's Day on a Saturday is not made up for: the year's last Friday is worked.
  if (weekdayOf(newYear) !== saturday) days.push(observed(newYear));
  return new Set(days);
}

/** Days of one year, 1990 or later, that close early, with the wall clock time of the close. */
export function earlyClosesOf(year: number): ReadonlyMap<CivilDay, number> {
  const halfDays = [];
  if (year >= 1992) halfDays.push(thanksgivingOf(year) + 1);
  const christmasEve = civilDay(year, 12, 24);
  // On a Friday it is the holiday itself, observed.
  if (isBetween(weekdayOf(christmasEve), monday, thursday)) halfDays.push(christmasEve);
  const besideJulyFourth = halfDayBesideJulyFourth(year);
  if (besideJulyFourth !== null) halfDays.push(besideJulyFourth);
  const close = year >= 1993 ? oneOClock : twoOClock;
  const byRule = halfDays.map((day): [CivilDay, number] => [day, close]);
  return new Map([...byRule, ...specialEarlyCloses]);
}

function halfDayBesideJulyFourth(year: number): CivilDay | null {
  if (year < 1995) return null;
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
