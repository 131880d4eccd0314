import { type Price, type Quantity, text } from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { Incoherence, Position } from '../../domain/portfolio.ts';
import { type EpochMs, msBetween } from '../../domain/time.ts';
import { isOffScale, isOnOldScale, type Split } from '../../engine/account/splits.ts';

/** A price that has not followed its split by then is believed to have moved that far. */
const LONGEST_DOUBT_MS = 24 * 3_600_000;

/** Shares may follow their price as late as positions lag behind; then it was no split. */
const LONGEST_LAG_MS = 10_000;
/**
 * Splits take effect before an open. A fall within a session is doubted no longer than positions
 * lag as a rule: shares that a stop was left behind by are bare meanwhile. Where several names
 * fall together it is the market, and not doubted at all.
 */
const LAG_IN_SESSION_MS = 5_000;

type Doubt = { readonly split: Split; readonly priceBefore: Price; readonly since: EpochMs };

type Known = { readonly quantity: Quantity; readonly price: Price; readonly at: EpochMs };

/**
 * Splits of which the broker shows one half only: the new count of shares with a price of
 * before, or a price that has jumped with the shares of before. On such figures a healthy
 * position looks like a windfall or a crash.
 */
export class ScaleWatch {
  readonly #doubts = new Map<Ticker, Doubt>();
  /** Shares and price as they were last read and believed. */
  #known: ReadonlyMap<Ticker, Known> = new Map();
  readonly #jumpedAt = new Map<Ticker, EpochMs>();

  note(symbol: Ticker, doubt: Doubt): void {
    this.#doubts.set(symbol, doubt);
  }

  isInDoubt(symbol: Ticker): boolean {
    return this.#doubts.has(symbol) || this.#jumpedAt.has(symbol);
  }

  /** True for a price that only a split explains, or a crash: the shares have to be read anew. */
  hasJumped(symbol: Ticker, price: Price): boolean {
    const known = this.#known.get(symbol);
    return known !== undefined && isOffScale(price, known.price);
  }

  /**
   * What may not be acted on yet; where price and shares agree again, the doubt is over.
   *
   * @param openAt when the session opened in which this was read; null outside of one
   */
  judge(positions: readonly Position[], at: EpochMs, openAt: EpochMs | null = null): Incoherence[] {
    for (const [symbol, doubt] of this.#doubts) {
      const position = positions.find((held) => held.symbol === symbol);
      if (position === undefined || isSettled(position, doubt, at)) this.#doubts.delete(symbol);
    }
    const halfSplit = [...this.#doubts].map(([symbol, { split, priceBefore }]) => ({
      symbol,
      because:
        `a split made ${text(split.to)} shares of ${text(split.from)}, but the price is still ` +
        `on the scale of ${text(priceBefore)} before it`,
    }));
    return [...halfSplit, ...this.#judgeJumps(positions, at, openAt)];
  }

  #judgeJumps(positions: readonly Position[], at: EpochMs, openAt: EpochMs | null): Incoherence[] {
    const found: Incoherence[] = [];
    const next = new Map<Ticker, Known>();
    const jumps = positions.filter((position) => this.#isJump(position));
    const inSessionMs = jumps.length > 1 ? 0 : LAG_IN_SESSION_MS;
    for (const position of positions) {
      const { symbol, quantity, currentPrice: price } = position;
      const known = this.#known.get(symbol);
      const since = this.#jumpedAt.get(symbol) ?? at;
      const isInSession = openAt !== null && known !== undefined && known.at >= openAt;
      const longestMs = isInSession ? inSessionMs : LONGEST_LAG_MS;
      const isJump = jumps.includes(position);
      if (known === undefined || !isJump || msBetween(at, since) >= longestMs) {
        this.#jumpedAt.delete(symbol);
        next.set(symbol, { quantity, price, at });
        continue;
      }
      this.#jumpedAt.set(symbol, since);
      next.set(symbol, known);
      const because =
        `the price went from ${text(known.price)} to ${text(price)} at once, as by a split, but ` +
        `the shares are ${text(quantity)} as before`;
      found.push({ symbol, because });
    }
    this.#known = next;
    for (const symbol of this.#jumpedAt.keys()) {
      if (!next.has(symbol)) this.#jumpedAt.delete(symbol);
    }
    return found;
  }

  #isJump({ symbol, quantity, currentPrice }: Position): boolean {
    const known = this.#known.get(symbol);
    return known?.quantity.eq(quantity) === true && isOffScale(currentPrice, known.price);
  }
}

const isSettled = ({ currentPrice }: Position, { split, priceBefore, since }: Doubt, at: EpochMs) =>
  msBetween(at, since) >= LONGEST_DOUBT_MS || !isOnOldScale(currentPrice, priceBefore, split);
