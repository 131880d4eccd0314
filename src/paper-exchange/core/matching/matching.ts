import {
  absolute,
  type Decimal,
  divide,
  larger,
  ONE,
  smaller,
  truncateTo,
  ZERO,
} from '../basics/decimal.ts';
import type { Order, Quote, Trade, Venue } from '../basics/types.ts';
import { availableOf } from '../rules/holds.ts';
import type { Kernel } from '../state/kernel.ts';
import type { SymbolMarket } from '../state/market.ts';
import type { OrderRecord } from '../state/order-record.ts';
import { end } from './ending.ts';
import { execute } from './executions.ts';
import { takeOver, takeTrueSize } from './groups.ts';
import { awaitsOpeningPrint, openingDelayMs } from './opening.ts';
import { joinBook, leaveBook, limitOf, mayTradeNow } from './resting.ts';
import { trail } from './trailing.ts';

const PARTIAL_FILL_ONE_IN = 10;
const SHARE_DECIMALS = 9;

/** Looks for a price at once, and otherwise waits for one. */
export function seekPrice(kernel: Kernel, record: OrderRecord): void {
  if (!record.working) return;
  if (isReady(record)) attempt(kernel, record);
  else joinBook(kernel, record);
}

/** Takes orders off the ladders and puts back those that may trade now. */
export function seekAgain(kernel: Kernel, records: Iterable<OrderRecord>): void {
  for (const record of records) {
    leaveBook(kernel, record);
    seekPrice(kernel, record);
  }
}

export function onQuote(kernel: Kernel, quote: Quote): void {
  const market = kernel.market(quote.symbol);
  market.hear(venueNow(kernel, market), { quote });
  market.quotes.add(quote);
  executeAtQuote(kernel, market);
}

function venueNow({ session }: Kernel, { isAroundTheClock }: SymbolMarket): Venue {
  return session === 'overnight' && !isAroundTheClock ? 'night' : 'day';
}

/** Executes what the current quote allows. */
export function executeAtQuote(kernel: Kernel, market: SymbolMarket): void {
  const { quote } = market;
  const isClosed = kernel.session === 'closed' && !market.isAroundTheClock;
  if (quote === null || market.halted || isClosed) return;
  const candidates: OrderRecord[] = [];
  if (market.atMarket.size > 0) candidates.push(...market.atMarket);
  market.buyLimits.takeThrough(quote.askPrice, candidates);
  market.sellLimits.takeThrough(quote.bidPrice, candidates);
  for (const record of candidates) attempt(kernel, record);
  const isAtQuote = kernel.switches.auctionPrice === 'quote';
  if (market.auction.size > 0 && isAtQuote) auction(kernel, market, 'opg');
}

export function onTrade(kernel: Kernel, trade: Trade): void {
  const market = kernel.market(trade.symbol);
  if (market.trade === null) noteFirstPrint(kernel, trade.symbol);
  market.hear(venueNow(kernel, market), { trade });
  market.trades.add(trade);
  for (const account of kernel.accounts) account.mark(trade.symbol, trade.price);
  const isReopening = market.reopening;
  market.reopening = false;
  if (market.halted || (kernel.session !== 'regular' && !market.isAroundTheClock)) return;
  if (isReopening && !kernel.switches.electOnReopening) return;
  if (!market.hasPrinted) fillAtOpening(kernel, market, trade.price);
  if (!mayElect(kernel, market, trade)) return;
  const elected: OrderRecord[] = [];
  market.sellStops.takeThrough(trade.price, elected);
  market.buyStops.takeThrough(trade.price, elected);
  if (market.trailingStops.size > 0) elected.push(...trail(kernel, market, trade.price));
  for (const record of elected) elect(kernel, record);
}

/** The first sale of the session is the price of the fractions that have waited for it. */
function fillAtOpening(kernel: Kernel, market: SymbolMarket, price: Decimal): void {
  market.hasPrinted = true;
  if (kernel.switches.auctionPrice === 'print') auction(kernel, market, 'opg');
  for (const record of [...market.atMarket]) {
    if (!record.working || !awaitsOpeningPrint(kernel, record)) continue;
    const whole = executableQuantity(record, price);
    // Another exit that waited for the same print may just have sold what this one was to sell.
    if (whole === ZERO) end(kernel, record, 'canceled');
    else fillQuantity(kernel, record, whole, price);
  }
}

/** What was an IPO until now trades like any other share. */
function noteFirstPrint(kernel: Kernel, symbol: string): void {
  const asset = kernel.assets.get(symbol);
  if (asset?.ipo === true) kernel.list({ ...asset, ipo: false });
}

/** With the stricter switch only round lots inside the quote elect a stop. */
function mayElect(kernel: Kernel, market: SymbolMarket, trade: Trade): boolean {
  if (kernel.switches.electingPrints === 'all') return true;
  const { quote } = market;
  if (trade.size < 100) return false;
  return quote === null || (trade.price >= quote.bidPrice && trade.price <= quote.askPrice);
}

function elect(kernel: Kernel, record: OrderRecord): void {
  if (!record.working || isOutsized(kernel, record)) return;
  leaveBook(kernel, record);
  record.elected = true;
  if (record.order.type === 'stop_limit' && kernel.switches.triggeredStopLimitType === 'limit') {
    kernel.change(record, { type: 'limit' });
  }
  takeOver(kernel, record);
  seekPrice(kernel, record);
}

/** By the switch, a stop leg that asks for more than is left never fires. */
function isOutsized(kernel: Kernel, { group, order, account, remaining }: OrderRecord): boolean {
  if (kernel.switches.outsizedStopLeg === 'sells_what_is_held' || group === null) return false;
  return remaining > absolute(account.quantityOf(order.symbol));
}

/**
 * Opening orders execute at the first quote or print of the day, closing ones at the last, or
 * expire. On paper, recordings show opening orders expire and closing ones fill in part or not at all.
 */
export function auction(kernel: Kernel, market: SymbolMarket, kind: 'opg' | 'cls'): void {
  for (const record of [...market.auction]) {
    if (record.order.timeInForce !== kind) continue;
    if (kernel.switches.auctionFills === 'reliable') attempt(kernel, record);
    else if (kind === 'cls') fillByChance(kernel, record);
    if (record.isOpen && !record.fillScheduled) end(kernel, record, 'expired');
  }
}

function fillByChance(kernel: Kernel, record: OrderRecord): void {
  const price = executablePrice(kernel, record);
  const percent = kernel.draws.below(2) === 0 ? 0 : 1 + kernel.draws.below(99);
  if (price === null || percent === 0) return;
  const whole = executableQuantity(record, price);
  if (whole > ZERO) fillQuantity(kernel, record, partOfPercent(whole, percent), price);
}

function attempt(kernel: Kernel, record: OrderRecord): void {
  if (!record.working || record.fillScheduled) return;
  if (executablePrice(kernel, record) === null) {
    settleUnfilled(kernel, record);
    return;
  }
  const fillMs = kernel.delay('fillMs') + openingDelayMs(kernel, record);
  if (fillMs === 0) {
    fill(kernel, record);
    return;
  }
  leaveBook(kernel, record);
  record.fillScheduled = true;
  kernel.later(fillMs, { kind: 'fill', record });
}

/** Executes an order whose fill latency is over. */
export function fillScheduled(kernel: Kernel, record: OrderRecord): void {
  record.fillScheduled = false;
  if (record.working) fill(kernel, record);
}

/** The price may have gone in the meantime; then the order waits again. */
function fill(kernel: Kernel, record: OrderRecord): void {
  const price = executablePrice(kernel, record);
  if (price === null) {
    settleUnfilled(kernel, record);
    return;
  }
  const whole = executableQuantity(record, price);
  if (whole === ZERO) {
    end(kernel, record, 'canceled');
    return;
  }
  fillQuantity(kernel, record, partOf(kernel, record, whole), price);
}

/**
 * Executes a part of what is left, whatever the market: at its own price, else the last one.
 * What has not reached the venue, as a leg whose entry still waits, cannot execute there.
 */
export function fillAnyway(kernel: Kernel, record: OrderRecord, percent: number): void {
  const { order } = record;
  const price = order.limitPrice ?? order.stopPrice ?? kernel.market(order.symbol).lastPrice;
  if (!record.working || record.remaining === ZERO || price === null) return;
  fillQuantity(kernel, record, partOfPercent(record.remaining, percent), price);
}

/** Executes so much at this price, which may be too much, and lets what is left wait again. */
export function fillQuantity(
  kernel: Kernel,
  record: OrderRecord,
  wanted: Decimal,
  price: Decimal,
): void {
  const qty = takeTrueSize(kernel, record) ? smaller(wanted, record.remaining) : wanted;
  const sibling = detachSibling(kernel, record, qty);
  if (sibling !== null) {
    fillQuantity(kernel, record, qty, price);
    fillAnyway(kernel, sibling, 100);
    return;
  }
  for (const woken of execute(kernel, record, qty, price)) seekPrice(kernel, woken);
  if (record.isOpen) settleUnfilled(kernel, record);
}

/** Unties the other exit of a group when the broker is about to execute both. */
function detachSibling(kernel: Kernel, record: OrderRecord, qty: Decimal): OrderRecord | null {
  const { group } = record;
  if (group === null || record === group.entry || qty < record.remaining) return null;
  const sibling = group.exits.find((exit) => exit !== record && exit.isOpen);
  if (sibling === undefined || !kernel.interference.fillsBothExits(record.order)) return null;
  group.exits = group.exits.filter((exit) => exit !== sibling);
  sibling.group = null;
  return sibling;
}

/** Whole shares where the whole is whole shares, and at least one of them. */
function partOfPercent(whole: Decimal, percent: number): Decimal {
  const part = (whole * BigInt(Math.round(percent * 100))) / 10_000n;
  if (whole % ONE !== ZERO) return part;
  return larger(part - (part % ONE), ONE);
}

function settleUnfilled(kernel: Kernel, record: OrderRecord): void {
  const { timeInForce } = record.order;
  if (timeInForce === 'ioc' || timeInForce === 'fok') end(kernel, record, 'canceled');
  else joinBook(kernel, record);
}

/** What the market offers, when the order, the session and the market allow it; otherwise null. */
function executablePrice(kernel: Kernel, record: OrderRecord): Decimal | null {
  const market = kernel.market(record.order.symbol);
  const { quote } = market;
  if (quote === null || market.halted || !mayTradeNow(kernel, record)) return null;
  if (quote.at < kernel.sessionSince && !market.isAroundTheClock) return null;
  if (!market.hasPrinted && awaitsOpeningPrint(kernel, record)) return null;
  const isBuy = record.order.side === 'buy';
  const price = offeredPrice(kernel, market, record.order, quote);
  if (price <= ZERO) return null;
  const limit = limitOf(kernel, record);
  if (limit === null) return price;
  return (isBuy ? price <= limit : price >= limit) ? price : null;
}

/** The quote's far side, or the print of the auction that the order is for; zero without one. */
function offeredPrice(
  { switches }: Kernel,
  { hasPrinted, trade }: SymbolMarket,
  { timeInForce, side }: Order,
  quote: Quote,
): Decimal {
  const isForAuction = timeInForce === 'opg' || timeInForce === 'cls';
  if (isForAuction && switches.auctionPrice === 'print') {
    return hasPrinted && trade !== null ? trade.price : ZERO;
  }
  return side === 'buy' ? quote.askPrice : quote.bidPrice;
}

/** What is left of the order, and of the position when the order closes one. */
function executableQuantity(record: OrderRecord, price: Decimal): Decimal {
  const { account, closes, order } = record;
  const { notional, symbol } = order;
  if (notional === null) {
    return closes
      ? smaller(record.remaining, absolute(account.quantityOf(symbol)))
      : record.remaining;
  }
  const wanted = truncateTo(divide(notional, price), SHARE_DECIMALS);
  // Its dollars may buy more shares now than it has reserved; those of other orders stay theirs.
  return closes ? smaller(wanted, availableOf(account, symbol, record)) : wanted;
}

/** Now and then only a part executes; the rest waits for the next quote. */
function partOf(kernel: Kernel, record: OrderRecord, whole: Decimal): Decimal {
  const percent = kernel.interference.fillPercent(record.order);
  if (percent !== 100) return partOfPercent(whole, percent);
  if (!kernel.switches.randomPartialFills || record.order.timeInForce === 'fok') return whole;
  if (record.order.notional !== null || whole <= ONE) return whole;
  if (kernel.draws.below(PARTIAL_FILL_ONE_IN) !== 0) return whole;
  const shares = Number(whole / ONE) - 1;
  return BigInt(1 + kernel.draws.below(Math.max(1, shares))) * ONE;
}

function isReady(record: OrderRecord): boolean {
  const { timeInForce } = record.order;
  return (!record.isStop || record.elected) && timeInForce !== 'opg' && timeInForce !== 'cls';
}
