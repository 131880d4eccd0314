import { type PolicySettings, tradingPolicies } from '../../policies/registry.ts';
import { DecisionEngine } from '../engine/decision/decision-engine.ts';
import { defaultPlanning } from '../engine/planning-settings.ts';
import { type EntryPlan, entryShares, nextEntryBar } from './entries.ts';
import { askAt, bidAt, costOf, type FillSettings } from './fills.ts';
import { type Guard, GuardedPosition } from './guarded-position.ts';
import type { PriceBars } from './price-bars.ts';
import type { Exit, Trade } from './trade.ts';
import { trailingUnits } from './trailing-units.ts';

export type FastPath = FillSettings & {
  readonly bars: PriceBars;
  readonly entries: EntryPlan;
  /** Money of this symbol at the start, in units. */
  readonly cash: number;
  readonly guard: Guard;
  /** Others that take its place from the open of a bar on, oldest first; none without it. */
  readonly guardChanges?: readonly GuardChange[];
  /** Whether a stop may trigger in the bar of its entry, as it does, or only in the next. */
  readonly guardsFrom: 'entry_bar' | 'next_bar';
};

export type GuardChange = { readonly bar: number; readonly guard: Guard };

/** What changed the money and the shares of one symbol, oldest first. */
export type Booking = { readonly bar: number; readonly cash: number; readonly shares: number };

/** What became of the money of one symbol. */
export type SymbolRun = {
  readonly bars: PriceBars;
  readonly cash: number;
  readonly trades: readonly Trade[];
  readonly bookings: readonly Booking[];
  readonly skippedEntries: number;
  /** Shares times seconds without a stop: measured on the faithful path, reckoned on the fast one. */
  readonly nakedShareSeconds: number;
};

/** The production policies with the production engine; `only` leaves out all but these. */
export function guardOf(settings: PolicySettings, only?: readonly string[]): Guard {
  const policies = tradingPolicies(settings).filter(
    ({ name }) => only === undefined || only.includes(name),
  );
  const has = (name: string) => policies.some((policy) => policy.name === name);
  const planning = { ...defaultPlanning, advice: settings.advice };
  const engine = new DecisionEngine({ policies, planning });
  const moves = { trails: has('trailing-stop'), banks: has('partial-profit') };
  const trailing = trailingUnits(settings.trailingStop);
  return { engine, settings, ...moves, trailing, asksAlways: false, learned: null };
}

/**
 * As the faithful path measures it on the paper exchange: from a purchase until its stop rests (the
 * mean of its two halves), and of shares that their stop left behind, until each order that rests
 * is gone and the sale is done.
 */
const UNTIL_STOP_RESTS_SECONDS = 0.0045;
const CANCEL_SECONDS = 0.02;
const SALE_SECONDS = 0.008;

/**
 * Plays one symbol without an exchange: prices are compared with levels, and only where one is
 * reached are the production policies and the production engine asked what should be true.
 */
export function runFastPath(path: FastPath): SymbolRun {
  const run = new FastRun(path);
  return run.play();
}

class FastRun {
  readonly #path: FastPath;
  readonly #trades: Trade[] = [];
  readonly #bookings: Booking[] = [];
  #exits: Exit[] = [];
  #cash: number;
  #skipped = 0;
  #naked = 0;

  constructor(path: FastPath) {
    this.#path = path;
    this.#cash = path.cash;
  }

  play(): SymbolRun {
    const { bars, entries, cash } = this.#path;
    const count = bars.openAt.length;
    let flatSince: number | null = null;
    let from = 0;
    for (;;) {
      const bar = nextEntryBar(entries, flatSince, from);
      if (bar === null || bar >= count) break;
      if (this.#buy(bar)) {
        const last = this.#trades.at(-1);
        if (last === undefined || last.left > 0) break;
        flatSince = last.exits.at(-1)?.bar ?? bar;
        from = flatSince + 1;
      } else {
        this.#skipped += 1;
        from = bar + 1;
      }
    }
    return {
      ...{ bars, cash, trades: this.#trades, bookings: this.#bookings },
      ...{ skippedEntries: this.#skipped, nakedShareSeconds: this.#naked },
    };
  }

  /** @returns false when nothing could be bought */
  #buy(entryBar: number): boolean {
    const { bars, entries, spreadBps } = this.#path;
    const open = bars.open[entryBar] ?? 0;
    const quantity = entryShares(entries, entryBar, { cash: this.#cash, open }, this.#path);
    if (quantity === 0) return false;
    const price = askAt(open, spreadBps);
    this.#book(entryBar, price, quantity);
    this.#naked += quantity * UNTIL_STOP_RESTS_SECONDS;
    this.#exits = [];
    const position = new GuardedPosition(bars, this.#guardOf(entryBar), {
      bar: entryBar,
      price,
      quantity,
    });
    this.#guardOn(position, entryBar);
    position.settle();
    this.#trades.push({
      symbol: bars.symbol,
      openedAt: bars.openAt[entryBar] ?? 0,
      bar: entryBar,
      quantity,
      entryPrice: price,
      initialStopPrice: position.initialStopPrice,
      exits: this.#exits,
      left: position.quantity,
      lastPrice: bars.close[bars.close.length - 1] ?? 0,
    });
    return true;
  }

  #guardOn(position: GuardedPosition, entryBar: number): void {
    const { bars, guardsFrom } = this.#path;
    this.#look(position, entryBar, bars.open[entryBar] ?? 0);
    if (guardsFrom === 'entry_bar' && this.#walk(position, entryBar, 1)) return;
    for (let bar = entryBar + 1; bar < bars.openAt.length; bar += 1) {
      bar = this.#quietUntil(position, bar);
      position.guardBy(this.#guardOf(bar));
      if (this.#walk(position, bar, 0)) return;
    }
  }

  #guardOf(bar: number): Guard {
    const { guard, guardChanges = [] } = this.#path;
    return guardChanges.findLast((change) => change.bar <= bar)?.guard ?? guard;
  }

  /**
   * The first bar from `bar` on in which a level is reached or another guard takes over; the number
   * of bars for none.
   */
  #quietUntil(position: GuardedPosition, bar: number): number {
    const { guardChanges = [] } = this.#path;
    const { high, low } = this.#path.bars;
    const end = guardChanges.find((change) => change.bar >= bar)?.bar ?? high.length;
    const { stopPrice, takeProfitPrice, wakesAt } = position;
    const ceiling = Math.min(takeProfitPrice, wakesAt);
    let best = position.bestPrice;
    let next = bar;
    if (best < wakesAt) {
      for (; next < end; next += 1) {
        const most = high[next] ?? 0;
        if (most >= ceiling || (low[next] ?? 0) <= stopPrice) break;
        if (most > best) best = most;
      }
    }
    position.bestPrice = best;
    return next;
  }

  /** The prices of one bar in their order. @returns true when nothing is held any more */
  #walk(position: GuardedPosition, bar: number, first: number): boolean {
    if (bar >= this.#path.bars.openAt.length) return true;
    const prices = this.#pricesOf(bar);
    for (let step = first; step < prices.length; step += 1) {
      const price = prices[step] ?? 0;
      if (bidAt(price, this.#path.spreadBps) >= position.takeProfitPrice) {
        this.#takeProfit(position, bar, step, price);
      }
      if (price <= position.stopPrice) {
        const end = this.#stopOut(position, bar, step, price);
        if (position.quantity === 0) return end;
        continue;
      }
      if (price > position.bestPrice) position.bestPrice = price;
      // What the close has moved is looked at with the next open: the session is over by then.
      const isLast = step === prices.length - 1;
      if (!isLast && position.bestPrice >= position.wakesAt) this.#look(position, bar, price);
      if (position.quantity === 0) return true;
    }
    return false;
  }

  #pricesOf(bar: number): readonly number[] {
    const { open, high, low, close } = this.#path.bars;
    const [first, most, least, last] = [
      open[bar] ?? 0,
      high[bar] ?? 0,
      low[bar] ?? 0,
      close[bar] ?? 0,
    ];
    const isHighFirst = this.#path.fills === 'prints' && most - first < first - least;
    return isHighFirst ? [first, most, least, last] : [first, least, most, last];
  }

  #takeProfit(position: GuardedPosition, bar: number, step: number, price: number): void {
    const { fills, spreadBps } = this.#path;
    const isJump = fills === 'prints' || step === 0;
    const paid = isJump ? bidAt(price, spreadBps) : position.takeProfitPrice;
    this.#sell(bar, { quantity: position.takeProfitQuantity, price: paid, by: 'partial-profit' });
    position.profitTaken();
  }

  /** @returns true; false while the stop is left behind at the last price of the bars */
  #stopOut(position: GuardedPosition, bar: number, step: number, price: number): boolean {
    position.settle();
    const { fills, spreadBps } = this.#path;
    const { quantity } = position;
    const isLevel = fills === 'levels' && step > 0;
    const paid = bidAt(isLevel ? position.stopPrice : price, spreadBps);
    const isLeftBehind = fills === 'prints' && paid < position.stopLimit();
    if (!isLeftBehind) {
      this.#sell(bar, { quantity, price: paid, by: position.stopBy });
    } else if (step < 3) {
      this.#leftBehind(position);
      this.#sell(bar, { quantity, price: paid, by: 'gap-rescue' });
    } else {
      return this.#leaveAtNextOpen(position, bar);
    }
    position.quantity = 0;
    return true;
  }

  /** Left behind at the close: nothing can be done before the next open. */
  #leaveAtNextOpen(position: GuardedPosition, bar: number): boolean {
    const open = this.#path.bars.open[bar + 1];
    if (open === undefined) return false;
    const paid = bidAt(open, this.#path.spreadBps);
    const by = paid < position.stopLimit() ? 'gap-rescue' : position.stopBy;
    if (by === 'gap-rescue') this.#leftBehind(position);
    this.#sell(bar + 1, { quantity: position.quantity, price: paid, by });
    position.quantity = 0;
    return true;
  }

  #leftBehind({ quantity, restingOrders }: GuardedPosition): void {
    this.#naked += quantity * (restingOrders * CANCEL_SECONDS + SALE_SECONDS);
  }

  #look(position: GuardedPosition, bar: number, price: number): void {
    const sale = position.look(bar, price);
    if (sale === null) return;
    const paid = bidAt(price, this.#path.spreadBps);
    this.#sell(bar, { ...sale, price: paid });
  }

  #sell(bar: number, sale: Pick<Exit, 'quantity' | 'price' | 'by'>): void {
    const { quantity, price, by } = sale;
    this.#exits.push({ bar, at: this.#path.bars.openAt[bar] ?? 0, quantity, price, by });
    this.#book(bar, price, -quantity);
  }

  #book(bar: number, price: number, shares: number): void {
    const amount = price * Math.abs(shares);
    const cost = costOf(price, Math.abs(shares), this.#path.costBps);
    const cash = (shares > 0 ? -amount : amount) - cost;
    this.#cash += cash;
    this.#bookings.push({ bar, cash, shares });
  }
}
