import type { PolicySettings } from '../../policies/registry.ts';
import { limitFor } from '../../policies/trading/stop-limit.ts';
import type { Advice, LearnedFigures } from '../domain/advice.ts';
import type { Price } from '../domain/decimal.ts';
import type { Decision } from '../domain/decision.ts';
import type { PositionContext } from '../domain/portfolio.ts';
import { withAdvice } from '../engine/decision/advice.ts';
import type { DecisionEngine } from '../engine/decision/decision-engine.ts';
import { PositionView } from './position-view.ts';
import { type PriceBars, priceOf, unitsOf } from './price-bars.ts';
import type { TrailingUnits } from './trailing-units.ts';
import { wakesOf } from './wake-price.ts';

/** What is decided by, beside the bars. */
export type Guard = {
  readonly engine: DecisionEngine;
  readonly settings: PolicySettings;
  /** Whether a policy moves stops, and whether one takes profits: else nobody asks for it. */
  readonly trails: boolean;
  readonly banks: boolean;
  /** How stops follow, in units; null where it takes the engine to tell. */
  readonly trailing: TrailingUnits | null;
  /** At every price, whether or not it could change anything: slow, and the same in the end. */
  readonly asksAlways: boolean;
  /** What was learned before, and is advised from the entry on; null for no advice. */
  readonly learned: LearnedFigures | null;
};

/** A move of the stop that was reckoned, and that the engine was not asked about yet. */
type Move = {
  readonly bar: number;
  readonly price: number;
  readonly bestPrice: number;
  readonly from: number;
};

export type Sale = { readonly quantity: number; readonly by: string };

/**
 * A long position with what rests for it at the broker. The production engine decides what that
 * should be, asked with the same context as in production; here it only becomes true at once.
 */
export class GuardedPosition {
  readonly entryPrice: number;
  quantity: number;
  stopPrice = 0;
  stopBy = '';
  takeProfitPrice = Number.POSITIVE_INFINITY;
  takeProfitQuantity = 0;
  initialStopPrice: number | null = null;
  bestPrice: number;
  /** Below this best price nobody would change anything. */
  wakesAt = 0;
  readonly #bars: PriceBars;
  readonly #view: PositionView;
  #guard: Guard;
  readonly #openedAt: number;
  readonly #advice: readonly Advice[];
  milestones: readonly string[] = [];
  #stopSetAt = 0;
  #asksFrom = 0;
  #moved: Move | null = null;

  constructor(
    bars: PriceBars,
    guard: Guard,
    entry: { readonly bar: number; readonly price: number; readonly quantity: number },
  ) {
    this.#bars = bars;
    this.#guard = guard;
    this.entryPrice = entry.price;
    this.bestPrice = entry.price;
    this.quantity = entry.quantity;
    this.#openedAt = bars.openAt[entry.bar] ?? 0;
    this.#view = new PositionView(bars, entry);
    this.#advice = guard.learned === null ? [] : [this.#advised(guard.learned)];
  }

  /**
   * Lets come true what the engine wants at a price. A stop that only follows is reckoned.
   *
   * @returns what is to be sold at the market now; null for nothing
   */
  look(bar: number, price: number): Sale | null {
    const { trailing } = this.#guard;
    if (trailing !== null && this.bestPrice < this.#asksFrom) {
      this.#follow(trailing, bar, price);
      return null;
    }
    this.settle();
    return this.#ask(bar, price);
  }

  /**
   * Asks the engine for the last move of the stop that was only reckoned, so that what is sold
   * is always sold at a stop that the engine wanted.
   *
   * @throws when the engine wants another
   */
  settle(): void {
    const moved = this.#moved;
    if (moved === null) return;
    const { stopPrice: reckoned, bestPrice } = this;
    this.#moved = null;
    this.stopPrice = moved.from;
    this.bestPrice = moved.bestPrice;
    const sale = this.#ask(moved.bar, moved.price);
    if (sale !== null || this.stopPrice !== reckoned) {
      throw new Error(
        `the stop was reckoned at ${reckoned} behind ${moved.bestPrice}, and the engine wants ` +
          (sale === null ? String(this.stopPrice) : `${sale.quantity} sold by ${sale.by}`),
      );
    }
    this.bestPrice = bestPrice;
  }

  #follow(trailing: TrailingUnits, bar: number, price: number): void {
    const { bestPrice, entryPrice, stopPrice: from } = this;
    const isEarned = bestPrice >= trailing.earnedFrom(entryPrice, this.initialStopPrice ?? 0);
    const to = trailing.levelBehind(bestPrice);
    if (isEarned && price > to && trailing.isWorthMoving(from, to)) {
      this.#moved = { bar, price, bestPrice, from };
      this.stopPrice = to;
    }
    this.#wake(this.stopPrice === from && price === bestPrice);
  }

  #ask(bar: number, price: number): Sale | null {
    const { engine } = this.#guard;
    const context = withAdvice(this.#context(bar, priceOf(price)), this.#advice);
    const settled = engine.prioritizeActions(context, engine.evaluatePosition(context));
    const decision = engine.takeAdvice(settled, context);
    const before = this.stopPrice;
    const { target } = decision;
    if (target.cover !== null) this.#moveStop(unitsOf(target.cover.stopPrice), decision, bar);
    if (target.takeProfit !== null) {
      this.takeProfitQuantity = Number(target.takeProfit.quantity.toFixed());
      this.takeProfitPrice = unitsOf(target.takeProfit.limitPrice);
      this.milestones = [...this.milestones, target.takeProfit.milestone];
    }
    // Advice is heard where nothing else is to be done: by the next cycle, at the same price.
    if (this.#advice.length > 0 && this.stopPrice > before && target.sale === null) {
      return this.#ask(bar, price);
    }
    if (!this.#guard.asksAlways) this.#wake(this.stopPrice === before && price === this.bestPrice);
    return this.#sold(decision);
  }

  /**
   * @param isVain asked in vain at the best price, so that only a better one could change the
   *   answer; at a lower one, the stop may only have been too near to it
   */
  #wake(isVain: boolean): void {
    // What was learned may take a profit that waits sooner than it would be filled.
    const mayComeSooner = this.#guard.learned !== null && this.takeProfitQuantity > 0;
    const isBanked = this.milestones.length > 0 && !mayComeSooner;
    const { asksFrom, movesFrom } = wakesOf(this, this.#guard, isBanked);
    this.#asksFrom = asksFrom;
    this.wakesAt = isVain && movesFrom > 0 ? Math.max(movesFrom, this.bestPrice + 1) : movesFrom;
  }

  /** Other settings hold from now on: at its next price, whatever it is, they are asked. */
  guardBy(guard: Guard): void {
    if (guard === this.#guard) return;
    this.settle();
    this.#guard = guard;
    this.#asksFrom = 0;
    this.wakesAt = 0;
  }

  /** Orders that rest for it, a pair counted as one. */
  get restingOrders(): number {
    return this.takeProfitQuantity > 0 && this.takeProfitQuantity < this.quantity ? 2 : 1;
  }

  /** The limit of the resting stop. Below it the stop is left behind until the next look. */
  stopLimit(): number {
    const context = this.#context(this.#stopSetAt, priceOf(this.stopPrice), true);
    return unitsOf(
      limitFor(context, priceOf(this.stopPrice), this.#guard.settings.stopLimit).limitPrice,
    );
  }

  /** Its take-profit was filled: the rest keeps its stop. */
  profitTaken(): void {
    this.settle();
    this.quantity -= this.takeProfitQuantity;
    this.#nothingWaits();
  }

  #nothingWaits(): void {
    this.takeProfitQuantity = 0;
    this.takeProfitPrice = Number.POSITIVE_INFINITY;
  }

  #advised(learned: LearnedFigures): Advice {
    const { symbol } = this.#bars;
    return {
      ...{ symbol, signal: 'track_record', severity: 0, source: 'outcomes', hash: 'learned' },
      ...{ givenAt: this.#openedAt, expiresAt: Number.MAX_SAFE_INTEGER, learned },
    };
  }

  #moveStop(stopPrice: number, { chosen }: Decision, bar: number): void {
    if (stopPrice <= this.stopPrice) return;
    const by = chosen.find(({ action }) => action.kind === 'protect')?.policy;
    this.stopPrice = stopPrice;
    this.stopBy = by ?? this.stopBy;
    this.#stopSetAt = bar;
    this.initialStopPrice ??= stopPrice;
  }

  #sold({ target: { sale }, chosen }: Decision): Sale | null {
    if (sale === null) return null;
    this.milestones = [...this.milestones, sale.milestone];
    const kinds = ['exit', 'reduce'];
    const by = chosen.find(({ action }) => kinds.includes(action.kind))?.policy ?? '';
    const sold = Math.min(this.quantity, Number(sale.quantity.toFixed()));
    this.quantity -= sold;
    // What waits for its profit is not sold twice.
    if (sale.fromTakeProfit === true) this.#nothingWaits();
    this.takeProfitQuantity = Math.min(this.takeProfitQuantity, this.quantity);
    return { quantity: sold, by };
  }

  #context(bar: number, at: Price, withRange = this.#needsRange()): PositionContext {
    return this.#view.at(this, bar, at, withRange);
  }

  /** The range costs a look at sixty days: it is measured where a price depends on it. */
  #needsRange(): boolean {
    const { stopLoss, trailingStop } = this.#guard.settings;
    return stopLoss.method === 'atr' || trailingStop.trailBy === 'atr';
  }
}
