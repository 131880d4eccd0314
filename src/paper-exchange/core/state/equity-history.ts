import type { Decimal } from '../basics/decimal.ts';
import { Rows } from '../basics/packed-rows.ts';
import type { Milliseconds } from '../basics/types.ts';
import type { Account } from './account.ts';
import type { Kernel } from './kernel.ts';

/** What the account was worth at an instant. */
export type EquitySample = { readonly at: Milliseconds; readonly equity: Decimal };

const DAY_MS = 86_400_000;
/** A portfolio history in steps shorter than a day reaches back thirty days. */
const INTRADAY_KEPT_MS = 35 * DAY_MS;

/** Equity over time, oldest first. */
export class EquityHistory {
  private readonly kept = new Rows<EquitySample>();
  private thinUntil: Milliseconds = 0;

  get samples(): readonly EquitySample[] {
    return this.kept.items;
  }

  /** One at the same time is replaced. */
  add(sample: EquitySample): void {
    const { items } = this.kept;
    if (items.at(-1)?.at === sample.at) items.pop();
    items.push(sample);
  }

  /** From when on nothing has been thinned out. */
  get denseFrom(): Milliseconds {
    return Math.max(this.thinUntil, this.kept.items[0]?.at ?? this.thinUntil);
  }

  /** Keeps of the samples before `until` only those that were the newest at one of `instants`. */
  thin(until: Milliseconds, instants: readonly Milliseconds[]): void {
    const { items } = this.kept;
    const from = placeAfter(items, this.thinUntil - 1);
    const end = placeAfter(items, until - 1);
    const wanted = new Set(instants.map((at) => placeAfter(items, at) - 1));
    const left = items.slice(from, end).filter((_, place) => wanted.has(from + place));
    items.splice(from, end - from, ...left);
    this.thinUntil = until;
  }
}

/** Of days of long ago only the equity at their two closes is kept, which is all that is asked. */
export function thinEquity({ calendar, now }: Kernel, { equityHistory }: Account): void {
  const until = calendar.midnightOf(calendar.dateOf(now - INTRADAY_KEPT_MS));
  const from = equityHistory.denseFrom;
  if (from >= until) return;
  const days = calendar.tradingDaysBetween(calendar.dateOf(from), calendar.dateOf(until - 1));
  equityHistory.thin(
    until,
    days.flatMap(({ closeAt, postCloseAt }) => [closeAt, postCloseAt]),
  );
}

/** The first place whose sample is later than `at`. */
export function placeAfter(samples: readonly EquitySample[], at: Milliseconds): number {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const sample = samples[middle];
    if (sample !== undefined && sample.at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
