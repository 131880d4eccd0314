import { parseBarFile } from '../../../src/paper-exchange/market/bar-file.ts';
import {
  RecordedMarket,
  type RecordedOptions,
} from '../../../src/paper-exchange/market/recorded-market.ts';
import type { MarketInput } from '../../../src/paper-exchange/market/source.ts';
import { calendar } from './given.ts';

export const header = 'time,open,high,low,close,volume';
export const parse = (...rows: readonly string[]) =>
  parseBarFile({ file: 'ACME.csv', symbol: 'ACME', text: rows.join('\n') });

export const clockTime = (at: number): string =>
  new Date(at + calendar.utcOffsetMinutesAt(at) * 60_000).toISOString().slice(0, 19);

export function play(
  options: Omit<RecordedOptions, 'calendar' | 'startAt'> & { startAt?: string },
) {
  const first = Math.min(...options.series.map((series) => series.bars[0]?.at ?? 0));
  const startAt = options.startAt === undefined ? first : Date.parse(options.startAt);
  const market = new RecordedMarket({ ...options, calendar, startAt });
  const cues: { at: string; inputs: readonly MarketInput[] }[] = [];
  for (let at = market.nextDueAt(); at !== null; at = market.nextDueAt()) {
    cues.push({ at: clockTime(at), inputs: market.next() });
  }
  return { market, cues };
}
