import { decimal, formatDecimal } from '../core/basics/decimal.ts';
import { type Order, WireError } from '../core/basics/types.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import type { OrderFilter } from '../core/orders/order-queries.ts';
import type { Command } from '../protocol/command.ts';
import { type Done, done, doneIf, failed, ordered, refused } from './done.ts';

/** The commands that concern one account. */
export type AccountCommand = Extract<Command, { account?: string | undefined }>;

type Of<Name extends Command['do']> = Extract<Command, { do: Name }>;

const CENT = decimal('0.01');
const ANY_OPEN_ORDER: Omit<OrderFilter, 'symbols'> = {
  ...{ status: 'open', limit: 500, after: null, until: null, direction: 'asc' },
  ...{ afterOrderId: null, beforeOrderId: null, nested: false, side: null },
};

export function runAccountCommand(core: ExchangeCore, command: AccountCommand): Done {
  const accountId = accountNamed(core, command.account);
  if (accountId === null) return failed(`this exchange has no account ${command.account}`);
  switch (command.do) {
    case 'account':
      return adjust(core, accountId, command);
    case 'block':
      return block(core, accountId, command);
    case 'lift_closing_only':
      core.liftClosingOnly(accountId);
      return done;
    case 'configure': {
      const changed = core.changeConfiguration(accountId, command.fields);
      return changed instanceof WireError ? refused(changed) : done;
    }
    case 'order':
      return ordered(core.submitOrder(accountId, command.body));
    case 'cancel': {
      const refusal = core.cancelOrder(accountId, command.orderId);
      return refusal === null ? done : refused(refusal);
    }
    case 'replace':
      return ordered(core.replaceOrder(accountId, command.orderId, command.body));
    case 'nudge':
      return nudge(core, accountId, command);
    case 'close_by_hand':
      return ordered(core.closeByHand(accountId, command.symbol));
    case 'execute':
    case 'venue':
    case 'bust_fill':
    case 'correct_fill':
      return runVenueCommand(core, accountId, command);
  }
}

function runVenueCommand(
  core: ExchangeCore,
  accountId: string,
  command: Of<'execute' | 'venue' | 'bust_fill' | 'correct_fill'>,
): Done {
  switch (command.do) {
    case 'execute': {
      const { orderId, qty, price } = command;
      const isExecuted = core.executePart(accountId, orderId, decimal(qty), decimal(price));
      return doneIf(isExecuted, `order ${orderId} is not working, so it cannot execute`);
    }
    case 'venue': {
      const isDone = core.actOnOrder(accountId, command.orderId, command.action);
      return doneIf(isDone, `order ${command.orderId} is in no state for ${command.action.kind}`);
    }
    case 'bust_fill': {
      const isBusted = core.bustTrade(accountId, command.executionId);
      return doneIf(isBusted, `there is no execution ${command.executionId} to take back`);
    }
    case 'correct_fill': {
      const { executionId, price, qty } = command;
      const isCorrected = core.correctTrade(accountId, executionId, {
        ...(price === undefined ? {} : { price: decimal(price) }),
        ...(qty === undefined ? {} : { qty: decimal(qty) }),
      });
      return doneIf(isCorrected, `there is no execution ${executionId} to correct`);
    }
  }
}

function adjust(
  core: ExchangeCore,
  accountId: string,
  { cash, positions = [] }: Of<'account'>,
): Done {
  const unknown = positions.find(({ symbol }) => core.asset(symbol) === null);
  if (unknown !== undefined) return failed(`no asset ${unknown.symbol} is listed here`);
  core.adjustAccount(accountId, {
    ...(cash === undefined ? {} : { cash: decimal(cash) }),
    positions: positions.map(({ symbol, qty, averageEntryPrice }) => ({
      symbol,
      qty: decimal(qty),
      averageEntryPrice: decimal(averageEntryPrice),
    })),
  });
  return done;
}

function block(core: ExchangeCore, accountId: string, command: Of<'block'>): Done {
  const { accountBlocked, tradingBlocked, transfersBlocked } = command;
  core.blockAccount(accountId, {
    ...(accountBlocked === undefined ? {} : { accountBlocked }),
    ...(tradingBlocked === undefined ? {} : { tradingBlocked }),
    ...(transfersBlocked === undefined ? {} : { transfersBlocked }),
  });
  return done;
}

function nudge(core: ExchangeCore, accountId: string, { orderId, symbol }: Of<'nudge'>): Done {
  const orders = core
    .listOrders(accountId, { ...ANY_OPEN_ORDER, symbols: new Set([symbol]) })
    .map(({ order }) => order)
    .filter(({ id }) => orderId === undefined || id === orderId);
  const results = orders.map((order) => {
    const body = nudgeOf(order);
    return body === null ? done : ordered(core.replaceOrder(accountId, order.id, body));
  });
  return { ok: true, result: results };
}

/** A price a cent lower or, every other time, a cent higher; null for a market order. */
function nudgeOf(order: Order): { readonly [field: string]: string } | null {
  const field = order.stopPrice === null ? 'limit_price' : 'stop_price';
  const price = order.stopPrice ?? order.limitPrice;
  if (price === null) return null;
  const isEven = (price / CENT) % 2n === 0n;
  const moved = isEven ? price - CENT : price + CENT;
  return {
    ...(order.limitPrice === null ? {} : { limit_price: formatDecimal(order.limitPrice) }),
    [field]: formatDecimal(moved),
  };
}

/** The first account when none is named; null when there is none of that name. */
function accountNamed(core: ExchangeCore, name: string | undefined): string | null {
  if (name === undefined) return core.accountIds[0] ?? null;
  const isNamed = (id: string): boolean => id === name || core.account(id).accountNumber === name;
  return core.accountIds.find(isNamed) ?? null;
}
