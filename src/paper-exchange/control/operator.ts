import { decimal, formatDecimal as digits } from '../core/decimal.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import type { OrderFilter } from '../core/order-queries.ts';
import { type Bar, type Order, type OrderWithLegs, WireError } from '../core/types.ts';
import type { MarketInput } from '../market/source.ts';
import { orderJson } from '../wire/rest/order-json.ts';
import type { Command } from './command.ts';
import type { PriceShift } from './price-shift.ts';

/** What came of a command: its result as JSON, or why it could not be done. */
export type Done =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly status: number; readonly body: unknown };

export type OperatorParts = {
  readonly core: ExchangeCore;
  readonly shift: PriceShift;
  readonly feed: (input: MarketInput) => void;
  readonly dropStreams: () => void;
};

type Of<Name extends Command['do']> = Extract<Command, { do: Name }>;

const done: Done = { ok: true, result: null };
const CENT = decimal('0.01');
const ANY_OPEN_ORDER: Omit<OrderFilter, 'symbols'> = {
  ...{ status: 'open', limit: 500, after: null, until: null, direction: 'asc' },
  ...{ afterOrderId: null, beforeOrderId: null, nested: false, side: null },
};

const failed = (message: string): Done => ({ ok: false, status: 422, body: { message } });

/** Does what the exchange's operator, or somebody else with the account, does to it. */
export class Operator {
  readonly #parts: OperatorParts;
  #tradeId = 9_000_000_000;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  run(command: Command): Done {
    const { core, shift, dropStreams } = this.#parts;
    const symbol = 'symbol' in command ? command.symbol : undefined;
    if (symbol !== undefined && core.asset(symbol) === null) {
      return failed(`no asset ${symbol} is listed here`);
    }
    switch (command.do) {
      case 'quote':
      case 'trade':
      case 'bar':
      case 'revise_bar':
      case 'luld':
      case 'correct_trade':
      case 'cancel_trade':
        return this.#market(command);
      case 'halt':
        core.halt(command.symbol, command.reason);
        return done;
      case 'resume':
        core.resume(command.symbol, command.reason);
        return done;
      case 'shift_prices':
        shift.add(command.symbol ?? null, command.percent, core.now, command.overMs);
        return done;
      case 'split':
        core.applySplit(command.symbol, command.newShares, command.oldShares);
        return done;
      case 'asset':
        return this.#asset(command);
      case 'drop_streams':
        dropStreams();
        return done;
      case 'account':
      case 'configure':
      case 'order':
      case 'cancel':
      case 'replace':
      case 'nudge':
      case 'close_by_hand':
      case 'execute':
        return this.#account(command);
    }
  }

  #market(
    command: Of<
      'quote' | 'trade' | 'bar' | 'revise_bar' | 'luld' | 'correct_trade' | 'cancel_trade'
    >,
  ): Done {
    const { core, feed } = this.#parts;
    const { symbol } = command;
    const at = core.now;
    switch (command.do) {
      case 'quote': {
        const [bidPrice, askPrice] = [decimal(command.bid), decimal(command.ask)];
        const { bidSize, askSize } = command;
        feed({ kind: 'quote', quote: { symbol, at, bidPrice, askPrice, bidSize, askSize } });
        return done;
      }
      case 'trade': {
        const [price, id] = [decimal(command.price), this.#nextTradeId()];
        feed({ kind: 'trade', trade: { symbol, at, price, size: command.size, id } });
        return done;
      }
      case 'bar':
        feed({ kind: 'bar', bar: barOf(command) });
        return done;
      case 'revise_bar':
        core.notify({ kind: 'updated_bar', bar: barOf(command) });
        return done;
      case 'luld': {
        const [limitUp, limitDown] = [decimal(command.limitUp), decimal(command.limitDown)];
        core.notify({ kind: 'luld', symbol, limitUp, limitDown });
        return done;
      }
      case 'correct_trade': {
        const original = core.latestTrade(symbol);
        if (original === null) return failed(`${symbol} has not traded yet`);
        const price = decimal(command.price);
        const corrected = { ...original, price, id: this.#nextTradeId() };
        core.notify({ kind: 'correction', original, corrected });
        return done;
      }
      case 'cancel_trade': {
        const trade = core.latestTrade(symbol);
        if (trade === null) return failed(`${symbol} has not traded yet`);
        core.notify({ kind: 'cancel_error', trade, action: command.action });
        return done;
      }
    }
  }

  #asset({ do: _, symbol, ...flags }: Of<'asset'>): Done {
    const given = Object.entries(flags).filter(([, value]) => value !== undefined);
    this.#parts.core.changeAsset(symbol, Object.fromEntries(given));
    return done;
  }

  #account(
    command: Of<
      | 'account'
      | 'configure'
      | 'order'
      | 'cancel'
      | 'replace'
      | 'nudge'
      | 'close_by_hand'
      | 'execute'
    >,
  ): Done {
    const { core } = this.#parts;
    const accountId = accountNamed(core, command.account);
    if (accountId === null) return failed(`this exchange has no account ${command.account}`);
    switch (command.do) {
      case 'account':
        return this.#adjust(accountId, command);
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
        return this.#nudge(accountId, command);
      case 'close_by_hand':
        return ordered(core.closeByHand(accountId, command.symbol));
      case 'execute': {
        const { orderId, qty, price } = command;
        const isExecuted = core.executePart(accountId, orderId, decimal(qty), decimal(price));
        return isExecuted ? done : failed(`order ${orderId} is not working, so it cannot execute`);
      }
    }
  }

  #adjust(accountId: string, { cash, positions = [] }: Of<'account'>): Done {
    const { core } = this.#parts;
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

  #nudge(accountId: string, { orderId, symbol }: Of<'nudge'>): Done {
    const { core } = this.#parts;
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

  #nextTradeId(): number {
    this.#tradeId += 1;
    return this.#tradeId;
  }
}

/** The first account when none is named; null when there is none of that name. */
export function accountNamed(core: ExchangeCore, name: string | undefined): string | null {
  if (name === undefined) return core.accountIds[0] ?? null;
  const isNamed = (id: string): boolean => id === name || core.account(id).accountNumber === name;
  return core.accountIds.find(isNamed) ?? null;
}

/** A price a cent lower or, every other time, a cent higher; null for a market order. */
function nudgeOf(order: Order): { readonly [field: string]: string } | null {
  const field = order.stopPrice === null ? 'limit_price' : 'stop_price';
  const price = order.stopPrice ?? order.limitPrice;
  if (price === null) return null;
  const isEven = (price / CENT) % 2n === 0n;
  const moved = isEven ? price - CENT : price + CENT;
  return {
    ...(order.limitPrice === null ? {} : { limit_price: digits(order.limitPrice) }),
    [field]: digits(moved),
  };
}

function barOf(command: Of<'bar' | 'revise_bar'>): Bar {
  const { symbol, at, durationMs, volume, tradeCount } = command;
  const [open, high, low] = [decimal(command.open), decimal(command.high), decimal(command.low)];
  const close = decimal(command.close);
  const vwap = (high + low + close) / 3n;
  return { symbol, at, durationMs, open, high, low, close, volume, tradeCount, vwap };
}

function ordered(outcome: OrderWithLegs | WireError): Done {
  return outcome instanceof WireError ? refused(outcome) : { ok: true, result: orderJson(outcome) };
}

function refused({ status, body }: WireError): Done {
  return { ok: false, status, body };
}
