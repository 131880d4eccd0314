import { drawdowns, type EquityCurve } from './equity.ts';
import {
  type BacktestFigures,
  byPolicy,
  type PolicyFigures,
  rMultiplesOf,
  totalProfit,
} from './figures.ts';
import type { MarketDay } from './market-days.ts';
import type { Outcome } from './portfolio.ts';
import { dollars, firstBarOf, type PriceBars } from './price-bars.ts';
import { byRegime, type RegimeFigures, type StrategySwitch, switchesOn } from './regimes.ts';
import { profitOf, rMultipleOf, type Trade } from './trade.ts';

/** All that a report shows, as it is written to its JSON file; prices and amounts in dollars. */
export type BacktestReport = {
  readonly title: string;
  /** What was played and how, one fact a line. */
  readonly facts: readonly string[];
  readonly columns: readonly { readonly name: string; readonly figures: BacktestFigures }[];
  readonly days: readonly string[];
  readonly curves: readonly {
    readonly name: string;
    readonly equity: readonly number[];
    readonly drawdown: readonly number[];
  }[];
  readonly r_multiples: readonly number[];
  readonly policies: readonly PolicyFigures[];
  readonly profit: number;
  /** Empty where no benchmark tells the regime. */
  readonly regimes: readonly RegimeFigures[];
  readonly switches: readonly StrategySwitch[];
  readonly symbols: readonly SymbolReport[];
};

export type SymbolReport = {
  readonly symbol: string;
  readonly days: readonly string[];
  readonly closes: readonly number[];
  readonly trades: readonly TradeReport[];
};

export type TradeReport = {
  readonly symbol: string;
  readonly opened: string;
  readonly quantity: number;
  readonly entry: number;
  readonly initial_stop: number | null;
  readonly exits: readonly {
    readonly day: string;
    readonly quantity: number;
    readonly price: number;
    readonly policy: string;
  }[];
  readonly left: number;
  readonly profit: number;
  readonly r: number | null;
};

/** The first of the outcomes is BigBrother's, the last that of buying and holding. */
export function reportOf(parts: {
  readonly title: string;
  readonly facts: readonly string[];
  readonly outcomes: readonly { readonly name: string; readonly outcome: Outcome }[];
  readonly series: readonly PriceBars[];
  /** Null where no benchmark tells the regime. */
  readonly market: readonly MarketDay[] | null;
}): BacktestReport {
  const { title, facts, outcomes, series, market } = parts;
  const [played, held] = [outcomes[0]?.outcome, outcomes.at(-1)?.outcome];
  const trades = played?.trades ?? [];
  const isTold = market !== null && played !== undefined && held !== undefined;
  return {
    title,
    facts,
    columns: outcomes.map(({ name, outcome }) => ({ name, figures: outcome.figures })),
    days: outcomes[0]?.outcome.curve.days ?? [],
    curves: outcomes.map(({ name, outcome }) => ({ name, ...curveOf(outcome.curve) })),
    r_multiples: rMultiplesOf(trades),
    policies: byPolicy(trades),
    profit: totalProfit(trades),
    regimes: isTold ? byRegime(played, held.curve, market) : [],
    switches: isTold ? switchesOn(played.curve.days, market) : [],
    symbols: series.map((bars) => symbolReport(bars, trades)),
  };
}

const curveOf = (curve: EquityCurve) => ({ equity: curve.equity, drawdown: drawdowns(curve) });

function symbolReport(bars: PriceBars, trades: readonly Trade[]): SymbolReport {
  const { symbol, days, close } = bars;
  return {
    symbol,
    days,
    closes: days.map((_, day) => dollars(close[firstBarOf(bars, day + 1) - 1] ?? 0)),
    trades: trades.filter((trade) => trade.symbol === symbol).map((each) => told(bars, each)),
  };
}

function told({ days, dayOf }: PriceBars, trade: Trade): TradeReport {
  const day = (bar: number) => days[dayOf[bar] ?? 0] ?? '';
  return {
    symbol: trade.symbol,
    opened: day(trade.bar),
    quantity: trade.quantity,
    entry: dollars(trade.entryPrice),
    initial_stop: trade.initialStopPrice === null ? null : dollars(trade.initialStopPrice),
    exits: trade.exits.map(({ bar, quantity, price, by }) => ({
      ...{ day: day(bar), quantity, price: dollars(price), policy: by },
    })),
    left: trade.left,
    profit: dollars(profitOf(trade)),
    r: rMultipleOf(trade),
  };
}
