import type { Amount } from './amounts.ts';
import { Fields } from './fields.ts';
import type { Judge } from './rules.ts';

/** An order as the wire shows it, as far as a rule looks at it. */
export type OrderView = {
  readonly id: string;
  readonly clientOrderId: string;
  readonly createdAt: string;
  readonly symbol: string;
  readonly side: string;
  readonly type: string;
  readonly orderClass: string;
  readonly intent: string;
  readonly timeInForce: string;
  readonly status: string;
  readonly extendedHours: boolean;
  readonly qty: Amount | null;
  readonly notional: Amount | null;
  readonly filledQty: Amount;
  readonly filledAveragePrice: Amount | null;
  readonly limitPrice: Amount | null;
  readonly stopPrice: Amount | null;
  readonly highWaterMark: Amount | null;
  readonly replacedBy: string | null;
  readonly replaces: string | null;
  /** Status by the stamp that belongs to it, for those that are set. */
  readonly stamps: readonly string[];
  readonly legs: readonly OrderView[];
};

export type AccountView = {
  readonly id: string;
  readonly cash: Amount;
  readonly equity: Amount;
  readonly longMarketValue: Amount;
  readonly shortMarketValue: Amount;
  readonly buyingPower: Amount;
  readonly multiplier: string;
  readonly shortingEnabled: boolean;
};

export type PositionView = {
  readonly symbol: string;
  readonly qty: Amount;
  readonly available: Amount;
  readonly marketValue: Amount;
  readonly costBasis: Amount;
  readonly currentPrice: Amount;
};

/** An execution as the activities list it. */
export type FillView = {
  readonly executionId: string;
  readonly at: number;
  readonly orderId: string;
  readonly symbol: string;
  readonly side: string;
  readonly price: Amount;
  readonly qty: Amount;
  readonly cumulativeQty: Amount;
  readonly leavesQty: Amount;
};

/** Anything else that moved cash or shares. */
export type EntryView = {
  readonly type: string;
  readonly symbol: string | null;
  readonly qty: Amount;
  readonly netAmount: Amount;
};

export type ActivityView = { readonly id: string } & (
  | { readonly fill: FillView; readonly entry: null }
  | { readonly fill: null; readonly entry: EntryView }
);

export const TERMINAL: ReadonlySet<string> = new Set([
  'filled',
  'canceled',
  'expired',
  'replaced',
  'rejected',
]);

const STAMPS = [
  ['filled', 'filled_at'],
  ['canceled', 'canceled_at'],
  ['expired', 'expired_at'],
  ['replaced', 'replaced_at'],
  ['rejected', 'failed_at'],
] as const;

export function orderView(json: unknown, judge: Judge): OrderView {
  const fields = new Fields(json, judge);
  return {
    id: fields.text('id'),
    clientOrderId: fields.text('client_order_id'),
    createdAt: fields.text('created_at'),
    symbol: fields.text('symbol'),
    side: fields.text('side'),
    type: fields.text('type'),
    orderClass: fields.text('order_class'),
    intent: fields.text('position_intent'),
    timeInForce: fields.text('time_in_force'),
    status: fields.text('status'),
    extendedHours: fields.flag('extended_hours'),
    qty: fields.amountOrNull('qty'),
    notional: fields.amountOrNull('notional'),
    filledQty: fields.amount('filled_qty'),
    filledAveragePrice: fields.amountOrNull('filled_avg_price'),
    limitPrice: fields.amountOrNull('limit_price'),
    stopPrice: fields.amountOrNull('stop_price'),
    highWaterMark: fields.amountOrNull('hwm'),
    replacedBy: fields.textOrNull('replaced_by'),
    replaces: fields.textOrNull('replaces'),
    stamps: STAMPS.flatMap(([status, name]) => (fields.has(name) ? [status] : [])),
    legs: fields.objects('legs').map((leg) => orderView(leg, judge)),
  };
}

export function accountView(json: unknown, judge: Judge): AccountView {
  const fields = new Fields(json, judge);
  return {
    id: fields.text('id'),
    cash: fields.amount('cash'),
    equity: fields.amount('equity'),
    longMarketValue: fields.amount('long_market_value'),
    shortMarketValue: fields.amount('short_market_value'),
    buyingPower: fields.amount('buying_power'),
    multiplier: fields.text('multiplier'),
    shortingEnabled: fields.flag('shorting_enabled'),
  };
}

export function positionView(json: unknown, judge: Judge): PositionView {
  const fields = new Fields(json, judge);
  return {
    symbol: fields.text('symbol'),
    qty: fields.amount('qty'),
    available: fields.amount('qty_available'),
    marketValue: fields.amount('market_value'),
    costBasis: fields.amount('cost_basis'),
    currentPrice: fields.amount('current_price'),
  };
}

export function activityView(json: unknown, judge: Judge): ActivityView {
  const fields = new Fields(json, judge);
  const id = fields.text('id');
  const type = fields.text('activity_type');
  if (type !== 'FILL') {
    const symbol = fields.has('symbol') ? fields.text('symbol') : null;
    const qty = fields.amountIfAny('qty');
    const netAmount = fields.amountIfAny('net_amount');
    return { id, fill: null, entry: { type, symbol, qty, netAmount } };
  }
  const fill = {
    executionId: id.split('::')[1] ?? '',
    at: Date.parse(fields.text('transaction_time')),
    orderId: fields.text('order_id'),
    symbol: fields.text('symbol'),
    side: fields.text('side'),
    price: fields.amount('price'),
    qty: fields.amount('qty'),
    cumulativeQty: fields.amount('cum_qty'),
    leavesQty: fields.amount('leaves_qty'),
  };
  return { id, fill, entry: null };
}

export function isOpen(order: OrderView): boolean {
  return !TERMINAL.has(order.status);
}

export function closes(order: OrderView): boolean {
  return order.intent.endsWith('_to_close');
}
