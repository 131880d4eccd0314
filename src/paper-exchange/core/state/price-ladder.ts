import type { Decimal } from '../basics/decimal.ts';
import type { OrderRecord } from './order-record.ts';

/** Orders by price, best last, so that the best is taken in constant time; of equals the oldest. */
export class PriceLadder {
  private readonly highestIsBest: boolean;
  private readonly records: OrderRecord[] = [];

  constructor(best: 'highest' | 'lowest') {
    this.highestIsBest = best === 'highest';
  }

  add(record: OrderRecord, price: Decimal): void {
    record.rung = { ladder: this, price };
    this.records.splice(this.placeOf(record, price), 0, record);
  }

  remove(record: OrderRecord): void {
    if (record.rung?.ladder !== this) return;
    this.records.splice(this.placeOf(record, record.rung.price), 1);
    record.rung = null;
  }

  /** Takes away every order whose price is at least as good as `limit`, best first. */
  takeThrough(limit: Decimal, into: OrderRecord[]): void {
    for (;;) {
      const best = this.records[this.records.length - 1];
      if (best === undefined || best.rung === null || !this.reaches(best.rung.price, limit)) return;
      this.records.pop();
      best.rung = null;
      into.push(best);
    }
  }

  private reaches(price: Decimal, limit: Decimal): boolean {
    return this.highestIsBest ? price >= limit : price <= limit;
  }

  private placeOf(record: OrderRecord, price: Decimal): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.records[middle];
      if (other !== undefined && this.isWorse(other, record, price)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private isWorse(other: OrderRecord, record: OrderRecord, price: Decimal): boolean {
    const otherPrice = other.rung?.price ?? price;
    if (otherPrice === price) return other.sequence > record.sequence;
    return this.highestIsBest ? otherPrice < price : otherPrice > price;
  }
}
