import { isWhole, text, ZERO } from '../../domain/decimal.ts';
import { exitSide, isTighter } from '../../domain/side.ts';
import type { Draft } from '../candidate.ts';
import type { Rule } from './shared.ts';
import { offTick, sharesHeld, washTrade, wrongSideOfPrice } from './shared.ts';

/** What Alpaca asks of a new order, and that it only ever makes a position smaller. */
export const SUBMIT_RULES: readonly Rule<Extract<Draft, { kind: 'submit' }>>[] = [
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
  ({ order }) => offTick(order.stopPrice) ?? offTick(order.limitPrice),
  ({ order }, { context }) => wrongSideOfPrice(order.stopPrice, context),
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
  ({ order }, { canceled, book: { position } }) => {
    const loosened = canceled.find(
      ({ stopPrice }) =>
        stopPrice !== null &&
        order.stopPrice !== null &&
        isTighter(position.side, stopPrice, order.stopPrice),
    );
    return loosened === undefined
      ? null
      : `stop never loosens: ${loosened.id} stood tighter than ${text(order.stopPrice ?? ZERO)}`;
  },
];
