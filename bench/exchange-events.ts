import { NyseCalendar } from '../src/paper-exchange/calendar/nyse.ts';
import { decimal } from '../src/paper-exchange/core/basics/decimal.ts';
import { WireError } from '../src/paper-exchange/core/basics/types.ts';
import { ExchangeCore } from '../src/paper-exchange/core/exchange-core.ts';
import type { Row } from './harness.ts';
import { compare } from './harness.ts';

const SYMBOLS = Array.from({ length: 50 }, (_, index) => `S${index}`);
const ORDERS = 4_000;
/** Thursday, 8 October 2026, 10:00 in New York. */
const STARTS_AT = Date.UTC(2026, 9, 8, 14);

/** An exchange in regular hours, every symbol at 100, and a count of its order events. */
function openExchange() {
  const core = new ExchangeCore({
    seed: 'bench',
    startAt: STARTS_AT,
    calendar: new NyseCalendar(),
    accounts: [{ keyId: 'PK', secretKey: 'secret', cash: '100000000', multiplier: '4' }],
    assets: SYMBOLS.map((symbol) => ({ symbol })),
  });
  const counted = { orderEvents: 0 };
  core.subscribe(({ kind }) => {
    if (kind === 'trade_update') counted.orderEvents += 1;
  });
  let tradeId = 0;
  for (const symbol of SYMBOLS) {
    const at = STARTS_AT;
    const size = { bidSize: 1_000, askSize: 1_000 };
    core.onQuote({ symbol, at, bidPrice: decimal('99.99'), askPrice: decimal('100.01'), ...size });
    tradeId += 1;
    core.onTrade({ symbol, at, price: decimal('100'), size: 100, id: tradeId });
  }
  return { core, counted, accountId: core.accountIds[0] ?? '' };
}

const { core, counted, accountId } = openExchange();

/** Half of the orders fill at once, half rest and are canceled. */
function tradeOnce(index: number): void {
  const symbol = SYMBOLS[index % SYMBOLS.length];
  const shared = { symbol, qty: '1', time_in_force: 'day' };
  const body =
    index % 2 === 0
      ? { ...shared, side: index % 4 === 0 ? 'buy' : 'sell', type: 'market' }
      : { ...shared, side: 'buy', type: 'limit', limit_price: '90' };
  const placed = core.submitOrder(accountId, body);
  if (placed instanceof WireError) return; // A sale of what is not held yet.
  if (placed.order.type === 'limit') core.cancelOrder(accountId, placed.order.id);
}

/** What no exchange can do without: an order object, its states, and a listener told of each. */
function floorOf(events: number): number {
  const orders = new Map<string, { id: string; status: string; at: number }>();
  let told = 0;
  const tell = (order: { status: string }) => {
    told += order.status.length;
  };
  for (let index = 0; index < events / 4; index += 1) {
    const order = { id: `order-${index}`, status: 'pending_new', at: index };
    orders.set(order.id, order);
    tell(order);
    for (const status of ['new', 'pending_cancel', 'canceled']) {
      const next = { ...order, status };
      orders.set(order.id, next);
      tell(next);
    }
    if (index > 1_000) orders.delete(`order-${index - 1_000}`);
  }
  return told;
}

function eventsOfOneRound(): number {
  const before = counted.orderEvents;
  for (let index = 0; index < ORDERS; index += 1) tradeOnce(index);
  return counted.orderEvents - before;
}

/** Order events a second in one process, with 50 symbols. */
export const exchangeEvents = (): Promise<Row> => {
  const events = eventsOfOneRound();
  return compare({
    name: 'paper exchange: order events, 50 symbols, in process',
    peer: 'a map of plain order objects and a listener',
    aim: 'over 100,000 events/s',
    note: `${(events / ORDERS).toFixed(1)} events an order; half filled, half canceled`,
    gate: () => {
      if (events < ORDERS * 3) throw new Error(`only ${events} events for ${ORDERS} orders`);
    },
    ours: eventsOfOneRound,
    theirs: () => floorOf(events * 20),
    oursUnits: events,
    theirsUnits: events * 20,
    unit: 'events',
  });
};
