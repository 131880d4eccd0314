import type { Guarded } from '../support/guarded-account.ts';
import { asked } from './month.ts';

/** One order, one fill, as the exchange itself tells its customer of them. */
export type ExchangeOrder = {
  readonly id: string;
  readonly client_order_id: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly type: string;
  readonly status: string;
  readonly stop_price: string | null;
  readonly created_at: string;
  readonly canceled_at: string | null;
  readonly replaced_at: string | null;
  readonly filled_at: string | null;
  readonly failed_at: string | null;
};
export type ExchangeFill = {
  readonly order_id: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qty: string;
  readonly price: string;
  readonly transaction_time: string;
};

/** A sale of shares held, or a purchase of shares owed, in cents. */
export type Exit = {
  readonly orderId: string;
  readonly symbol: string;
  readonly day: string;
  readonly shares: number;
  readonly profitCents: number;
  readonly entryCents: number;
  readonly priceCents: number;
  readonly order: ExchangeOrder;
};

const cents = (dollars: string): number => Math.round(Number(dollars) * 100);

/**
 * What happened, worked out of the exchange's own records alone: its orders and the fills among
 * its activities. All prices of the month are whole cents, so whole numbers are exact here.
 *
 * @param opening shares held before the first fill, at 100 dollars each; owed ones are negative
 */
export async function exchangeTruth(
  exchange: Guarded['exchange'],
  opening: Readonly<Record<string, number>>,
) {
  const orders = await asked<readonly ExchangeOrder[]>(
    exchange,
    '/v2/orders?status=all&limit=500&direction=asc',
  );
  const fills = await asked<readonly ExchangeFill[]>(
    exchange,
    '/v2/account/activities/FILL?direction=asc&page_size=100',
  );
  const held = new Map(
    Object.entries(opening).map(([symbol, shares]) => [symbol, { shares, entryCents: 10_000 }]),
  );
  const exits: Exit[] = [];
  for (const fill of fills) {
    const before = held.get(fill.symbol) ?? { shares: 0, entryCents: 0 };
    const signed = Number(fill.qty) * (fill.side === 'buy' ? 1 : -1);
    const priceCents = cents(fill.price);
    const order = orders.find(({ id }) => id === fill.order_id);
    if (order === undefined) throw new Error(`the exchange knows no order ${fill.order_id}`);
    if (before.shares * signed < 0) {
      const gain = (priceCents - before.entryCents) * -signed;
      exits.push({
        orderId: fill.order_id,
        symbol: fill.symbol,
        day: fill.transaction_time.slice(0, 10),
        shares: Math.abs(signed),
        profitCents: gain,
        ...{ entryCents: before.entryCents, priceCents, order },
      });
    }
    const shares = before.shares + signed;
    const isEntry = before.shares === 0;
    held.set(fill.symbol, { shares, entryCents: isEntry ? priceCents : before.entryCents });
  }
  return { orders, fills, exits, nakedMs: (symbol: string) => nakedMsOf(orders, symbol) };
}

/** How long no stop of a symbol was live, from its first to the end of its last. */
function nakedMsOf(orders: readonly ExchangeOrder[], symbol: string): number {
  const stops = orders
    .filter((order) => order.symbol === symbol && order.type.startsWith('stop'))
    .filter(({ failed_at, status }) => failed_at === null && status !== 'rejected')
    .map((order) => ({ from: Date.parse(order.created_at), to: endOf(order) }))
    .sort((one, other) => one.from - other.from);
  let coveredUntil = stops[0]?.from ?? 0;
  let nakedMs = 0;
  for (const { from, to } of stops) {
    nakedMs += Math.max(0, from - coveredUntil);
    coveredUntil = Math.max(coveredUntil, to);
  }
  return nakedMs;
}

const endOf = ({ canceled_at, replaced_at, filled_at }: ExchangeOrder): number =>
  Date.parse(canceled_at ?? replaced_at ?? filled_at ?? '9999-01-01');

export const sumOf = (exits: readonly Exit[]): number =>
  exits.reduce((total, { profitCents }) => total + profitCents, 0) / 100;
