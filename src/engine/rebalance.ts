import {
  type Decimal,
  decimal,
  isWhole,
  type Notional,
  notional,
  parseDecimal,
  type Quantity,
  quantity,
  smaller,
  text,
  wholeShares,
  worth,
  ZERO,
} from '../domain/decimal.ts';
import type { Ticker } from '../domain/ids.ts';
import type { CoordinatedIntent } from '../domain/plan.ts';
import type { Account, Position } from '../domain/portfolio.ts';

type Wanted = Extract<CoordinatedIntent, { kind: 'rebalance' }>;

/** One name on its way to its target; weights in percent of equity. */
export type Rebalanced = {
  readonly symbol: Ticker;
  readonly before: Decimal;
  readonly target: Decimal;
  readonly after: Decimal;
  /** Shares to sell; none where it is inside its band or below it. */
  readonly sell: Quantity;
};

/** The way to target weights, or in words why there is none. */
export type Rebalance =
  | {
      readonly outcome: 'balanced';
      /** Every name that has a target, the largest sale first. */
      readonly names: readonly Rebalanced[];
      /** Dollars that are sold. */
      readonly turnover: Notional;
      /** Dollars short of the targets below their bands; buying them is not planned. */
      readonly missing: Notional;
    }
  | { readonly outcome: 'impossible'; readonly because: string };

const HUNDRED = decimal('100');

/**
 * The least sales that bring every name inside its band: a name above its target by more than
 * the band is sold down to the band's edge and no further (the no-trade region of Davis and
 * Norman 1990), to nothing where its target is nothing. Shares are rounded down: what is left
 * above the edge is less than one share. Taxes and fees are not counted.
 *
 * @param bandPercent so many percent of equity off its target a name is left alone
 */
export function rebalance(
  wanted: Wanted,
  positions: readonly Position[],
  { equity, bandPercent }: Pick<Account, 'equity'> & { readonly bandPercent: string },
): Rebalance {
  const held = new Map(positions.map((position) => [position.symbol, position]));
  const problem = problemIn(wanted, positions, equity);
  if (problem !== null) return { outcome: 'impossible', because: problem };
  const band = decimal(bandPercent);
  let [turnover, missing] = [notional('0'), notional('0')];
  const names = wanted.weights.map(({ symbol, percent }): Rebalanced => {
    const target = decimal(percent);
    const position = held.get(symbol);
    const value =
      position === undefined ? notional('0') : worth(position.currentPrice, position.quantity);
    const sell =
      position === undefined ? quantity('0') : excess(position, value, { target, band, equity });
    const sold = position === undefined ? notional('0') : worth(position.currentPrice, sell);
    const short = equity.times(target.minus(band)).div(HUNDRED).minus(value);
    turnover = notional(turnover.plus(sold));
    if (short.gt(ZERO)) missing = notional(missing.plus(short));
    const weight = (dollars: Decimal) => dollars.times(HUNDRED).div(equity);
    return { symbol, before: weight(value), target, after: weight(value.minus(sold)), sell };
  });
  const sorted = [...names].sort(
    (one, other) =>
      other.before.minus(other.after).cmp(one.before.minus(one.after)) ||
      (one.symbol < other.symbol ? -1 : 1),
  );
  return { outcome: 'balanced', names: sorted, turnover, missing };
}

type Aim = { readonly target: Decimal; readonly band: Decimal; readonly equity: Notional };

function excess(position: Position, value: Notional, { target, band, equity }: Aim): Quantity {
  const { quantity: held, currentPrice } = position;
  if (target.eq(ZERO)) return held;
  const edge = equity.times(target.plus(band)).div(HUNDRED);
  if (value.lte(edge)) return quantity('0');
  const shares = smaller(quantity(value.minus(edge).div(currentPrice)), held);
  return isWhole(held) ? wholeShares(shares) : (shares.round(9, 0) as Quantity);
}

function problemIn(
  { weights, cashPercent }: Wanted,
  positions: readonly Position[],
  equity: Notional,
): string | null {
  if (!equity.gt(ZERO)) return 'the account has no equity to take a share of';
  const names = weights.map(({ symbol }) => symbol);
  const twice = names.find((symbol, index) => names.indexOf(symbol) !== index);
  if (twice !== undefined) return `${twice} has two target weights`;
  const listed = new Set<Ticker>(names);
  const figures = [...weights.map(({ percent }) => percent), cashPercent ?? '0'];
  const odd = figures.find((digits) => !isPercent(digits));
  if (odd !== undefined) return `${odd} is no percentage from 0 to 100`;
  const short = positions.find(({ symbol, side }) => side === 'short' && listed.has(symbol));
  if (short !== undefined) {
    return `${short.symbol} is held short: target weights are for what is held long`;
  }
  const others = positions
    .filter(({ symbol, side }) => side === 'long' && !listed.has(symbol))
    .reduce<Decimal>((sum, each) => sum.plus(worth(each.currentPrice, each.quantity)), ZERO);
  const kept = others.times(HUNDRED).div(equity).round(2, 3);
  const all = weights.reduce<Decimal>(
    (sum, { percent }) => sum.plus(percent),
    decimal(cashPercent ?? '0'),
  );
  if (all.plus(cashPercent === null ? ZERO : kept).lte(HUNDRED)) return null;
  return (
    `the target weights come to ${text(all)} %` +
    (cashPercent === null ? '' : ` with cash, and names without a target hold ${text(kept)} %`) +
    ': together at most 100 %'
  );
}

function isPercent(digits: string): boolean {
  const value = parseDecimal(digits);
  return value?.gte('0') === true && value.lte('100');
}
