import { decimal } from '../core/basics/decimal.ts';
import type { Trade } from '../core/basics/types.ts';
import { MarketRandom } from './random.ts';
import type { MarketInput } from './source.ts';

/** Ids of their own, so that they shift no others. */
const firstId = 7_000_000_000;
const dollar = decimal('1');
const cent = decimal('0.01');
const hundredthOfACent = decimal('0.0001');

/** Prints that should not be: far off the market and withdrawn with the next tick. */
export class BadPrints {
  private readonly perDay: number;
  private readonly random: MarketRandom;
  private count = 0;
  private toWithdraw: Trade | null = null;

  constructor(seed: string, perDay: number) {
    this.perDay = perDay;
    this.random = new MarketRandom(`${seed}/bad prints`);
  }

  /** After a good trade, and so much of a day since the one before. */
  after(good: Trade, days: number, inputs: MarketInput[]): void {
    if (this.perDay === 0 || this.random.uniform() >= this.perDay * days) return;
    const percent = this.random.sign() * this.random.integer(5, 30);
    const price = (good.price * BigInt(100 + percent)) / 100n;
    const tick = good.price >= dollar ? cent : hundredthOfACent;
    this.count += 1;
    const trade = { ...good, price: price - (price % tick), size: 100, id: firstId + this.count };
    this.toWithdraw = trade;
    inputs.push({ kind: 'trade', trade });
  }

  withdraw(inputs: MarketInput[]): void {
    const { toWithdraw: trade } = this;
    if (trade === null) return;
    this.toWithdraw = null;
    inputs.push({ kind: 'notice', notice: { kind: 'cancel_error', trade, action: 'error' } });
  }
}
