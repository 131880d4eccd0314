import { type Amount, isNear, most, product, sizeOf, textOf } from './amounts.ts';
import type { Promised } from './holds.ts';
import type { Ledger } from './ledger.ts';
import type { Judge } from './rules.ts';
import { type AccountView, closes, type OrderView, type PositionView } from './views.ts';

const COST_DECIMALS = 6;
const CENT_DECIMALS = 2;
/** A price of before a split, divided, has more decimals than the exchange keeps. */
const PRICE_DECIMALS = 11;

/** Cash, equity and the value of all that is held, against the ledger. */
export function checkMoney(
  account: AccountView,
  positions: readonly PositionView[],
  { cash }: Ledger,
  { expect }: Judge,
): void {
  const shownCash = () => `the account shows ${textOf(account.cash)}, and has ${textOf(cash)}`;
  expect('cash', isNear(account.cash, cash, CENT_DECIMALS), shownCash);
  let long = 0n;
  let short = 0n;
  for (const { marketValue } of positions) {
    if (marketValue > 0n) long += marketValue;
    else short += marketValue;
  }
  const shown = [account.longMarketValue, account.shortMarketValue, account.equity];
  const own = [long, short, cash + long + short];
  const both = () => `long, short and equity are shown as ${texts(shown)}, and are ${texts(own)}`;
  const areNear = own.every((amount, place) => isNear(amount, shown[place] ?? 0n, PRICE_DECIMALS));
  expect('equity', areNear, both);
}

/** Every position that the endpoint shows, and none that it does not. */
export function checkPositions(
  positions: readonly PositionView[],
  ledger: Ledger,
  { expect }: Judge,
): void {
  const shown = new Set(positions.map(({ symbol }) => symbol));
  for (const [symbol, { qty }] of ledger.held()) {
    expect('position', shown.has(symbol), () => `${textOf(qty)} ${symbol} are held and not shown`);
  }
  for (const { symbol, qty, costBasis } of positions) {
    const own = ledger.holding(symbol);
    const quantities = () => `${symbol}: ${textOf(qty)} shown, ${textOf(own.qty)} held`;
    expect('position', qty === own.qty, quantities);
    const costs = () => `${symbol}: ${textOf(costBasis)} shown, ${textOf(own.cost)} paid`;
    expect('cost', isNear(sizeOf(costBasis), own.cost, COST_DECIMALS), costs);
  }
}

export function checkValue(position: PositionView, lastSale: Amount, { expect }: Judge): void {
  const { symbol, qty, currentPrice, marketValue } = position;
  const price = textOf(currentPrice);
  const sold = () => `${symbol} is at ${price}, sold at ${textOf(lastSale)}`;
  expect('value', currentPrice === lastSale, sold);
  const worth = () => `${textOf(qty)} ${symbol} at ${price} are shown as ${textOf(marketValue)}`;
  expect('value', isNear(marketValue, product(qty, currentPrice), PRICE_DECIMALS), worth);
}

export function checkAvailable(
  { symbol, qty, available }: PositionView,
  promised: Promised,
  { expect }: Judge,
): void {
  if (promised.isEstimate) return;
  const free = most(sizeOf(qty) - promised.shares, 0n);
  const said = () => `${symbol}: ${textOf(available)} of ${textOf(qty)}, and not ${textOf(free)}`;
  // Of a short it is negative or not: nobody documents the sign.
  expect('available', available === free || (qty < 0n && available === -free), said);
}

/**
 * Dollars that are left for new orders, or a little more: an open order takes at least its
 * remaining quantity at its own price, and one without a price is taken to take nothing.
 */
export function freePower(
  account: AccountView,
  open: Iterable<OrderView>,
  executedByChain: (order: OrderView) => Amount,
): Amount {
  let taken = account.longMarketValue - account.shortMarketValue;
  for (const order of open) {
    if (closes(order) || order.status === 'held') continue;
    // Only one of an order and its replacement is charged; the one that is to go may be cheaper.
    if (order.replaces !== null && order.status === 'pending_new') continue;
    const price = order.limitPrice ?? (order.side === 'buy' ? order.stopPrice : null) ?? 0n;
    if (order.qty === null) taken += order.notional ?? 0n;
    else taken += product(order.qty - executedByChain(order), price);
  }
  return account.equity * BigInt(account.multiplier) - taken;
}

function texts(amounts: readonly Amount[]): string {
  return amounts.map(textOf).join(', ');
}
