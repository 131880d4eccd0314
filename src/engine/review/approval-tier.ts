import type { Advice } from '../../domain/advice.ts';
import type { ApprovalLimits, ApprovalNeed, ApprovalTier } from '../../domain/approval.ts';
import {
  addShares,
  type Decimal,
  decimal,
  larger,
  NO_SHARES,
  type Notional,
  type Price,
  parseDecimal,
  type Quantity,
  sharesLeft,
  smaller,
  text,
  ZERO,
} from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { ActionPlan, Intent, OrderLine, PlanPart, Step } from '../../domain/plan.ts';
import { quantityAfter, sharesAdded } from '../../domain/risk-reducing.ts';
import { exitSide, isTighter } from '../../domain/side.ts';
import type { EpochMs } from '../../domain/time.ts';
import { needUnderAdvice } from '../decision/advice.ts';

/** What a host had sold in the last 24 hours without a person. */
export type SoldLately = {
  readonly dollars: Decimal;
  readonly shares: ReadonlyMap<Ticker, Quantity>;
};

/** What a plan does, in the figures that its tier depends on; no text is among them. */
export type PlanEffect = {
  /** True when a host chose what is sold, and not the policies of the account's owner. */
  readonly isWish: boolean;
  /** Dollars that leave, with what left lately. */
  readonly soldDollars: Decimal;
  readonly soldEquityPercent: Decimal;
  /** The largest part of one position that leaves, with what left lately. */
  readonly soldPositionPercent: Decimal;
  /** True when the plan sells anything itself. */
  readonly sells: boolean;
  readonly addedDollars: Decimal;
  /** Shares that lose their stop, or get a looser one, while they are held. */
  readonly loosenedShares: Decimal;
  /** Shares that an exit would sell beyond what is held. */
  readonly turnedShares: Decimal;
};

type Planned = Pick<ActionPlan, 'origin' | 'intent' | 'parts'>;

/**
 * @param given the account's equity now, what was sold lately, what needs no person, and the
 *   advice that may ask for one
 */
export function approvalNeed(
  plan: Planned,
  given: {
    readonly equity: Notional;
    readonly lately: SoldLately;
    readonly limits: ApprovalLimits;
    readonly advice?: readonly Advice[];
    readonly now?: EpochMs;
  },
): ApprovalNeed {
  const { equity, lately, limits, advice = [], now = 0 } = given;
  const need = needFor(effectOf(plan, equity, lately), limits);
  if (advice.length === 0) return need;
  const adding = plan.parts.filter((part) => addedDollars(part).gt(ZERO));
  return needUnderAdvice(
    need,
    adding.map(({ symbol }) => symbol),
    advice,
    now,
  );
}

export function effectOf(plan: Planned, equity: Notional, lately: SoldLately): PlanEffect {
  const { origin, intent, parts } = plan;
  const isWish = origin === 'host' && WISHES.has(intent.kind);
  const sold = parts.map((part) => ({ part, shares: soldShares(part) }));
  const dollars = total(sold.map(({ part, shares }) => part.basis.price.times(shares)));
  const soldDollars = dollars.plus(lately.dollars);
  return {
    isWish,
    soldDollars,
    // Without equity nothing is a small part of it.
    soldEquityPercent: equity.gt(ZERO) ? percent(soldDollars, equity) : EVERYTHING,
    soldPositionPercent: sold
      .map(({ part, shares }) => {
        const before = lately.shares.get(part.symbol) ?? NO_SHARES;
        const held = part.basis.quantity.plus(before);
        return held.gt(ZERO) ? percent(before.plus(shares), held) : ZERO;
      })
      .reduce(larger, ZERO),
    sells: dollars.gt(ZERO),
    addedDollars: total(parts.map(addedDollars)),
    loosenedShares: total(parts.map(loosenedShares)),
    turnedShares: total(parts.map(turnedShares)),
  };
}

/** Never milder for an effect that is larger in any figure, nor for limits that are lower. */
export function needFor(effect: PlanEffect, limits: ApprovalLimits): ApprovalNeed {
  const { isWish, turnedShares, loosenedShares, addedDollars } = effect;
  if (turnedShares.gt(ZERO)) {
    return need('T4', `it would sell ${text(turnedShares)} shares more than are held`);
  }
  if (isWish && loosenedShares.gt(ZERO)) {
    return need('T3', `${text(loosenedShares)} shares would lose their stop or get a looser one`);
  }
  const beyond = [
    ...(addedDollars.gt(limits.addedDollars)
      ? [`it adds ${dollars(addedDollars)}, more than the ${limits.addedDollars} allowed`]
      : []),
    ...(isWish && effect.sells ? salesBeyond(effect, limits) : []),
  ];
  if (beyond.length > 0) return need('T2', ...beyond);
  if (addedDollars.gt(ZERO)) return need('T1', `it adds ${dollars(addedDollars)}, as allowed`);
  if (!effect.sells) return need('T0', 'it sells nothing and adds nothing');
  return isWish
    ? need('T1', `with it ${dollars(effect.soldDollars)} were sold for a host in 24 h, as allowed`)
    : need('T1', 'it sells what the policies of the owner want sold');
}

/** What a person may be needed for in both settings: of each limit the lower one. */
export const stricterLimits = (one: ApprovalLimits, other: ApprovalLimits): ApprovalLimits => ({
  saleDollarsPerDay: lower(one.saleDollarsPerDay, other.saleDollarsPerDay),
  saleEquityPercentPerDay: lower(one.saleEquityPercentPerDay, other.saleEquityPercentPerDay),
  salePositionPercentPerDay: lower(one.salePositionPercentPerDay, other.salePositionPercentPerDay),
  addedDollars: lower(one.addedDollars, other.addedDollars),
});

/** Shares that leave a position: as its target says, or as the steps do, whichever is more. */
export function soldShares({ basis, target, steps }: PlanPart): Quantity {
  const wanted = sharesLeft(basis.quantity, target.holdQuantity);
  const ordered = steps.map((step) => sharesSoldBy(step, basis)).reduce(addShares, NO_SHARES);
  return larger(wanted, smaller(ordered, basis.quantity));
}

function salesBeyond(effect: PlanEffect, limits: ApprovalLimits): string[] {
  const { soldDollars, soldEquityPercent, soldPositionPercent } = effect;
  const { saleDollarsPerDay, saleEquityPercentPerDay, salePositionPercentPerDay } = limits;
  const reasons: string[] = [];
  if (soldDollars.gt(saleDollarsPerDay)) {
    const sum = dollars(soldDollars);
    reasons.push(`with it hosts sold ${sum} in 24 h, more than the ${saleDollarsPerDay} allowed`);
  }
  if (soldEquityPercent.gt(saleEquityPercentPerDay)) {
    const part = inPercent(soldEquityPercent);
    reasons.push(
      `with it hosts sold ${part} of the equity in 24 h, more than ${saleEquityPercentPerDay} %`,
    );
  }
  if (soldPositionPercent.gt(salePositionPercentPerDay)) {
    const part = inPercent(soldPositionPercent);
    reasons.push(
      `with it hosts sold ${part} of a position in 24 h, more than ${salePositionPercentPerDay} %`,
    );
  }
  return reasons;
}

function sharesSoldBy(step: Step, { side, quantity }: PlanPart['basis']): Quantity {
  switch (step.kind) {
    case 'cancel':
      return NO_SHARES;
    case 'submit': {
      const { order } = step;
      const isSale = order.stopPrice === null && order.orderClass === 'simple';
      return isSale && order.side === exitSide(side) ? order.quantity : NO_SHARES;
    }
    case 'replace':
      return step.purpose === 'exit' || step.purpose === 'reduce'
        ? smaller(quantityAfter(step), quantity)
        : NO_SHARES;
  }
}

const sideOf = (step: Step): 'buy' | 'sell' =>
  step.kind === 'submit' ? step.order.side : step.before.side;

function addedDollars({ basis, steps }: PlanPart): Decimal {
  return total(
    steps
      .filter((step) => sideOf(step) !== exitSide(basis.side))
      .map((step) => sharesAdded(step, basis).times(priceOf(step, basis.price))),
  );
}

/** The dearer of the market and what the order may pay. */
function priceOf(step: Step, market: Price): Decimal {
  const limit = step.kind === 'submit' ? step.order.limitPrice : null;
  return limit === null ? market : larger<Decimal>(limit, market);
}

const turnedShares = ({ basis, steps }: PlanPart): Decimal =>
  total(
    steps
      .filter((step) => sideOf(step) === exitSide(basis.side))
      .map((step) => sharesAdded(step, basis)),
  );

/** Counted at each stop that rests now, so that one tight stop makes up for no loose one. */
function loosenedShares(part: PlanPart): Decimal {
  const { side, quantity } = part.basis;
  const sold = soldShares(part);
  const before = stopsIn(part.ordersBefore, side);
  const after = stopsIn(part.ordersAfter, side);
  const coverAt = (stops: readonly StopLine[], level: Decimal): Decimal =>
    total(stops.filter(({ at }) => !isTighter(side, level, at)).map(({ shares }) => shares));
  return before
    .map(({ at }) => {
      const had = smaller<Decimal>(coverAt(before, at), quantity);
      return larger(had.minus(sold).minus(coverAt(after, at)), ZERO);
    })
    .reduce(larger, ZERO);
}

type StopLine = { readonly at: Decimal; readonly shares: Decimal };

const stopsIn = (lines: readonly OrderLine[], held: 'long' | 'short'): readonly StopLine[] =>
  lines.flatMap(({ side, stopPrice, quantity }) =>
    side === exitSide(held) && stopPrice !== null
      ? [{ at: decimal(stopPrice), shares: parseDecimal(quantity) ?? ZERO }]
      : [],
  );

/** What a host wants of itself, and not what the owner's policies want. */
const WISHES: ReadonlySet<Intent['kind']> = new Set([
  'reduce',
  'exit',
  'exit_group',
  'rebalance',
  'open',
]);
const EVERYTHING = decimal('1000000');
const need = (tier: ApprovalTier, ...because: string[]): ApprovalNeed => ({ tier, because });
const total = (values: readonly Decimal[]): Decimal =>
  values.reduce<Decimal>((sum, value) => sum.plus(value), ZERO);
const percent = (part: Decimal, whole: Decimal): Decimal => part.times('100').div(whole);
const lower = (one: string, other: string): string => (decimal(one).lte(other) ? one : other);
/** Both rounded up: what is told is never less than what is. */
const dollars = (value: Decimal): string => `$${value.round(2, 3).toFixed(2)}`;
const inPercent = (value: Decimal): string => `${value.round(1, 3).toFixed(1)} %`;
