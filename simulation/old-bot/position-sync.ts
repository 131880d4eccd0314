import type { Desk, Held } from './desk.ts';

/** What the managers believe is held: as old as its last successful look. */
export class PositionSync {
  readonly #desk: Desk;
  #held = new Map<string, Held>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get all(): readonly Held[] {
    return [...this.#held.values()];
  }

  of(symbol: string): Held | null {
    return this.#held.get(symbol) ?? null;
  }

  /** Looks at the positions, and takes away the orders of those that are gone. */
  async look(): Promise<void> {
    const positions = await this.#desk.positions();
    if (positions === null) return;
    const before = this.#held;
    this.#held = new Map(positions.map((held) => [held.symbol, held]));
    for (const symbol of before.keys()) {
      if (!this.#held.has(symbol)) await this.#takeAwayOrders(symbol);
    }
  }

  async #takeAwayOrders(symbol: string): Promise<void> {
    for (const { id } of (await this.#desk.openOrders(symbol)) ?? []) await this.#desk.cancel(id);
  }
}
