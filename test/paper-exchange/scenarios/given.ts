import {
  type Interference,
  NO_INTERFERENCE,
} from '../../../src/paper-exchange/core/state/interference.ts';
import type { Floor, Json } from '../core/floor.ts';

/** The stop that guards ten shares. */
export const sellStop: Json = { side: 'sell', type: 'stop', stop_price: '95', qty: '10' };

export const buyLimit: Json = { type: 'limit', limit_price: '99', qty: '10' };

export const bracket: Json = {
  ...{ ...buyLimit, order_class: 'bracket', time_in_force: 'gtc' },
  ...{ take_profit: { limit_price: '110' }, stop_loss: { stop_price: '90' } },
};

export const oco: Json = {
  ...{ side: 'sell', type: 'limit', qty: '10', order_class: 'oco', time_in_force: 'gtc' },
  ...{ take_profit: { limit_price: '110' }, stop_loss: { stop_price: '95' } },
};

/** Lets the broker err, at every chance it has. */
export function err(floor: Floor, errors: Partial<Interference>): void {
  floor.core.interfere({ ...NO_INTERFERENCE, ...errors });
}

/** The market moves to a price: a quote two cents wide and a sale. */
export function priceAt(floor: Floor, price: number, symbol = 'AAPL'): void {
  const [bid, ask] = [(price - 0.01).toFixed(2), (price + 0.01).toFixed(2)];
  floor.market(symbol, bid, ask, price.toFixed(2));
}

/** What the ticket of an agent would write: one share at market, under its own id. */
export function ticket(clientOrderId: string): Json {
  return { qty: '1', client_order_id: clientOrderId };
}
