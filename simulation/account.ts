import type { Order } from '../src/paper-exchange/core/basics/types.ts';
import type { ExchangeCore } from '../src/paper-exchange/core/exchange-core.ts';

/** Every open order of the account, held legs included. */
export function liveOrders(core: ExchangeCore, accountId: string): readonly Order[] {
  return core
    .listOrders(accountId, {
      ...{ status: 'open', limit: 500, after: null, until: null, direction: 'asc' },
      ...{ afterOrderId: null, beforeOrderId: null, nested: false, symbols: null, side: null },
    })
    .map(({ order }) => order);
}
