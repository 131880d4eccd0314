import { absolute, type Decimal, larger, multiply, ONE } from '../basics/decimal.ts';
import type { Position } from './position.ts';

/**
 * What it takes to keep a position, by side and price of a share, as the table of "Margin and
 * Short Selling" has it but for leveraged funds, which are not told apart here.
 */
export function maintenanceOf({ qty, marketValue }: Position): Decimal {
  const shares = absolute(qty);
  const value = absolute(marketValue);
  const costs = (dollars: Decimal) => multiply(shares, dollars);
  if (qty < 0n) {
    if (value < costs(5n * ONE)) return larger(costs((5n * ONE) / 2n), value);
    return larger(costs(5n * ONE), thirtyPercentOf(value));
  }
  if (value < costs((5n * ONE) / 2n)) return value;
  return value <= costs(6n * ONE) ? value / 2n : thirtyPercentOf(value);
}

function thirtyPercentOf(value: Decimal): Decimal {
  return (value * 3n) / 10n;
}
