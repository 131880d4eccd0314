import { Random } from '../src/paper-exchange/core/basics/random.ts';

/** What chance decides. The same name gives the same draws, whatever else is drawn. */
export class Draws {
  readonly #random: Random;

  constructor(name: string) {
    this.#random = new Random(name);
  }

  /** From 0 up to, but without, 1. */
  fraction(): number {
    return this.#random.uint32() / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + this.#random.below(most - least + 1);
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.#random.below(items.length)] ?? items[0];
  }

  /** Undefined where there is nothing to pick from. */
  any<Item>(items: readonly Item[]): Item | undefined {
    return items[this.#random.below(items.length)];
  }

  /** A wait whose mean is `meanMs`, in whole milliseconds and never none. */
  gapMs(meanMs: number): number {
    return Math.max(1, Math.round(-Math.log(1 - this.fraction()) * meanMs));
  }
}
