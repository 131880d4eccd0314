import { createHash } from 'node:crypto';
import type { Ids } from '../../ports/clock.ts';
import { readable } from './random-ids.ts';

/** The same ids in the same order for the same seed: for simulation and replay only. */
export class SeededIds implements Ids {
  readonly #seed: string;
  #count = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  next(prefix: string): string {
    const digest = createHash('sha256')
      .update(`${this.#seed}|${this.#count++}`)
      .digest();
    return `${prefix}-${readable(digest)}`;
  }
}
