import { describe, expect, it } from 'vitest';
import { price, quantity } from '../../src/domain/decimal.ts';
import {
  isOnOldScale,
  isOnScaleBefore,
  rescaled,
  splitBetween,
} from '../../src/engine/account/splits.ts';
import { stopLimit } from '../support/given.ts';

const held = (shares: string, entry: string) => ({
  quantity: quantity(shares),
  entryPrice: price(entry),
});
const split = (from: string, to: string) => ({ from: quantity(from), to: quantity(to) });

describe('a split', () => {
  it.each([
    ['4:1', held('10', '500'), held('40', '125')],
    ['7:1 with the entry rounded to the cent', held('7', '545.99'), held('49', '78')],
    ['3:2', held('100', '30'), held('150', '20')],
    ['1:8 into a fraction', held('100', '2.31'), held('12.5', '18.48')],
    ['1:20 of a cheap share', held('10000', '0.5'), held('500', '10')],
  ])('is told by a cost that stays: %s', (_, before, after) => {
    const found = splitBetween(before, after);
    expect(found).toEqual({ from: before.quantity, to: after.quantity });
  });

  it.each([
    ['nothing changed', held('10', '500'), held('10', '500')],
    ['only the entry was corrected', held('10', '500'), held('10', '499')],
    ['some were sold', held('10000', '100'), held('9999', '100')],
    ['some were bought', held('10000', '100'), held('10001', '100')],
    ['shares came in at another cost', held('10', '500'), held('40', '126')],
    ['they cost nothing', held('10', '0'), held('40', '0')],
  ])('is not seen where %s', (_, before, after) => {
    expect(splitBetween(before, after)).toBeNull();
  });

  it('divides a price by what it multiplies the shares with', () => {
    expect(rescaled(price('95'), split('10', '40')).toFixed()).toBe('23.75');
    expect(rescaled(price('2.31'), split('100', '12.5')).toFixed()).toBe('18.48');
  });

  it.each([
    ['10', '40', '499', true],
    ['10', '40', '130', false],
    ['10', '40', '60', false],
    ['80', '10', '480', true],
    ['80', '10', '4300', false],
    ['80', '10', '9000', false],
  ])('of %s into %s shares has a price of 500 become %s: on the old scale %s', (...given) => {
    const [from, to, now, expected] = given;
    expect(isOnOldScale(price(now), price('500'), split(from, to))).toBe(expected);
  });
});

describe('an order beside a split', () => {
  const around = { splitAfter: 1_000, splitSeenAt: 5_000 };
  const stopAt = (stop: string, createdAt: number, updatedAt = createdAt) =>
    stopLimit({ stop, createdAt, updatedAt });

  it.each([
    ['has not changed since the last look before it', stopAt('92', 500, 1_000), true],
    ['was placed after that look, at a price of before', stopAt('92', 2_000), true],
    ['was placed after that look, at a price of now', stopAt('9.2', 2_000), false],
    ['was placed when the split was known', stopAt('92', 5_001), false],
    ['was adjusted by the split itself', stopAt('9.2', 500, 2_000), false],
  ])('is of the old scale or not: it %s', (_, order, isOld) => {
    expect(isOnScaleBefore(order, around, price('10'))).toBe(isOld);
  });

  it('is of no other scale where nothing was split', () => {
    expect(isOnScaleBefore(stopAt('92', 500), {}, price('10'))).toBe(false);
  });
});
