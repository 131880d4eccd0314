import { expect, it } from 'vitest';
import type { Ask } from '../../simulation/storm/asks.ts';
import { duplicatesIn, type Outright } from '../../simulation/storm/duplicates.ts';

const sold = (shares: number, heldAfter: number | null): Outright => ({
  ...{ symbol: 'QBQ', side: 'sell', shares, heldAfter },
});
const sell37: Ask = { kind: 'sell', symbol: 'QBQ', shares: 37 };
const exit: Ask = { kind: 'exit', symbol: 'QBQ' };
const to91Percent: Ask = {
  kind: 'rebalance',
  targets: [{ symbol: 'QBQ', percentOfHeld: 91 }],
};

it('an order that is there twice for one ask is a duplicate, whatever else was asked for', () => {
  const twice = [sold(37, 121), sold(37, 84)];
  expect(duplicatesIn(twice, [sell37], () => [158, 121, 84])).toBe(1);
  expect(duplicatesIn(twice, [sell37, exit, to91Percent], () => [158, 121, 84])).toBe(1);
  expect(duplicatesIn([sold(37, null), sold(37, null)], [sell37, exit], () => [158])).toBe(1);
});

it('an exit of what is left may come to the shares of another ask, once', () => {
  const orders = [sold(37, 121), sold(37, 0)];
  expect(duplicatesIn(orders, [sell37, exit], () => [158, 121, 37, 0])).toBe(0);
  expect(duplicatesIn([...orders, sold(37, 0)], [sell37, exit], () => [37, 0])).toBe(1);
});

it('a rebalance may come to the shares of another ask, once and from what was held', () => {
  const orders = [sold(41, 414), sold(41, 373)];
  const asks: readonly Ask[] = [{ ...sell37, shares: 41 }, to91Percent];
  expect(duplicatesIn(orders, asks, () => [455, 414, 373])).toBe(0);
  expect(duplicatesIn([...orders, sold(41, 332)], asks, () => [455, 414, 373])).toBe(1);
});

it('what nobody asked for is no duplicate of anything', () => {
  expect(duplicatesIn([sold(12, 5), sold(12, 0)], [sell37], () => [])).toBe(0);
});
