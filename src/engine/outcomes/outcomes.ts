import {
  type Decimal,
  decimal,
  larger,
  type Price,
  type Quantity,
  text,
  ZERO,
} from '../../domain/decimal.ts';
import type { OrderType } from '../../domain/order.ts';
import type { PositionSide } from '../../domain/portfolio.ts';
import { isTighter } from '../../domain/side.ts';
import type { EpochMs } from '../../domain/time.ts';

/** What a plan was made from, as far as the outcome of its orders needs it. */
export type PlanCause = {
  readonly planId: string;
  /** Number of the decision's record; null where the journal does not hold it. */
  readonly decisionSeq: number | null;
  /** The price in the instant of the decision. */
  readonly decisionPrice: Price | null;
  /** Who wanted it, by what was wanted. */
  readonly wishes: readonly { readonly policy: string; readonly kind: string }[];
};

/** One order that took shares off a position, as far as its outcome needs it. */
export type ExitOrder = {
  readonly orderId: string;
  /** Null for an order of somebody else. */
  readonly cause: PlanCause | null;
  /** Why the step that placed it was taken. */
  readonly purpose: string | null;
  readonly type: OrderType | null;
  readonly stopPrice: Price | null;
  readonly limitPrice: Price | null;
};

/** A position when some of it was closed. */
export type ExitedPosition = {
  readonly episodeId: string;
  readonly side: PositionSide;
  readonly openedAt: EpochMs;
  readonly entryPrice: Price;
  readonly initialStopPrice: Price | null;
  /** The best and the worst price since the entry. */
  readonly bestPrice: Price;
  readonly worstPrice: Price;
};

/** Shares of one order that filled at one price, out of the position as it was then. */
export type Exit = {
  readonly position: ExitedPosition;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly at: EpochMs;
};

/** What stood behind a price that was counted on. */
type Expected = { readonly by: 'mark' | 'stop' | 'limit'; readonly price: Price };

/**
 * What became of a decision whose order took shares off a position. Decimals as text; prices,
 * slippage and excursions in dollars per share, profit and slippage cost in dollars.
 */
export type Outcome = {
  readonly result: 'filled';
  readonly episodeId: string;
  readonly orderId: string;
  /** Whose wish it was: a policy, `host`, or `foreign` for an order of somebody else. */
  readonly policy: string;
  readonly decisionSeq: number | null;
  readonly planId: string | null;
  readonly purpose: string | null;
  readonly side: PositionSide;
  readonly quantity: string;
  /** Average over its shares. */
  readonly price: string;
  readonly entryPrice: string;
  /** What the decision counted on: the market then, the stop, or the limit of a profit. */
  readonly expectedPrice: string | null;
  readonly expectedBy: Expected['by'] | null;
  /** How much worse than expected each share went; negative where it went better. */
  readonly slippage: string | null;
  readonly slippageCost: string | null;
  readonly profit: string;
  /** The gain of a share in units of the initial risk; null where there never was a stop. */
  readonly rMultiple: string | null;
  /** The initial risk of a share, which one R is; null where there never was a stop. */
  readonly riskPerShare: string | null;
  /** How far the price ever was on the side of the gain, and on that of the loss. */
  readonly favourable: string;
  readonly adverse: string;
  readonly heldSeconds: number;
  readonly closedAt: EpochMs;
};

/** Digits that are kept of an average or a ratio; the rest is cut off. */
const KEPT_DIGITS = 6;
const TOWARDS_ZERO = 0;
const cut = (value: Decimal): string => text(value.round(KEPT_DIGITS, TOWARDS_ZERO));

/** @param exits what filled of the order and was not measured before; at least one */
export function outcomeOf(order: ExitOrder, exits: readonly [Exit, ...Exit[]]): Outcome {
  const last = exits.at(-1) ?? exits[0];
  const { position } = last;
  const { side, entryPrice, initialStopPrice } = position;
  const shares = sum(exits.map(({ quantity }) => quantity));
  const value = sum(exits.map(({ quantity, price }) => quantity.times(price)));
  const profit = sum(exits.map((exit) => gainOf(exit.position, exit.price).times(exit.quantity)));
  const expected = expectedOf(order);
  const cost =
    expected === null
      ? null
      : sum(exits.map((e) => worseBy(side, expected.price, e.price).times(e.quantity)));
  const risk = initialStopPrice === null ? null : gainOf(position, initialStopPrice).neg();
  return {
    result: 'filled',
    episodeId: position.episodeId,
    orderId: order.orderId,
    policy: policyOf(order),
    decisionSeq: order.cause?.decisionSeq ?? null,
    planId: order.cause?.planId ?? null,
    purpose: order.purpose,
    side,
    quantity: text(shares),
    price: cut(value.div(shares)),
    entryPrice: text(entryPrice),
    expectedPrice: expected === null ? null : text(expected.price),
    expectedBy: expected?.by ?? null,
    slippage: cost === null ? null : cut(cost.div(shares)),
    slippageCost: cost === null ? null : text(cost),
    profit: text(profit),
    riskPerShare: risk?.gt(ZERO) === true ? text(risk) : null,
    rMultiple: risk?.gt(ZERO) === true ? cut(profit.div(shares).div(risk)) : null,
    ...excursions(position, exits),
    heldSeconds: Math.max(0, Math.round((last.at - position.openedAt) / 1_000)),
    closedAt: last.at,
  };
}

/** What a share gains when it goes at `price`; negative for a loss. */
const gainOf = ({ side, entryPrice }: ExitedPosition, price: Decimal): Decimal =>
  worseBy(side, price, entryPrice);

/** How much worse `price` is than `expected` for who gives the position up. */
const worseBy = (side: PositionSide, expected: Decimal, price: Decimal): Decimal =>
  side === 'long' ? expected.minus(price) : price.minus(expected);

/** A fill is a price, too: a gap may fill a stop where nothing was traded before. */
function excursions(position: ExitedPosition, exits: readonly Exit[]) {
  const { side, bestPrice, worstPrice } = position;
  const prices = exits.map(({ price }) => price);
  const best = prices.reduce(
    (one, other) => (isTighter(side, other, one) ? other : one),
    bestPrice,
  );
  const worst = prices.reduce(
    (one, other) => (isTighter(side, one, other) ? other : one),
    worstPrice,
  );
  return {
    favourable: text(larger(gainOf(position, best), ZERO)),
    adverse: text(larger(gainOf(position, worst).neg(), ZERO)),
  };
}

/** A sale that was sent at once counted on the market; what rests counts on its own price. */
function expectedOf({ cause, purpose, type, stopPrice, limitPrice }: ExitOrder): Expected | null {
  if (cause === null) return null;
  if (purpose === 'exit' || purpose === 'reduce') {
    return cause.decisionPrice === null ? null : { by: 'mark', price: cause.decisionPrice };
  }
  if (isStopType(type)) return stopPrice === null ? null : { by: 'stop', price: stopPrice };
  return limitPrice === null ? null : { by: 'limit', price: limitPrice };
}

const isStopType = (type: OrderType | null): boolean =>
  type === 'stop' || type === 'stop_limit' || type === 'trailing_stop';

/** Several policies may stand behind one plan: the one whose wish this kind of order is. */
function policyOf({ cause, purpose, type }: ExitOrder): string {
  if (cause === null) return 'foreign';
  const kinds = wantedKinds(purpose, type);
  const wish = kinds
    .map((kind) => cause.wishes.find((each) => each.kind === kind))
    .find((each) => each !== undefined);
  return wish?.policy ?? cause.wishes[0]?.policy ?? 'engine';
}

function wantedKinds(purpose: string | null, type: OrderType | null): readonly string[] {
  if (purpose === 'exit') return ['exit', 'reduce'];
  if (purpose === 'reduce') return ['reduce', 'exit', 'take_profit'];
  if (purpose === 'reprice') return ['reprice', 'protect'];
  return isStopType(type) ? ['protect'] : ['take_profit', 'reduce', 'exit'];
}

const sum = (values: readonly Decimal[]): Decimal =>
  values.reduce<Decimal>((total, each) => total.plus(each), decimal('0'));
