import { type Decimal, multiply, ONE, roundTo, truncateTo, ZERO } from '../basics/decimal.ts';
import type { CorporateAction, CorporateActionTerms, DateText } from '../basics/types.ts';
import { end } from '../matching/ending.ts';
import { isSettled, leaveBook } from '../matching/resting.ts';
import { adjustOrder } from '../orders/order-adjustment.ts';
import type { Kernel, OwedDividend } from '../state/kernel.ts';
import type { OrderRecord } from '../state/order-record.ts';
import { applySplit } from './splits.ts';

/** A corporate action as it is announced; the dates that are left out are the ex-date. */
export type Announcement = {
  readonly terms: CorporateActionTerms;
  /** Takes effect at 04:00 of the first trading day from this date on. */
  readonly exDate: DateText;
  readonly recordDate?: DateText;
  readonly payableDate?: DateText;
};

/**
 * Makes a corporate action known. One whose day has begun already takes effect at once.
 * @throws when its symbol is not listed, or a new symbol is listed already
 */
export function announce(kernel: Kernel, announcement: Announcement): CorporateAction {
  const action = makeKnown(kernel, announcement);
  const today = kernel.calendar.dateOf(kernel.now);
  const day = kernel.calendar.tradingDay(today);
  const hasBegun = day !== null && day.preOpenAt <= kernel.now;
  if (action.exDate < today || (action.exDate === today && hasBegun)) {
    takeEffect(kernel, action);
  } else {
    kernel.awaitedActions = [...kernel.awaitedActions, action];
  }
  return action;
}

/** Makes one known that takes effect whatever the hour. */
export function announceAtOnce(kernel: Kernel, announcement: Announcement): void {
  takeEffect(kernel, makeKnown(kernel, announcement));
}

/** Makes one known, and nothing more. */
export function makeKnown(kernel: Kernel, announcement: Announcement): CorporateAction {
  const { terms, exDate, recordDate = exDate, payableDate = exDate } = announcement;
  const { symbol } = terms;
  const asset = kernel.assets.get(symbol);
  if (asset === undefined) throw new Error(`no asset ${symbol} is listed; list it first`);
  if (terms.kind === 'name_change' && kernel.assets.has(terms.newSymbol)) {
    throw new Error(`${symbol} cannot become ${terms.newSymbol}: that symbol is taken`);
  }
  const action: CorporateAction = {
    id: kernel.ids.uuid(),
    announcedAt: kernel.now,
    exDate,
    recordDate,
    payableDate,
    cusip: asset.cusip,
    terms,
  };
  kernel.corporateActions.push(action);
  return action;
}

/** The evening before a trading day: who buys from now on has none of its dividends. */
export function startCorporateNight(kernel: Kernel, date: DateText): void {
  const isDue = ({ exDate, terms }: CorporateAction) =>
    exDate <= date && terms.kind === 'cash_dividend';
  const due = kernel.awaitedActions.filter(isDue);
  kernel.awaitedActions = kernel.awaitedActions.filter((action) => !isDue(action));
  for (const action of due) takeEffect(kernel, action);
}

/** The morning of a trading day: what is due takes effect, and what is owed is paid. */
export function startCorporateDay(kernel: Kernel, today: DateText): void {
  const due = kernel.awaitedActions.filter(({ exDate }) => exDate <= today);
  kernel.awaitedActions = kernel.awaitedActions.filter(({ exDate }) => exDate > today);
  for (const action of due) takeEffect(kernel, action);
  const payable = kernel.owedDividends.filter(({ action }) => action.payableDate <= today);
  kernel.owedDividends = kernel.owedDividends.filter(({ action }) => action.payableDate > today);
  for (const owed of payable) pay(kernel, owed);
}

function takeEffect(kernel: Kernel, action: CorporateAction): void {
  const { terms } = action;
  switch (terms.kind) {
    case 'forward_split':
    case 'reverse_split':
      applySplit(kernel, terms);
      break;
    case 'cash_dividend':
      goExDividend(kernel, action, terms.symbol, terms.rate);
      break;
    case 'name_change':
      rename(kernel, terms.symbol, terms.newSymbol);
      break;
    case 'cash_merger':
      remove(kernel, terms.symbol, terms.rate);
      break;
    case 'worthless_removal':
      remove(kernel, terms.symbol, null);
      break;
  }
}

// ---- Dividends --------------------------------------------------------------------------------

function goExDividend(
  kernel: Kernel,
  action: CorporateAction,
  symbol: string,
  rate: Decimal,
): void {
  for (const account of kernel.accounts) {
    const qty = account.quantityOf(symbol);
    if (qty !== ZERO && kernel.switches.dividendsPaid) {
      kernel.owedDividends = [...kernel.owedDividends, { account, action, qty, rate }];
    }
    if (kernel.switches.ordersAtDividend === 'leave') continue;
    for (const record of [...account.openOrdersOf(symbol)]) reduce(kernel, record, rate);
  }
}

/** GTC buy limits and sell stops move down with the price; "do not reduce" is not offered. */
function reduce(kernel: Kernel, record: OrderRecord, rate: Decimal): void {
  const { order } = record;
  const isBuyLimit = order.side === 'buy' && order.type === 'limit';
  const isSellStop =
    order.side === 'sell' && (order.type === 'stop' || order.type === 'stop_limit');
  if (
    !record.isOpen ||
    order.timeInForce !== 'gtc' ||
    !(isBuyLimit || isSellStop) ||
    !isSettled(record)
  )
    return;
  const limitPrice = lowered(order.limitPrice, rate);
  const stopPrice = lowered(order.stopPrice, rate);
  const isBelowZero = [limitPrice, stopPrice].some((price) => price !== null && price <= ZERO);
  if (isBelowZero) end(kernel, record, 'canceled');
  else adjustOrder(kernel, record, { limitPrice, stopPrice });
}

/** Rounded down to the cent, so that it never ends above where it belongs. */
function lowered(price: Decimal | null, rate: Decimal): Decimal | null {
  if (price === null) return null;
  return truncateTo(price - rate, price >= ONE ? 2 : 4);
}

function pay(kernel: Kernel, { account, action, qty, rate }: OwedDividend): void {
  kernel.book(account, {
    type: 'DIV',
    subType: 'CDIV',
    symbol: action.terms.symbol,
    qty,
    perShareAmount: rate,
    netAmount: roundTo(multiply(qty, rate), 2),
    groupId: action.id,
  });
}

// ---- Symbols that change or go ----------------------------------------------------------------

function rename(kernel: Kernel, symbol: string, newSymbol: string): void {
  const records = openOrdersOf(kernel, symbol);
  for (const record of records) leaveBook(kernel, record);
  const asset = kernel.renameAsset(symbol, newSymbol);
  for (const account of kernel.accounts) {
    const held = account.quantityOf(symbol);
    account.rename(symbol, newSymbol, asset.marginable);
    if (held === ZERO) continue;
    const groupId = kernel.ids.uuid();
    const entry = { type: 'NC', subType: 'SNC', perShareAmount: null, netAmount: ZERO } as const;
    kernel.book(account, { ...entry, symbol, qty: -held, groupId });
    kernel.book(account, { ...entry, symbol: newSymbol, qty: held, groupId });
  }
  for (const record of records) {
    if (!record.isOpen) continue;
    const isCarried = kernel.switches.ordersAtRename === 'carry' && isSettled(record);
    if (isCarried) adjustOrder(kernel, record, { symbol: newSymbol });
    else end(kernel, record, 'canceled');
  }
}

/** The shares are gone, for `rate` dollars each or for nothing. */
function remove(kernel: Kernel, symbol: string, rate: Decimal | null): void {
  delist(kernel, symbol);
  for (const account of kernel.accounts) {
    const held = account.quantityOf(symbol);
    if (held === ZERO) continue;
    account.remove(symbol);
    kernel.book(account, {
      type: rate === null ? 'REORG' : 'MA',
      subType: rate === null ? 'WRM' : 'CMA',
      symbol,
      qty: -held,
      perShareAmount: rate,
      netAmount: rate === null ? ZERO : roundTo(multiply(held, rate), 2),
      groupId: kernel.ids.uuid(),
    });
  }
}

/** The symbol trades no longer; what is held of it stays held. */
export function delist(kernel: Kernel, symbol: string): void {
  const asset = kernel.assets.get(symbol);
  if (asset === undefined) throw new Error(`no asset ${symbol} is listed`);
  for (const record of openOrdersOf(kernel, symbol)) {
    if (record.isOpen && record.predecessor?.isOpen !== true) end(kernel, record, 'canceled');
  }
  kernel.list({ ...asset, status: 'inactive', tradable: false });
}

function openOrdersOf(kernel: Kernel, symbol: string): readonly OrderRecord[] {
  return kernel.accounts.flatMap((account) => [...account.openOrdersOf(symbol)]);
}
