import {
  type Decimal,
  decimal,
  isWhole,
  type Notional,
  type Price,
  parseDecimal,
  type Quantity,
  quantity,
  text,
  wholeShares,
} from '../../domain/decimal.ts';
import type { OpenIntent } from '../../domain/plan.ts';

/** Whole shares and how they came about; or why there are none. */
export type Sized =
  | { readonly outcome: 'sized'; readonly shares: Quantity; readonly because: string }
  | { readonly outcome: 'impossible'; readonly code: string; readonly because: string };

/**
 * Shares to open. Out of dollars: at the most that the entry may pay. Out of risk: so that what is
 * lost between that price and the limit of the stop is at most so many percent of equity; a gap
 * through the stop can cost more. Rounded down to whole shares: the broker takes a part of a share
 * in no order group, and without its group it would have no stop.
 *
 * @param riskPerShare dollars between the entry's limit and the limit of its stop
 */
export function sizeOf(
  size: OpenIntent['size'],
  given: {
    readonly equity: Notional;
    readonly entryPrice: Price;
    readonly riskPerShare: Decimal;
  },
): Sized {
  const { equity, entryPrice, riskPerShare } = given;
  switch (size.kind) {
    case 'quantity': {
      const shares = positive(size.quantity);
      if (shares === null) return invalid(`${size.quantity} is no number of shares above zero`);
      if (isWhole(quantity(shares))) {
        return { outcome: 'sized', shares: quantity(shares), because: 'as many as asked for' };
      }
      const because =
        `${text(shares)} shares cannot be opened with a stop: Alpaca takes a part of a share in ` +
        'no bracket or OTO group; whole shares would pass';
      return { outcome: 'impossible', code: 'entry_not_protectable', because };
    }
    case 'dollars': {
      const dollars = positive(size.dollars);
      if (dollars === null) return invalid(`${size.dollars} is no amount of dollars above zero`);
      const because = `$${text(dollars)} at $${text(entryPrice)} a share, rounded down`;
      return whole(dollars.div(entryPrice), because, `$${text(entryPrice)}`);
    }
    case 'risk': {
      const percent = positive(size.percent);
      if (percent === null || percent.gt('100')) {
        return invalid(`${size.percent} is no percentage above 0 and up to 100`);
      }
      if (!equity.gt('0')) return invalid('the account has no equity to put at risk');
      const dollars = equity.times(percent).div('100');
      const because =
        `${text(percent)} % of equity is $${cents(dollars)} at risk, $${text(riskPerShare)} a ` +
        'share down to the limit of the stop, rounded down; a gap can cost more';
      return whole(dollars.div(riskPerShare), because, `$${text(riskPerShare)} at risk`);
    }
  }
}

function whole(raw: Decimal, because: string, one: string): Sized {
  const shares = wholeShares(quantity(raw));
  return shares.gt('0')
    ? { outcome: 'sized', shares, because }
    : invalid(
        `that comes to less than one share (${one}), and Alpaca takes a part of a share in no ` +
          'order group',
      );
}

function positive(digits: string): Decimal | null {
  const value = parseDecimal(digits);
  return value?.gt('0') === true ? decimal(value) : null;
}

const invalid = (because: string): Sized => ({
  outcome: 'impossible',
  code: 'amount_invalid',
  because,
});

/** Rounded up: what is at risk is never told smaller than it is. */
const cents = (value: Decimal): string => value.round(2, 3).toFixed(2);
