import type { Calendar, Milliseconds } from '../../core/basics/types.ts';

const MINUTE_MS = 60_000;
let lastAt: Milliseconds = 0;
let lastText = new Date(0).toISOString();

/** RFC 3339 in UTC. Many answers name the same instant, so the last one is kept. */
export function utcText(at: Milliseconds): string {
  if (at !== lastAt) {
    lastAt = at;
    lastText = new Date(at).toISOString();
  }
  return lastText;
}

/** Null stays null. */
export function utcTextOrNull(at: Milliseconds | null): string | null {
  return at === null ? null : utcText(at);
}

/** RFC 3339 with New York's offset, for example `2026-10-08T09:30:00-04:00`. */
export function newYorkText(calendar: Calendar, at: Milliseconds): string {
  const local = newYorkIso(calendar, at);
  const fraction = at % 1000 === 0 ? '' : local.slice(19, 23);
  const hours = Math.abs(calendar.utcOffsetMinutesAt(at)) / 60;
  return `${local.slice(0, 19)}${fraction}-${String(hours).padStart(2, '0')}:00`;
}

/** The digits of year to millisecond in New York: `20261008093000123`. */
export function newYorkDigits(calendar: Calendar, at: Milliseconds): string {
  return newYorkIso(calendar, at).replace(/\D/g, '');
}

/** Hours and minutes in New York: `09:30`. */
export function newYorkTimeOfDay(calendar: Calendar, at: Milliseconds): string {
  return newYorkIso(calendar, at).slice(11, 16);
}

function newYorkIso(calendar: Calendar, at: Milliseconds): string {
  return new Date(at + calendar.utcOffsetMinutesAt(at) * MINUTE_MS).toISOString();
}
