import {
  larger,
  NO_DOLLARS,
  NO_SHARES,
  type Notional,
  notional,
  type Price,
  type Quantity,
  worth,
} from '../../src/domain/decimal.ts';
import { exposureIn, holdingsOf } from '../../src/domain/exposure.ts';
import type { ReviewInput } from '../../src/domain/guardrail.ts';
import type { Ticker } from '../../src/domain/ids.ts';
import type { Quote, SymbolMarket } from '../../src/domain/market.ts';
import {
  isTerminal,
  type Order,
  type OrderSide,
  remainingQuantity,
} from '../../src/domain/order.ts';
import type { PlanPart, Step } from '../../src/domain/plan.ts';
import type { PortfolioSnapshot, Position } from '../../src/domain/portfolio.ts';
import { sharesAdded } from '../../src/domain/risk-reducing.ts';
import { exitSide } from '../../src/domain/side.ts';

/** What one step would add to a position; its worth is null where no price tells it. */
export type Entry = {
  readonly side: OrderSide;
  readonly quantity: Quantity;
  readonly worth: Notional | null;
  readonly step: Exclude<Step, { kind: 'cancel' }>;
};

/** The steps of a part that add shares, whatever they say of themselves. */
export function entriesOf(part: PlanPart, snapshot: PortfolioSnapshot): readonly Entry[] {
  const held = heldIn(part, snapshot);
  const market = snapshot.markets.get(part.symbol);
  const entries: Entry[] = [];
  for (const step of part.steps) {
    if (step.kind === 'cancel') continue;
    const quantity = sharesAdded(step, held);
    if (quantity.eq(NO_SHARES)) continue;
    const side = step.kind === 'submit' ? step.order.side : step.before.side;
    const at = entryPrice(step, side, market);
    entries.push({ side, quantity, worth: at === null ? null : worth(at, quantity), step });
  }
  return entries;
}

/** Finds something out about a review once, however many guardrails ask about it in turn. */
function onceFor<Found>(find: (input: ReviewInput) => Found): (input: ReviewInput) => Found {
  let known: { readonly input: ReviewInput; readonly found: Found } | null = null;
  return (input) => {
    if (known?.input !== input) known = { input, found: find(input) };
    return known.found;
  };
}

/** The entries of the part under review. */
export const entriesIn = onceFor((input) => entriesOf(input.part, input.snapshot));

/** All parts of the plan: what is limited for the account counts them together. */
export const partsOf = ({ plan, part }: ReviewInput): readonly PlanPart[] =>
  plan.parts.includes(part) ? plan.parts : [...plan.parts, part];

/** What the entries of the whole plan are worth; null where one has no price. */
export const entriesWorth = onceFor((input) => {
  const amounts: (Notional | null)[] = [];
  for (const part of partsOf(input)) {
    const entries = part === input.part ? entriesIn(input) : entriesOf(part, input.snapshot);
    for (const { worth: amount } of entries) amounts.push(amount);
  }
  return total(amounts);
});

/** What waits or is on its way beside the whole plan; null where a price or size is not known. */
export const waitingWorth = onceFor((input) => unexecutedWorth(input, partsOf(input)));

/** Shares held now; a symbol that is not held has none, on the side of the plan's target. */
const heldIn = (
  { symbol, target }: PlanPart,
  { positions }: PortfolioSnapshot,
): Pick<Position, 'side' | 'quantity'> =>
  positions.find((position) => position.symbol === symbol) ?? {
    side: target.side,
    quantity: NO_SHARES,
  };

/** The sum of some amounts; null when one of them is not known. */
export function total(amounts: readonly (Notional | null)[]): Notional | null {
  let sum = NO_DOLLARS;
  for (const amount of amounts) {
    if (amount === null) return null;
    sum = notional(sum.plus(amount));
  }
  return sum;
}

/** What counts towards a limit: some symbols, or all. */
type Meant = (symbol: Ticker) => boolean;

const everySymbol: Meant = () => true;

/**
 * What positions and waiting entries are worth together, without the orders that the plan
 * replaces or cancels; null where a price or a size is not known.
 *
 * @param parts the parts whose orders are not counted
 */
export function exposureOf(
  input: ReviewInput,
  parts: readonly PlanPart[],
  isMeant: Meant,
): Notional | null {
  const held = input.snapshot.positions.filter(({ symbol }) => isMeant(symbol));
  return total([exposureIn(holdingsOf(held)).gross, unexecutedWorth(input, parts, isMeant)]);
}

/**
 * What the entries that wait or are on their way are worth at their worst price, without the
 * orders that `parts` replace or cancel; null where a price or a size is not known.
 */
function unexecutedWorth(
  input: ReviewInput,
  parts: readonly PlanPart[],
  isMeant: Meant = everySymbol,
): Notional | null {
  const { snapshot } = input;
  const onTheirWay = inFlightWorth(input, isMeant);
  if (snapshot.orders.length === 0) return onTheirWay;
  const held = new Map(snapshot.positions.map((one) => [one.symbol, one]));
  const touched = new Set(
    parts.flatMap(({ steps }) =>
      steps.map((step) => (step.kind === 'submit' ? null : step.orderId)),
    ),
  );
  const waiting = snapshot.orders.filter(
    (order) =>
      isMeant(order.symbol) && !touched.has(order.id) && isEntry(order, held.get(order.symbol)),
  );
  return total([
    ...waiting.map((order) => orderWorth(order, snapshot.markets.get(order.symbol))),
    onTheirWay,
  ]);
}

/** What the entries on their way are worth that the broker's list does not show yet. */
export function inFlightWorth(
  { snapshot: { orders, markets }, facts: { inFlight } }: Pick<ReviewInput, 'snapshot' | 'facts'>,
  isMeant: Meant = everySymbol,
): Notional | null {
  if (inFlight === null) return null;
  if (inFlight.length === 0) return NO_DOLLARS;
  const shown = new Set<string>(orders.map(({ clientOrderId }) => clientOrderId));
  const unseen = inFlight.filter((one) => isMeant(one.symbol) && !shown.has(one.clientOrderId));
  return total(
    unseen.map(({ symbol, side, quantity, limitPrice }) => {
      const at = worstPrice(side, limitPrice, markets.get(symbol));
      return quantity === null || at === null ? null : worth(at, quantity);
    }),
  );
}

function isEntry(order: Order, position: Position | undefined): boolean {
  if (isTerminal(order.status) || order.parentId !== null) return false;
  return position === undefined || order.side !== exitSide(position.side);
}

function orderWorth(order: Order, market: SymbolMarket | undefined): Notional | null {
  const quantity = remainingQuantity(order);
  const at = worstPrice(order.side, order.limitPrice ?? order.stopPrice, market);
  return quantity === null || at === null ? null : worth(at, quantity);
}

function entryPrice(
  step: Entry['step'],
  side: OrderSide,
  market: SymbolMarket | undefined,
): Price | null {
  const { limitPrice, stopPrice } =
    step.kind === 'submit'
      ? step.order
      : {
          limitPrice: step.change.limitPrice ?? step.before.limitPrice,
          stopPrice: step.change.stopPrice ?? step.before.stopPrice,
        };
  return worstPrice(side, limitPrice ?? stopPrice, market);
}

/**
 * The most that a share of an entry can be worth: its own price, and for a sale, which may
 * fill above it, the bid where that is higher. Without a price of its own, the far side of
 * the market; null without a real quote.
 */
function worstPrice(
  side: OrderSide,
  own: Price | null,
  market: SymbolMarket | undefined,
): Price | null {
  const far = farSide(side, market);
  if (own === null) return far;
  return side === 'sell' && far !== null ? larger(own, far) : own;
}

function farSide(side: OrderSide, market: SymbolMarket | undefined): Price | null {
  const quote: Quote | null = market?.quote ?? null;
  const at = side === 'buy' ? quote?.ask : quote?.bid;
  return at?.gt('0') === true ? at : null;
}
