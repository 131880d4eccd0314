import type { PolicySettings } from '../../policies/registry.ts';
import { type FastPath, guardOf, runFastPath } from '../../src/backtest/fast-path.ts';
import type { Guard } from '../../src/backtest/guarded-position.ts';
import {
  barsOfDays,
  dailyBarsBefore,
  dollars,
  firstBarOf,
  type PriceBars,
} from '../../src/backtest/price-bars.ts';
import { rMultipleOf, type Trade } from '../../src/backtest/trade.ts';
import type { LearnedFigures } from '../../src/domain/advice.ts';
import { digestOf, type Json } from '../../src/domain/canonical.ts';
import { text } from '../../src/domain/decimal.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { averageTrueRange } from '../../src/engine/account/atr.ts';
import { type LearningBounds, learnFrom } from '../../src/engine/learning/track-record.ts';
import { TradeBook } from '../../src/intelligence/trade-book.ts';

/** A position that is bought at the open of a day and sold by its owner days later. */
export type Entry = { readonly bars: PriceBars; readonly day: number };

export type Terms = {
  readonly settings: PolicySettings;
  readonly bounds: LearningBounds;
  readonly fills: FastPath['fills'];
  /** The owner sells what is left at the last price of so many days. */
  readonly heldDays: number;
  /** What was learned is looked up again after so many positions. */
  readonly learnsEvery: number;
};

/** One position as it ended. `learned` is what was advised; null for no advice. */
export type Played = {
  readonly trade: Trade;
  readonly resultR: number;
  readonly learned: LearnedFigures | null;
};

type Advising =
  /** As in production: learned anew from what was closed before. */
  | 'learned'
  /** The fixed default. */
  | 'none'
  /** The same from the first trade on, for hindsight. */
  | LearnedFigures;

const SHARES = 100;
const SPREAD_BPS = 2;
const PLENTY = 10 ** 12;
const RANGE_DAYS = 60;

/** Plays positions in the order they are bought; what is learned never saw what is to come. */
export function playInTurn(
  entries: readonly Entry[],
  terms: Terms,
  advising: Advising,
): readonly Played[] {
  const guard = guardOf(terms.settings);
  const records = new Records(terms.settings);
  const lessons = new Map<string, LearnedFigures>();
  return entries.map((entry, index): Played => {
    const id = `${entry.bars.symbol}#${index + 1}`;
    if (advising === 'learned') records.begin(id, entry);
    if (advising === 'learned' && index % terms.learnsEvery === 0) {
      lessons.clear();
      for (const { group, lesson } of learnFrom(records.book.trades(), terms.bounds)) {
        if (lesson !== null) lessons.set(digestOf(group), lesson.figures);
      }
    }
    const known = advising === 'learned' ? lessons.get(digestOf(records.book.groupOf(id))) : null;
    const fixed = typeof advising === 'string' ? null : advising;
    const learned = known ?? fixed;
    const bars = barsOfDays(entry.bars, entry.day, entry.day + terms.heldDays);
    const trade = played(bars, terms, { ...guard, learned });
    if (advising === 'learned') records.end(id, trade, bars);
    return { trade, resultR: rMultipleOf(trade) ?? 0, learned };
  });
}

function played(bars: PriceBars, { fills }: Terms, guard: Guard): Trade {
  const entries = [{ bar: 0, size: { shares: SHARES } }];
  const [trade] = runFastPath({
    ...{ bars, guard, fills, cash: PLENTY, spreadBps: SPREAD_BPS, costBps: 0 },
    ...{ entries: { kind: 'listed', entries }, guardsFrom: 'entry_bar' },
  }).trades;
  if (trade === undefined) throw new Error(`${bars.symbol} cannot be bought on ${bars.days[0]}`);
  return trade;
}

/** Many seeds ask for the same days of real bars. */
const ranges = new WeakMap<PriceBars, Map<number, string | null>>();

function rangeOn(bars: PriceBars, day: number): string | null {
  const known = ranges.get(bars) ?? new Map<number, string | null>();
  ranges.set(bars, known);
  const before = known.get(day);
  if (before !== undefined) return before;
  const range = averageTrueRange(dailyBarsBefore(bars, day, RANGE_DAYS));
  const digits = range === null ? null : text(range);
  known.set(day, digits);
  return digits;
}

/** What the journal of production would hold of these positions, for production's own reader. */
class Records {
  readonly book = new TradeBook();
  #pending: readonly { readonly closedAt: number; readonly write: () => void }[] = [];

  constructor({ stopLoss, trailingStop, partialProfit }: PolicySettings) {
    const { targetR, fraction } = partialProfit;
    const policies = {
      stopLoss: { percent: text(stopLoss.percent) },
      trailingStop: { trailPercent: text(trailingStop.trailPercent) },
      partialProfit: { targetR: text(targetR), fraction: text(fraction) },
    };
    this.#note('settings_loaded', { rules: { policies } });
  }

  /** Writes down, too, what was closed until then, and nothing that is still held. */
  begin(id: string, { bars, day }: Entry): void {
    const now = bars.openAt[firstBarOf(bars, day)] ?? 0;
    for (const { closedAt, write } of this.#pending) if (closedAt < now) write();
    this.#pending = this.#pending.filter(({ closedAt }) => closedAt >= now);
    const price = String(dollars(bars.open[firstBarOf(bars, day)] ?? 0));
    const market = { averageTrueRange: rangeOn(bars, day) };
    this.#note('decision_made', { inputs: { context: { episode: { id }, market, price } } });
  }

  end(id: string, trade: Trade, bars: PriceBars): void {
    const last = trade.left > 0 ? bars.openAt.length - 1 : (trade.exits.at(-1)?.bar ?? 0);
    const closedAt = bars.openAt[last] ?? 0;
    this.#pending = [
      ...this.#pending,
      { closedAt, write: () => this.#close(id, trade, bars, last) },
    ];
  }

  #close(id: string, trade: Trade, bars: PriceBars, last: number): void {
    const { entryPrice, initialStopPrice, left, lastPrice } = trade;
    const paid = trade.exits.map(({ price }) => price);
    // The extremes of the last bar may have come after the sale; its price did not.
    const until = left > 0 ? last + 1 : last;
    const best = Math.max(entryPrice, ...paid, ...bars.high.subarray(0, until));
    const worst = Math.min(entryPrice, ...paid, ...bars.low.subarray(0, until));
    const whole = [
      ...trade.exits,
      ...(left > 0 ? [{ quantity: left, price: lastPrice, by: 'host' }] : []),
    ];
    const stops = ['stop-loss', 'trailing-stop', 'gap-rescue', 'advice'];
    for (const { quantity, price, by } of whole) {
      const isFirstStop = by === 'stop-loss' || by === 'gap-rescue';
      const stop = isFirstStop && initialStopPrice !== null ? initialStopPrice : null;
      this.#note('outcome_measured', {
        ...{ episodeId: id, policy: by, quantity: String(quantity) },
        profit: String(dollars((price - entryPrice) * quantity)),
        riskPerShare: String(dollars(entryPrice - (initialStopPrice ?? entryPrice))),
        favourable: String(dollars(best - entryPrice)),
        adverse: String(dollars(entryPrice - worst)),
        expectedBy: stops.includes(by) ? 'stop' : 'mark',
        slippage: stop === null ? null : String(dollars(stop - price)),
      });
    }
    this.#note('episode_closed', { episode: { id } });
  }

  #note(type: JournalRecord['type'], body: Json): void {
    this.book.remember({
      ...{ v: 1, seq: 1, at: 0, boot: '', actor: 'system', symbol: 'SEED', planId: null },
      ...{ orderId: null, prev: '', hash: '', type, body },
    });
  }
}
