import type { Clock } from '../../src/ports/clock.ts';
import type { Desk, Held } from './desk.ts';
import type { PositionSync } from './position-sync.ts';
import { exitSideOf, gainInR, isBetter, stopBelow } from './prices.ts';
import type { OldBotSettings } from './settings.ts';

type Parts = {
  readonly desk: Desk;
  readonly positions: PositionSync;
  readonly settings: OldBotSettings;
  readonly clock: Clock;
};

/** Cancels what holds the shares, and gives the broker a moment to let go of them. */
async function free({ desk, clock, settings }: Omit<Parts, 'positions'>, held: Held) {
  const orders = (await desk.openOrders(held.symbol)) ?? [];
  const holding = orders.filter(({ side }) => side === exitSideOf(held));
  for (const { id } of holding) await desk.cancel(id);
  if (holding.length > 0) await clock.sleep(settings.afterCancelMs);
}

/** Sees that each position has a stop for all of its shares. */
export class StopLossManager {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    for (const held of this.#parts.positions.all) await this.#protect(held);
  }

  async #protect(held: Held): Promise<void> {
    const { desk, settings } = this.#parts;
    const orders = await desk.openOrders(held.symbol);
    if (orders === null) return;
    const side = exitSideOf(held);
    const stops = orders.filter((order) => order.isStop && order.side === side);
    const covered = stops.reduce((sum, { remaining }) => sum + remaining, 0);
    if (covered === Math.abs(held.quantity)) return;
    if (stops.length > 0) await free(this.#parts, held);
    const prices = stopBelow(held, held.entryPrice, settings.stopPercent, settings);
    await desk.stopLimit(held.symbol, side, Math.abs(held.quantity), prices);
  }
}

/** Sells a part once the gain is there. Remembers whose profit it took, while it runs. */
export class PartialProfitManager {
  readonly #parts: Parts;
  readonly #taken = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { positions, settings } = this.#parts;
    for (const held of positions.all) {
      const isDue = gainInR(held, held.price, settings) >= settings.partialAtR;
      if (isDue && !this.#taken.has(held.symbol)) await this.#take(held);
    }
    for (const symbol of this.#taken) {
      if (positions.of(symbol) === null) this.#taken.delete(symbol);
    }
  }

  async #take(held: Held): Promise<void> {
    const { desk, settings } = this.#parts;
    const part = Math.floor(Math.abs(held.quantity) * settings.partialFraction);
    if (part < 1) return;
    this.#taken.add(held.symbol);
    await free(this.#parts, held);
    await desk.market(held.symbol, exitSideOf(held), part);
  }
}

/** Moves the stop behind the best price it has seen. */
export class TrailingStopManager {
  readonly #parts: Parts;
  readonly #best = new Map<string, number>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    for (const held of this.#parts.positions.all) await this.#follow(held);
    for (const symbol of this.#best.keys()) {
      if (this.#parts.positions.of(symbol) === null) this.#best.delete(symbol);
    }
  }

  async #follow(held: Held): Promise<void> {
    const { desk, settings } = this.#parts;
    const known = this.#best.get(held.symbol) ?? held.entryPrice;
    const best = isBetter(held, held.price, known) ? held.price : known;
    this.#best.set(held.symbol, best);
    if (gainInR(held, best, settings) < settings.trailFromR) return;
    const prices = stopBelow(held, best, settings.trailPercent, settings);
    const orders = (await desk.openOrders(held.symbol)) ?? [];
    const stop = orders.find((order) => order.isStop)?.stopPrice;
    if (stop == null) return;
    const isFar = Math.abs(prices.stop - stop) * 100 >= stop * settings.trailStepPercent;
    if (!isFar || !isBetter(held, prices.stop, stop)) return;
    await free(this.#parts, held);
    await desk.stopLimit(held.symbol, exitSideOf(held), Math.abs(held.quantity), prices);
  }
}

/** Does what signals from outside ask for. */
export class SignalManager {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Sells so many shares; all that are held when no number is given. */
  async sell(symbol: string, quantity: number | null): Promise<void> {
    const held = this.#parts.positions.of(symbol);
    if (held === null) return;
    await free(this.#parts, held);
    const most = Math.abs(held.quantity);
    await this.#parts.desk.market(symbol, exitSideOf(held), Math.min(quantity ?? most, most));
  }

  /** A stop for what is held, unless one rests. */
  async protect(symbol: string): Promise<void> {
    const { desk, positions, settings } = this.#parts;
    const held = positions.of(symbol);
    const orders = await desk.openOrders(symbol);
    if (held === null || orders === null || orders.some(({ isStop }) => isStop)) return;
    const prices = stopBelow(held, held.entryPrice, settings.stopPercent, settings);
    await desk.stopLimit(symbol, exitSideOf(held), Math.abs(held.quantity), prices);
  }

  /** Buys; the stop-loss manager sees the new shares when it looks. */
  async buy(symbol: string, quantity: number): Promise<void> {
    await this.#parts.desk.market(symbol, 'buy', quantity);
  }
}
