import type { Ticker } from '../../domain/ids.ts';
import type { Incoherence, Position } from '../../domain/portfolio.ts';
import { type EpochMs, msBetween } from '../../domain/time.ts';
import type { Reading } from '../../engine/account/readings.ts';
import { incoherencesOf, isBehindFills } from '../../engine/account/reconcile.ts';
import type { Split } from '../../engine/account/splits.ts';
import { splitAfterFills, splitAmidFills } from '../../engine/account/splits-amid-fills.ts';
import { ordersBySymbol } from '../../engine/account/successors.ts';

/** Alpaca's positions may lag behind its orders for this long; what lasts longer is real. */
const LONGEST_LAG_MS = 10_000;
/** A list of positions may be empty by error; its stops harm nobody until it is believed. */
const LONGEST_ABSENCE_MS = 30_000;

/**
 * Compares each reading of the account with the last coherent one, symbol by symbol. A
 * contradiction that outlasts the broker's lag (a transfer, a split) becomes the new truth.
 * What has vanished without any order is missed for longer, and believed at once when it is
 * there again as it was.
 */
export class CoherenceWatch {
  readonly #baselines = new Map<Ticker, Reading>();
  /** The last reading that showed a position which has vanished without any order. */
  readonly #vanished = new Map<Ticker, Reading>();
  readonly #since = new Map<Ticker, EpochMs>();
  /** When it was, and nothing of what was in it. */
  #lastRead: Reading | null = null;
  #splits = new Map<Ticker, Split>();

  /** Splits that the last reading showed amid fills. */
  get splits(): ReadonlyMap<Ticker, Split> {
    return this.#splits;
  }

  /** @param carriedOn what is held by the last reading and the fills since */
  judge(
    reading: Reading,
    carriedOn: (symbol: Ticker) => Position | null = () => null,
  ): Incoherence[] {
    this.#splits = new Map();
    const bySymbol = partition(reading);
    const symbols = new Set([...bySymbol.keys(), ...this.#baselines.keys()]);
    const found = [...symbols].flatMap((symbol) =>
      this.#judgeOne(symbol, bySymbol.get(symbol) ?? { ...reading, ...NOTHING }, carriedOn(symbol)),
    );
    this.#lastRead = { ...reading, ...NOTHING };
    return found;
  }

  #judgeOne(symbol: Ticker, reading: Reading, carriedOn: Position | null): Incoherence[] {
    const before = this.#baselines.get(symbol) ?? this.#lastRead;
    const baseline = before && this.#onNewScale(symbol, reading, before, carriedOn);
    const found = incoherencesOf(reading, baseline);
    if (found.length === 0 || this.#isBack(symbol, reading)) {
      this.#adopt(symbol, reading);
      return [];
    }
    const since = this.#since.get(symbol) ?? reading.at;
    const isGone = reading.positions.length === 0;
    const longestMs = isGone ? LONGEST_ABSENCE_MS : LONGEST_LAG_MS;
    if (msBetween(reading.at, since) >= longestMs) {
      this.#adopt(symbol, reading);
      if (isGone && baseline !== null) this.#vanished.set(symbol, baseline);
      // What contradicts itself without any history stays a contradiction.
      return incoherencesOf(reading, reading);
    }
    this.#since.set(symbol, since);
    if (baseline === null) return found;
    // Also where nothing was held before: the next reading is compared with the same.
    this.#baselines.set(symbol, baseline);
    const [only] = found;
    const isLag = isBehindFills(reading, baseline, carriedOn, symbol, LONGEST_LAG_MS);
    return isLag && only !== undefined && found.length === 1 ? [{ ...only, isLag }] : found;
  }

  /** From here on the fills alone have to explain what is held. */
  #onNewScale(
    symbol: Ticker,
    reading: Reading,
    baseline: Reading,
    carriedOn: Position | null,
  ): Reading {
    const amid =
      splitAmidFills(reading, baseline) ??
      (carriedOn && splitAfterFills(reading, baseline, carriedOn));
    if (amid === null) return baseline;
    this.#splits.set(symbol, amid.split);
    return amid.baseline;
  }

  #isBack(symbol: Ticker, reading: Reading): boolean {
    const before = this.#vanished.get(symbol);
    return (
      before !== undefined &&
      reading.positions.length > 0 &&
      incoherencesOf(reading, before).length === 0
    );
  }

  #adopt(symbol: Ticker, reading: Reading): void {
    this.#since.delete(symbol);
    if (reading.positions.length > 0) this.#vanished.delete(symbol);
    if (reading.positions.length === 0 && reading.orders.length === 0) {
      this.#baselines.delete(symbol);
    } else this.#baselines.set(symbol, reading);
  }
}

const NOTHING: Pick<Reading, 'positions' | 'orders'> = { positions: [], orders: [] };

/** The parts share the orders that did not change from one reading to the next. */
function partition({ positions, orders, ...when }: Reading): Map<Ticker, Reading> {
  const held = new Map<Ticker, Position[]>();
  for (const position of positions) {
    held.set(position.symbol, [...(held.get(position.symbol) ?? []), position]);
  }
  const ordersOf = ordersBySymbol(orders);
  const symbols = new Set([...held.keys(), ...ordersOf.keys()]);
  return new Map(
    [...symbols].map((symbol) => [
      symbol,
      {
        ...when,
        positions: held.get(symbol) ?? NOTHING.positions,
        orders: ordersOf.get(symbol) ?? NOTHING.orders,
      },
    ]),
  );
}
