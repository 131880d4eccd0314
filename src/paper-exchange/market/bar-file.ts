import { type CivilDay, parseDay } from '../calendar/civil-day.ts';
import { newYorkInstant, timeOfDay } from '../calendar/new-york.ts';
import { type Decimal, hasAtMostDecimals, parseDecimal } from '../core/basics/decimal.ts';
import type { Bar, Milliseconds } from '../core/basics/types.ts';

/** Text of one CSV file: `time,open,high,low,close,volume`, New York time, raw dollars. */
export type BarFile = {
  /** Names the file in errors. */
  readonly file: string;
  readonly symbol: string;
  readonly text: string;
};

export type BarSeries = {
  readonly symbol: string;
  readonly interval: 'day' | 'intraday';
  readonly durationMs: number;
  /** Oldest first, no time twice, never empty. */
  readonly bars: readonly Bar[];
};

/** A file of bars that cannot be used: where, what stands there and what would be right. */
export class BarFileError extends Error {
  constructor(file: string, line: number, column: string | null, problem: string) {
    super(`${file}, line ${line}${column === null ? '' : `, column ${column}`}: ${problem}`);
    this.name = 'BarFileError';
  }
}

const columns = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
type Column = (typeof columns)[number];
type Fail = (column: Column | null, problem: string) => never;

const dayMs = 86_400_000;
const daily = /^(\d{4}-\d{2}-\d{2})$/;
const intraday = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})$/;
const timeForm = 'allowed is New York time as YYYY-MM-DD or YYYY-MM-DDTHH:MM';

/**
 * Reads bars. Columns may come in any order and other columns are ignored.
 *
 * @throws BarFileError at the first thing that is wrong
 */
export function parseBarFile({ file, symbol, text }: BarFile): BarSeries {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  while (lines.at(-1)?.trim() === '') lines.pop();
  const positions = columnPositions(file, lines[0]);
  const [, ...rows] = lines;

  const bars: Bar[] = [];
  let interval: BarSeries['interval'] | null = null;
  for (const [index, row] of rows.entries()) {
    const fail: Fail = (column, problem) => {
      throw new BarFileError(file, index + 2, column, problem);
    };
    const bar = parseRow(symbol, row.split(','), positions, fail);
    interval ??= bar.interval;
    if (bar.interval !== interval) fail('time', 'daily and intraday times stand in one file');
    const previous = bars.at(-1);
    if (previous !== undefined && bar.at <= previous.at) {
      const how = bar.at === previous.at ? 'occurs twice' : 'is earlier than the line before';
      fail('time', `"${bar.time}" ${how}; times must ascend`);
    }
    bars.push(bar.value);
  }
  if (interval === null) throw new BarFileError(file, 2, null, 'no bars; at least one is needed');
  const durationMs = interval === 'day' ? dayMs : shortestStep(file, bars);
  return { symbol, interval, durationMs, bars: bars.map((bar) => ({ ...bar, durationMs })) };
}

function columnPositions(file: string, header: string | undefined): Record<Column, number> {
  const names = (header ?? '').split(',').map((name) => name.trim().toLowerCase());
  const at = (column: Column): number => {
    const position = names.indexOf(column);
    if (position >= 0) return position;
    const found = header === undefined ? 'the file is empty' : `the header is "${header}"`;
    const problem = `no such column, ${found}; needed is ${columns.join(',')}`;
    throw new BarFileError(file, 1, column, problem);
  };
  return {
    time: at('time'),
    open: at('open'),
    high: at('high'),
    low: at('low'),
    close: at('close'),
    volume: at('volume'),
  };
}

function parseRow(
  symbol: string,
  cells: readonly string[],
  positions: Record<Column, number>,
  fail: Fail,
) {
  const cell = (column: Column): string =>
    cells[positions[column]]?.trim() ?? fail(column, 'nothing stands here; the line is too short');
  const time = cell('time');
  const { at, interval } = parseTime(time, fail);
  const price = (column: Column): Decimal => parsePrice(cell(column), column, fail);
  const [open, high, low, close] = [price('open'), price('high'), price('low'), price('close')];
  if (high < low) fail('high', `"${cell('high')}" is below the low, "${cell('low')}"`);
  for (const [column, value] of [['open', open] as const, ['close', close] as const]) {
    if (value > high || value < low) {
      const range = `"${cell('low')}" to "${cell('high')}"`;
      fail(column, `"${cell(column)}" is outside low and high, ${range}`);
    }
  }
  const volume = cell('volume');
  if (!/^\d{1,15}$/.test(volume)) fail('volume', `"${volume}"; allowed is a whole number from 0`);
  const shares = Number(volume);
  const vwap = (high + low + close) / 3n;
  const value = { symbol, at, durationMs: 0, open, high, low, close, volume: shares, vwap };
  return { at, time, interval, value: { ...value, tradeCount: Math.ceil(shares / 100) } };
}

function parseTime(text: string, fail: Fail) {
  const day = (date: string | undefined): CivilDay => {
    try {
      return parseDay(date ?? '');
    } catch {
      return fail('time', `"${text}" is no date of the calendar; ${timeForm}`);
    }
  };
  const dayOnly = daily.exec(text);
  if (dayOnly !== null) return { at: newYorkInstant(day(dayOnly[1]), 0), interval: 'day' as const };
  const withTime = intraday.exec(text);
  const [hour, minute] = [Number(withTime?.[2]), Number(withTime?.[3])];
  if (withTime === null || hour > 23 || minute > 59) return fail('time', `"${text}"; ${timeForm}`);
  const at: Milliseconds = newYorkInstant(day(withTime[1]), timeOfDay(hour, minute));
  return { at, interval: 'intraday' as const };
}

function parsePrice(text: string, column: Column, fail: Fail): Decimal {
  const value = parseDecimal(text);
  if (value === null || value <= 0n || !hasAtMostDecimals(value, 4)) {
    return fail(column, `"${text}"; allowed is a price above 0 with at most 4 decimals`);
  }
  return value;
}

/** The distance of the bars that stand closest is how long each of them lasts. */
function shortestStep(file: string, bars: readonly Bar[]): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (const [index, bar] of bars.entries()) {
    const next = bars[index + 1];
    if (next !== undefined) shortest = Math.min(shortest, next.at - bar.at);
  }
  if (Number.isFinite(shortest)) return shortest;
  const problem = 'one intraday bar alone does not show how long it lasts; at least two are needed';
  throw new BarFileError(file, 2, 'time', problem);
}
