import { expect, it } from 'vitest';
import type { Ask } from '../../simulation/storm/asks.ts';
import { type Amount, duplicatesIn, type Outright } from '../../simulation/storm/duplicates.ts';

const sold = (shares: number, heldAfter: number | null): Outright => ({
  ...{ symbol: 'QBQ', side: 'sell', shares, heldAfter },
});
const duplicates = (
  orders: readonly Outright[],
  asks: readonly Ask[],
  held: readonly number[],
  takenBack: readonly Amount[] = [],
) => duplicatesIn(orders, asks, () => held, takenBack);
const sell37: Ask = { kind: 'sell', symbol: 'QBQ', shares: 37 };
const exit: Ask = { kind: 'exit', symbol: 'QBQ' };
const to91Percent: Ask = {
  kind: 'rebalance',
  targets: [{ symbol: 'QBQ', percentOfHeld: 91 }],
};

it('an order that is there twice for one ask is a duplicate, whatever else was asked for', () => {
  const twice = [sold(37, 121), sold(37, 84)];
  expect(duplicates(twice, [sell37], [158, 121, 84])).toBe(1);
  expect(duplicates(twice, [sell37, exit, to91Percent], [158, 121, 84])).toBe(1);
  expect(duplicates([sold(37, null), sold(37, null)], [sell37, exit], [158])).toBe(1);
});

it('an exit of what is left may come to the shares of another ask, once', () => {
  const orders = [sold(37, 121), sold(37, 0)];
  expect(duplicates(orders, [sell37, exit], [158, 121, 37, 0])).toBe(0);
  expect(duplicates([...orders, sold(37, 0)], [sell37, exit], [37, 0])).toBe(1);
});

it('a rebalance may come to the shares of another ask, once and from what was held', () => {
  const orders = [sold(41, 414), sold(41, 373)];
  const asks: readonly Ask[] = [{ ...sell37, shares: 41 }, to91Percent];
  expect(duplicates(orders, asks, [455, 414, 373])).toBe(0);
  expect(duplicates([...orders, sold(41, 332)], asks, [455, 414, 373])).toBe(1);
});

it('what nobody asked for is no duplicate of anything', () => {
  expect(duplicates([sold(12, 5), sold(12, 0)], [sell37], [])).toBe(0);
});

it('a stop that was reached and taken back accounts for the sale of its shares, once', () => {
  const orders = [sold(37, 121), sold(37, 84)];
  const stop: Amount = { symbol: 'QBQ', side: 'sell', shares: 37 };
  expect(duplicates(orders, [sell37], [158, 121, 84], [stop])).toBe(0);
  expect(duplicates([...orders, sold(37, 47)], [sell37], [158, 121, 84], [stop])).toBe(1);
  expect(duplicates(orders, [sell37], [158, 121, 84], [{ ...stop, shares: 36 }])).toBe(1);
});
