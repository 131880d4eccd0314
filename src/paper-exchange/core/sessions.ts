import { end } from './ending.ts';
import type { Kernel } from './kernel.ts';
import { rollUpDay } from './market-data.ts';
import { auction, seekPrice } from './matching.ts';
import type { OrderRecord } from './order-record.ts';
import { unrest } from './resting.ts';
import type { Milliseconds, Session, TradingDay } from './types.ts';

type Boundary = {
  readonly at: Milliseconds;
  readonly cross: (kernel: Kernel, day: TradingDay) => void;
};

/** The cancel job for GTC orders runs a quarter of an hour after the close. */
const GTC_EXPIRY_AFTER_CLOSE_MS = 15 * 60_000;

/** Lets the trading day change the exchange at the right instants, from now on and for ever. */
export function scheduleSessions(kernel: Kernel): void {
  const { calendar, now } = kernel;
  const date = calendar.dateOf(now);
  const today = calendar.tradingDay(date);
  if (today !== null && today.postCloseAt > now) scheduleDay(kernel, today);
  else scheduleDay(kernel, calendar.tradingDayAfter(date));
}

function scheduleDay(kernel: Kernel, day: TradingDay): void {
  const boundaries: readonly Boundary[] = [
    { at: day.preOpenAt, cross: startDay },
    { at: day.openAt, cross: openMarket },
    { at: day.closeAt, cross: closeMarket },
    { at: day.closeAt + GTC_EXPIRY_AFTER_CLOSE_MS, cross: expireGtc },
    { at: day.postCloseAt, cross: endDay },
  ];
  scheduleNext(
    kernel,
    day,
    boundaries.filter(({ at }) => at > kernel.now),
  );
}

function scheduleNext(kernel: Kernel, day: TradingDay, rest: readonly Boundary[]): void {
  const [next, ...later] = rest;
  if (next === undefined) {
    scheduleDay(kernel, kernel.calendar.tradingDayAfter(day.date));
    return;
  }
  kernel.scheduler.at(next.at, () => {
    next.cross(kernel, day);
    scheduleNext(kernel, day, later);
  });
}

/** 04:00: yesterday's close becomes the base of today's figures. */
function startDay(kernel: Kernel, day: TradingDay): void {
  const yesterday = kernel.calendar.tradingDayBefore(day.date).date;
  const midnight = kernel.calendar.midnightOf(yesterday);
  for (const market of kernel.markets) {
    rollUpDay(kernel, market, midnight);
    market.lastDayClose = market.closingPrice ?? market.lastDayClose;
  }
  for (const account of kernel.accounts) account.startDay(yesterday);
  enter(kernel, 'pre');
}

function openMarket(kernel: Kernel): void {
  enter(kernel, 'regular');
}

/** 16:00: the closing auction, then the end of day orders, then the figures of the day. */
function closeMarket(kernel: Kernel, day: TradingDay): void {
  for (const market of kernel.markets) {
    if (market.auction.size > 0) auction(kernel, market, 'cls');
    market.closingPrice = market.trade?.price ?? market.closingPrice;
  }
  kernel.orderDay = kernel.calendar.tradingDayAfter(day.date);
  expireDue(kernel, (record) => record.order.timeInForce !== 'gtc');
  for (const account of kernel.accounts) {
    account.closeDay();
    account.sampleEquity(kernel.now);
  }
  enter(kernel, 'post');
}

function expireGtc(kernel: Kernel): void {
  expireDue(kernel, (record) => record.order.timeInForce === 'gtc');
}

/** 20:00: what was allowed to trade after hours ends too. */
function endDay(kernel: Kernel): void {
  expireDue(kernel, (record) => record.order.timeInForce !== 'gtc');
  enter(kernel, 'closed');
}

function expireDue(kernel: Kernel, applies: (record: OrderRecord) => boolean): void {
  for (const record of openOrders(kernel)) {
    const { expiresAt } = record.order;
    if (!record.isOpen || expiresAt === null || expiresAt > kernel.now || !applies(record))
      continue;
    if (record.predecessor?.isOpen !== true) end(kernel, record, 'expired');
  }
}

/** Takes every order off the ladders and puts back those that the new session lets trade. */
function enter(kernel: Kernel, session: Session): void {
  kernel.session = session;
  kernel.sessionSince = kernel.now;
  for (const record of openOrders(kernel)) {
    unrest(kernel, record);
    seekPrice(kernel, record);
  }
}

/** All open orders, oldest first, whatever happens to them meanwhile. */
function openOrders(kernel: Kernel): readonly OrderRecord[] {
  const records = kernel.accounts.flatMap((account) => [...account.openOrders()]);
  return records.sort((one, other) => one.sequence - other.sequence);
}
