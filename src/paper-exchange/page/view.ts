import {
  type Decimal,
  formatDecimal,
  formatRounded,
  multiply,
  ZERO,
} from '../core/basics/decimal.ts';
import type { Milliseconds, Order, PositionView } from '../core/basics/types.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import type { FaultBook } from '../faults/fault-book.ts';
import type { Tape, TapeLine, UpdateLine } from './tape.ts';

/** What the page shows. Amounts are decimal strings, times ISO. Keys are nowhere in it. */
export type PageView = {
  readonly clock: {
    readonly now: string;
    readonly session: string;
    readonly nextOpen: string;
    readonly nextClose: string;
  };
  readonly accounts: readonly AccountRow[];
  readonly tape: readonly TapeLine[];
  readonly updates: readonly UpdateLine[];
  readonly faults: readonly FaultRow[];
};

type AccountRow = {
  readonly number: string;
  readonly multiplier: string;
  readonly equity: string;
  readonly cash: string;
  readonly buyingPower: string;
  readonly sinceLastClose: string;
  readonly positions: readonly PositionRow[];
  readonly orders: readonly OrderRow[];
  /** Open orders that are not among the rows. */
  readonly moreOrders: number;
};

type PositionRow = {
  readonly symbol: string;
  readonly qty: string;
  readonly available: string;
  readonly entry: string;
  readonly price: string;
  readonly value: string;
  readonly gain: string;
};

type OrderRow = {
  readonly symbol: string;
  readonly what: string;
  readonly filled: string;
  readonly timeInForce: string;
  readonly status: string;
};

type FaultRow = { readonly id: string; readonly what: string; readonly fired: number };

const CENTS = 2;
const ORDERS_SHOWN = 100;
const CLOSED = new Set(['filled', 'canceled', 'expired', 'replaced', 'rejected']);

export function pageView(
  core: ExchangeCore,
  faults: FaultBook,
  now: Milliseconds,
  tape: Tape,
): PageView {
  const { calendar } = core;
  return {
    clock: {
      now: iso(now),
      session: calendar.sessionAt(now),
      nextOpen: iso(calendar.nextOpen(now)),
      nextClose: iso(calendar.nextClose(now)),
    },
    accounts: core.accountIds.map((id) => accountRow(core, id)),
    tape: tape.prints,
    updates: tape.updates,
    faults: faults.list().map(({ rule, fired }) => ({
      id: rule.id,
      what: [rule.what.kind, ...Object.values(rule.where).map(String)].join(' · '),
      fired,
    })),
  };
}

function accountRow(core: ExchangeCore, accountId: string): AccountRow {
  const { accountNumber, multiplier, equity, lastEquity, cash, buyingPower } =
    core.account(accountId);
  const open = openOrders(core, accountId);
  return {
    number: accountNumber,
    multiplier,
    equity: money(equity),
    cash: money(cash),
    buyingPower: money(buyingPower),
    sinceLastClose: money(equity - lastEquity),
    positions: core.positions(accountId).map(positionRow),
    orders: open.slice(0, ORDERS_SHOWN).map(orderRow),
    moreOrders: Math.max(0, open.length - ORDERS_SHOWN),
  };
}

/** With every leg of their groups: `held` is not open at Alpaca, but a person looks for it. */
function openOrders(core: ExchangeCore, accountId: string): readonly Order[] {
  const listed = core.listOrders(accountId, {
    ...{ status: 'open', limit: 500, after: null, until: null, direction: 'desc' },
    ...{ afterOrderId: null, beforeOrderId: null, nested: false, side: null, symbols: null },
  });
  const orders = new Map<string, Order>();
  for (const { order } of listed) {
    const group = core.order(accountId, order.parentId ?? order.id);
    for (const one of group === null ? [order] : [group.order, ...group.legs]) {
      orders.set(one.id, one);
    }
  }
  return [...orders.values()].filter(({ status }) => !CLOSED.has(status));
}

function positionRow(position: PositionView): PositionRow {
  const { symbol, qty, qtyAvailable, averageEntryPrice, costBasis, currentPrice } = position;
  const value = multiply(qty, currentPrice);
  return {
    symbol,
    qty: formatDecimal(qty),
    available: formatDecimal(qtyAvailable),
    entry: money(averageEntryPrice),
    price: formatDecimal(currentPrice),
    value: money(value),
    gain: money(value - costBasis),
  };
}

function orderRow(order: Order): OrderRow {
  const { symbol, status, filledQty, timeInForce } = order;
  return {
    ...{ symbol, status, timeInForce },
    what: termsOf(order),
    filled: formatDecimal(filledQty),
  };
}

/** As a trader says it: `sell 10 stop_limit 95 / 94.5`. */
function termsOf(order: Order): string {
  const { side, qty, notional, type, limitPrice, stopPrice, trailPrice, trailPercent } = order;
  const amount = qty === null ? `$${formatDecimal(notional ?? ZERO)}` : formatDecimal(qty);
  const prices = [stopPrice, limitPrice].flatMap((price) =>
    price === null ? [] : [formatDecimal(price)],
  );
  const trail = [
    trailPrice === null ? '' : `, trailing by ${formatDecimal(trailPrice)}`,
    trailPercent === null ? '' : `, trailing by ${formatDecimal(trailPercent)} %`,
  ].join('');
  return `${side} ${amount} ${type} ${prices.join(' / ')}`.trim() + trail;
}

const money = (amount: Decimal): string => formatRounded(amount, CENTS);
const iso = (at: Milliseconds): string => new Date(at).toISOString();
