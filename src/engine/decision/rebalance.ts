import {
  type Decimal,
  decimal,
  isWhole,
  larger,
  NO_SHARES,
  type Notional,
  notional,
  type Price,
  parseDecimal,
  type Quantity,
  quantity,
  smaller,
  text,
  wholeShares,
  worth,
  ZERO,
} from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { CoordinatedIntent } from '../../domain/plan.ts';
import type { Position } from '../../domain/portfolio.ts';

type Wanted = Extract<CoordinatedIntent, { kind: 'rebalance' }>;

/** One name on its way to its target; weights in percent of equity. */
export type Rebalanced = {
  readonly symbol: Ticker;
  readonly before: Decimal;
  readonly target: Decimal;
  /** Once it is sold, and bought with what was sold. */
  readonly after: Decimal;
  /** Shares to sell; none where it is inside its band or below it. */
  readonly sell: Quantity;
  /** Whole shares to buy; none where it is inside its band or above it, or cash is short. */
  readonly buy: Quantity;
};

/** The way to target weights, or in words why there is none. */
export type Rebalance =
  | {
      readonly outcome: 'balanced';
      /** Every name that has a target, the largest sale first, the largest purchase last. */
      readonly names: readonly Rebalanced[];
      /** Dollars that are sold. */
      readonly turnover: Notional;
      /** Dollars that are bought, at the most that the entries may pay. */
      readonly bought: Notional;
      /** Dollars below their bands that are not bought: cash is short, or a price is not known. */
      readonly missing: Notional;
    }
  | { readonly outcome: 'impossible'; readonly because: string };

/** What there is to spend, and what a share costs. */
export type Means = {
  readonly equity: Notional;
  /** Cash that nothing else waits for, before anything is sold. */
  readonly cash: Decimal;
  /** So many percent of equity off its target a name is left alone. */
  readonly bandPercent: string;
  /** The most that a share bought now may cost; null where nobody knows: none is bought then. */
  readonly costOf: (symbol: Ticker) => Price | null;
};

const HUNDRED = decimal('100');

type Step = Omit<Rebalanced, 'buy' | 'after'> & {
  readonly price: Price | null;
  /** Dollars below the lower edge of its band; none where it is inside. */
  readonly short: Decimal;
};

/**
 * The least trades that bring every name inside its band: a name above its target by more than
 * the band is sold down to the band's upper edge and no further, one below it is bought up to the
 * lower edge (the no-trade region of Davis and Norman 1990); to nothing where the target is
 * nothing. Shares are rounded down: what is left beyond the edge is less than one share. What is
 * bought is paid from cash and from what is sold, the largest shortfall first, so that the cash
 * that is to be kept is kept. Taxes and fees are not counted.
 */
export function rebalance(wanted: Wanted, positions: readonly Position[], means: Means): Rebalance {
  const { equity, bandPercent } = means;
  const held = new Map(positions.map((position) => [position.symbol, position]));
  const problem = problemIn(wanted, positions, equity);
  if (problem !== null) return { outcome: 'impossible', because: problem };
  const band = decimal(bandPercent);
  const steps = wanted.weights.map(({ symbol, percent }): Step => {
    const target = decimal(percent);
    const position = held.get(symbol);
    const value =
      position === undefined ? notional('0') : worth(position.currentPrice, position.quantity);
    return {
      ...{ symbol, target, before: value.times(HUNDRED).div(equity) },
      price: position?.currentPrice ?? means.costOf(symbol),
      sell: position === undefined ? NO_SHARES : excess(position, value, { target, band, equity }),
      short: larger<Decimal>(equity.times(target.minus(band)).div(HUNDRED).minus(value), ZERO),
    };
  });
  const turnover = steps.reduce<Decimal>((sum, step) => sum.plus(soldIn(step)), ZERO);
  const kept = equity.times(wanted.cashPercent ?? '0').div(HUNDRED);
  const buys = affordable(steps, means.cash.plus(turnover).minus(kept), means.costOf);
  const names = steps.map(({ price, short: _, ...step }): Rebalanced => {
    const buy = buys.shares.get(step.symbol) ?? NO_SHARES;
    const change = price === null ? ZERO : price.times(buy.minus(step.sell));
    return { ...step, buy, after: step.before.plus(change.times(HUNDRED).div(equity)) };
  });
  const inOrder = names
    .map((name) => ({ name, shed: name.before.minus(name.after) }))
    .sort((a, b) => b.shed.cmp(a.shed) || (a.name.symbol < b.name.symbol ? -1 : 1));
  const sorted = inOrder.map(({ name }) => name);
  return {
    ...{ outcome: 'balanced', names: sorted, turnover: notional(turnover) },
    ...{ bought: notional(buys.dollars), missing: notional(buys.missing) },
  };
}

const soldIn = ({ price, sell }: Step): Decimal => (price === null ? ZERO : worth(price, sell));

function affordable(steps: readonly Step[], cash: Decimal, costOf: Means['costOf']) {
  const shares = new Map<Ticker, Quantity>();
  let [left, dollars, missing] = [cash, ZERO, ZERO];
  const byNeed = steps
    .filter(({ short }) => short.gt(ZERO))
    .sort((one, other) => other.short.cmp(one.short) || (one.symbol < other.symbol ? -1 : 1));
  for (const { symbol, price, short } of byNeed) {
    const paid = costOf(symbol);
    const most = paid === null || left.lte(ZERO) ? ZERO : left.div(paid);
    const wanted =
      price === null || paid === null ? NO_SHARES : wholeShares(quantity(short.div(price)));
    const buy = smaller(wanted, wholeShares(quantity(most)));
    const cost = paid === null ? ZERO : paid.times(buy);
    left = left.minus(cost);
    dollars = dollars.plus(cost);
    missing = missing.plus(
      price === null || paid === null ? short : price.times(wanted.minus(buy)),
    );
    shares.set(symbol, buy);
  }
  return { shares, dollars, missing };
}

type Aim = { readonly target: Decimal; readonly band: Decimal; readonly equity: Notional };

function excess(position: Position, value: Notional, { target, band, equity }: Aim): Quantity {
  const { quantity: held, currentPrice } = position;
  if (target.eq(ZERO)) return held;
  const edge = equity.times(target.plus(band)).div(HUNDRED);
  if (value.lte(edge)) return NO_SHARES;
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
