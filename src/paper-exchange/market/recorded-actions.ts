import { type Decimal, decimal, formatDecimal, truncateTo } from '../core/basics/decimal.ts';
import type { Calendar, CorporateActionTerms, Milliseconds } from '../core/basics/types.ts';
import type { Announcement } from '../core/corporate-actions/corporate-actions.ts';
import type { RecordedDividend, RecordedSplit } from './adjusted-series.ts';
import type { MarketInput, Split } from './source.ts';

/** What companies did while the bars were recorded. */
export type RecordedActions = {
  readonly calendar: Calendar;
  readonly splits: readonly RecordedSplit[];
  readonly dividends: readonly RecordedDividend[];
};

/** Something to be told at an instant; `split` when prices change with it. */
export type Due = {
  readonly at: Milliseconds;
  readonly input: MarketInput;
  readonly split: Split | null;
};

/** What is still to come of one name, oldest first: splits on their morning, dividends before. */
export function comingActions(
  symbol: string,
  { calendar, splits, dividends }: RecordedActions,
  startAt: Milliseconds,
): Due[] {
  const due: Due[] = [];
  for (const { date, ...split } of splits) {
    const at = morningOf(calendar, date);
    if (split.symbol !== symbol || at < startAt) continue;
    due.push({ at, split, input: { kind: 'split', at, split } });
  }
  for (const dividend of dividends) {
    const exAt = morningOf(calendar, dividend.date);
    if (dividend.symbol !== symbol || exAt <= startAt) continue;
    const dayBefore = calendar.tradingDayBefore(dividend.date).preOpenAt;
    const input = { kind: 'corporate_action', announcement: announcementOf(dividend) } as const;
    due.push({ at: Math.max(startAt, dayBefore), input, split: null });
  }
  return due.sort((one, other) => one.at - other.at);
}

/** What took effect before the start, oldest first. */
export function pastActions(
  symbols: readonly string[],
  { calendar, splits, dividends }: RecordedActions,
  startAt: Milliseconds,
): readonly Announcement[] {
  const known = new Set(symbols);
  const past: Announcement[] = [];
  for (const split of splits) {
    if (!known.has(split.symbol) || morningOf(calendar, split.date) >= startAt) continue;
    past.push({ terms: termsOf(split), exDate: split.date });
  }
  for (const dividend of dividends) {
    if (!known.has(dividend.symbol) || morningOf(calendar, dividend.date) > startAt) continue;
    past.push(announcementOf(dividend));
  }
  return past.sort((one, other) => one.exDate.localeCompare(other.exDate));
}

/** What a dividend was for a share as it is after all later splits. */
export function splitAdjusted(
  dividends: readonly RecordedDividend[],
  splits: readonly RecordedSplit[],
): readonly RecordedDividend[] {
  return dividends.map((dividend) => {
    const later = splits.filter(
      ({ symbol, date }) => symbol === dividend.symbol && date > dividend.date,
    );
    const rate = later.reduce(
      (value: Decimal, split) => (value * BigInt(split.oldShares)) / BigInt(split.newShares),
      decimal(dividend.rate),
    );
    return { ...dividend, rate: formatDecimal(truncateTo(rate, 6)) };
  });
}

const announcementOf = ({ symbol, date, rate }: RecordedDividend): Announcement => ({
  terms: { kind: 'cash_dividend', symbol, rate: decimal(rate), special: false },
  exDate: date,
});

function termsOf({ symbol, newShares, oldShares }: Split): CorporateActionTerms {
  const kind = newShares > oldShares ? 'forward_split' : 'reverse_split';
  return { kind, symbol, newRate: newShares, oldRate: oldShares };
}

const morningOf = (calendar: Calendar, date: string): Milliseconds =>
  calendar.tradingDay(date)?.preOpenAt ?? 0;
