import { isWhole, type Price, text, ZERO } from '../../../domain/decimal.ts';
import type { OrderRequest } from '../../../domain/order.ts';
import type { PositionSide } from '../../../domain/portfolio.ts';
import { exitSide, isTighter } from '../../../domain/side.ts';
import type { Draft } from '../candidate.ts';
import type { Rule, Scene } from './shared.ts';
import { offTick, sharesHeld, washTrade, wrongSideOfPrice } from './shared.ts';

type Submit = Extract<Draft, { kind: 'submit' }>;

/** What Alpaca asks of a new order, and that it only ever makes a position smaller. */
export const SUBMIT_RULES: readonly Rule<Submit>[] = [
  ({ order }, { book }) =>
    book.position.quantity.eq(ZERO)
      ? `selling when flat: no ${order.symbol} is left, so the order would open a position`
      : null,
  ({ order }, { book: { position } }) =>
    order.side === exitSide(position.side) &&
    order.positionIntent === (position.side === 'long' ? 'sell_to_close' : 'buy_to_close')
      ? null
      : `position intent: a ${position.side} position is only ever closed, not ${order.positionIntent}`,
  ({ order }) => (order.quantity.gt(ZERO) ? null : 'quantity: at least something must be ordered'),
  ({ order }) =>
    order.quantity.eq(order.quantity.round(9, 0))
      ? null
      : `quantity: ${text(order.quantity)} has more than nine decimals`,
  ({ order }) =>
    isWhole(order.quantity) || (order.timeInForce === 'day' && order.orderClass === 'simple')
      ? null
      : `fractional shares: ${text(order.quantity)} shares take only a simple DAY order`,
  ({ order }) =>
    offTick(stopOf(order)) ??
    offTick(order.limitPrice) ??
    offTick(order.takeProfitLimitPrice) ??
    offTick(order.stopLoss?.limitPrice ?? null),
  ({ order }, { context }) => wrongSideOfPrice(stopOf(order), context),
  pairRule,
  (draft, { context }) =>
    context.session.isOpen || (draft.until === 'live' && draft.order.timeInForce !== 'day')
      ? null
      : `session: outside the regular session a ${draft.order.timeInForce} ${draft.order.type} ` +
        'order would only wait for the open',
  ({ until }, { context }) =>
    until === 'filled' && context.market.halted
      ? `halt: ${context.position.symbol} is halted, so the order could not fill`
      : null,
  ({ order }, { book }) => sharesHeld(order.quantity, book),
  ({ order }, { book }) => washTrade(order, book),
  ({ order, until }, { canceled, book: { position } }) => {
    // A pair that is to fill at once has its stop beyond its limit, for the form of it.
    if (until === 'filled') return null;
    const loosened = canceled.find(
      ({ stopPrice }) => stopPrice !== null && isLooser(stopOf(order), stopPrice, position.side),
    );
    return loosened === undefined
      ? null
      : `stop never loosens: ${loosened.id} stood tighter than ${text(stopOf(order) ?? ZERO)}`;
  },
];

const stopOf = ({ stopPrice, stopLoss }: OrderRequest): Price | null =>
  stopLoss?.stopPrice ?? stopPrice;

const isLooser = (stop: Price | null, than: Price, side: PositionSide): boolean =>
  stop !== null && isTighter(side, than, stop);

/**
 * An OCO has both its exits, the take-profit on the far side of the market; one that is to fill
 * at once has it through the market, before its stop.
 */
function pairRule(
  { order, until }: Submit,
  { context: { position, price } }: Scene,
): string | null {
  if (order.orderClass === 'simple') return null;
  const { orderClass, takeProfitLimitPrice: limit, stopLoss } = order;
  if (orderClass !== 'oco') return `${orderClass}: only an entry may be one`;
  if (limit === null || stopLoss === null) return 'oco: it needs a take-profit and a stop';
  const isToFill = until === 'filled';
  const least = isToFill ? stopLoss.stopPrice : price;
  if (isTighter(position.side, limit, least)) return null;
  const what = isToFill ? 'stop' : 'current price';
  return `take-profit: ${text(limit)} must lie beyond the ${what} ${text(least)}`;
}
