import { ZERO } from './basics/decimal.ts';
import type { Milliseconds, Session, TradingDay } from './basics/types.ts';
import { startCorporateDay, startCorporateNight } from './corporate-actions/corporate-actions.ts';
import { rollUpDay } from './market-data.ts';
import { end, reject } from './matching/ending.ts';
import { auction, seekAgain } from './matching/matching.ts';
import { isSettled, mayTradeNow } from './matching/resting.ts';
import { cancelByBroker } from './orders/cancellation.ts';
import { isOverspentAt, OVERNIGHT_MULTIPLIER } from './rules/buying-power.ts';
import { startDayTrades } from './rules/day-trades.ts';
import { expireLocates } from './rules/locates.ts';
import { thinEquity } from './state/equity-history.ts';
import type { Kernel } from './state/kernel.ts';
import type { OrderRecord } from './state/order-record.ts';
import { settle } from './state/settlement.ts';
import type { Boundary } from './state/tasks.ts';
import { putBackNextDay } from './venue.ts';

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

function boundariesOf(day: TradingDay): readonly (readonly [Boundary, Milliseconds])[] {
  return [
    ['night', day.overnightOpenAt],
    ['start', day.preOpenAt],
    ['open', day.openAt],
    ['close', day.closeAt],
    ['cancel_aged', day.closeAt + GTC_EXPIRY_AFTER_CLOSE_MS],
    ['end', day.postCloseAt],
  ];
}

function scheduleDay(kernel: Kernel, day: TradingDay): void {
  // The evening before ends at the very instant at which the night begins.
  const isAhead = (boundary: Boundary, at: Milliseconds) =>
    at > kernel.now || (boundary === 'night' && at === kernel.now && kernel.session === 'closed');
  const next = boundariesOf(day).find(([boundary, at]) => isAhead(boundary, at));
  if (next === undefined) scheduleDay(kernel, kernel.calendar.tradingDayAfter(day.date));
  else kernel.scheduler.at(next[1], { kind: 'cross', boundary: next[0], day });
}

/** Lets one instant of a trading day change the exchange, and plans the next one. */
export function cross(kernel: Kernel, boundary: Boundary, day: TradingDay): void {
  switch (boundary) {
    case 'night':
      startNight(kernel, day);
      break;
    case 'start':
      startDay(kernel, day);
      break;
    case 'open':
      for (const market of kernel.markets) market.hasPrinted = false;
      enter(kernel, 'regular');
      break;
    case 'close':
      closeMarket(kernel, day);
      break;
    case 'cancel_aged':
      cancelAged(kernel);
      break;
    case 'end':
      endDay(kernel);
      break;
  }
  scheduleDay(kernel, day);
}

/** 20:00 of the evening before: what is done from now on counts as done on `day`. */
function startNight(kernel: Kernel, day: TradingDay): void {
  if (kernel.switches.overnightSession) startCorporateNight(kernel, day.date);
  enter(kernel, 'overnight');
  if (kernel.switches.overnightOverspent === 'reject') rejectOverspent(kernel);
}

/** What only the buying power of the day could pay, the newest order first. */
function rejectOverspent(kernel: Kernel): void {
  for (const record of [...openOrders(kernel)].reverse()) {
    const { account, order, closes, working } = record;
    if (!working || closes || !isSettled(record) || order.filledQty > ZERO) continue;
    const isConcerned = mayTradeNow(kernel, record) && order.assetClass !== 'crypto';
    if (isConcerned && isOverspentAt(account, OVERNIGHT_MULTIPLIER)) reject(kernel, record);
  }
}

/** 04:00: yesterday's close becomes the base of today's figures. */
function startDay(kernel: Kernel, day: TradingDay): void {
  const yesterday = kernel.calendar.tradingDayBefore(day.date).date;
  const midnight = kernel.calendar.midnightOf(yesterday);
  for (const market of kernel.markets) {
    rollUpDay(kernel, market, midnight);
    market.lastDayClose = market.closingPrice ?? market.lastDayClose;
  }
  for (const account of kernel.accounts) {
    account.startDay(yesterday);
    settle(account, day.date);
    thinEquity(kernel, account);
    startDayTrades(kernel, account, day.date);
  }
  startCorporateDay(kernel, day.date);
  for (const record of openOrders(kernel)) putBackNextDay(kernel, record);
  enter(kernel, 'pre');
}

/** 16:00: the closing auction, then the end of day orders, then the figures of the day. */
function closeMarket(kernel: Kernel, day: TradingDay): void {
  for (const market of kernel.markets) {
    if (market.auction.size > 0) auction(kernel, market, 'cls');
    market.closingPrice = market.trade?.price ?? market.closingPrice;
  }
  kernel.orderDay = kernel.calendar.tradingDayAfter(day.date);
  endDayOrders(kernel);
  for (const account of kernel.accounts) {
    account.closeDay();
    account.sampleEquity(kernel.now);
  }
  enter(kernel, 'post');
}

/** A quarter of an hour later GTC orders end whose ninetieth day this is. */
function cancelAged(kernel: Kernel): void {
  const isAged = (record: OrderRecord) => record.order.timeInForce === 'gtc';
  if (kernel.switches.agedGtcEnds === 'expired') endDue(kernel, isAged, 'expired');
  else for (const record of dueOrders(kernel, isAged)) cancelByBroker(kernel, record);
}

/** 20:00: what was allowed to trade after hours ends too. */
function endDay(kernel: Kernel): void {
  endDayOrders(kernel);
  for (const account of kernel.accounts) expireLocates(account, kernel.now);
  enter(kernel, 'closed');
}

/** Those of DAY, and of any other order that is not good till canceled. */
function endDayOrders(kernel: Kernel): void {
  const isOfDay = (record: OrderRecord) => record.order.timeInForce !== 'gtc';
  endDue(kernel, isOfDay, kernel.switches.dayOrderEnds);
}

function endDue(
  kernel: Kernel,
  applies: (record: OrderRecord) => boolean,
  status: 'expired' | 'canceled',
): void {
  for (const record of dueOrders(kernel, applies)) {
    if (record.isOpen) end(kernel, record, status);
  }
}

function dueOrders(kernel: Kernel, applies: (record: OrderRecord) => boolean) {
  return openOrders(kernel).filter((record) => {
    const { expiresAt } = record.order;
    const isDue = expiresAt !== null && expiresAt <= kernel.now;
    return isDue && applies(record) && record.predecessor?.isOpen !== true;
  });
}

/** Takes every order off the ladders and puts back those that the new session lets trade. */
function enter(kernel: Kernel, session: Session): void {
  kernel.session = session;
  kernel.sessionSince = kernel.now;
  seekAgain(kernel, openOrders(kernel));
}

/** All open orders, oldest first, whatever happens to them meanwhile. */
function openOrders(kernel: Kernel): readonly OrderRecord[] {
  const records = kernel.accounts.flatMap((account) => [...account.openOrders()]);
  return records.sort((one, other) => one.sequence - other.sequence);
}
