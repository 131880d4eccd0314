import { type Decimal, formatDecimal, multiply, ONE, ZERO } from '../basics/decimal.ts';
import { type Locate, WireError } from '../basics/types.ts';
import type { Account } from '../state/account.ts';
import type { Kernel } from '../state/kernel.ts';
import { BodyReader, isJsonObject } from './body-reader.ts';
import { buyingPower } from './buying-power.ts';

const ROUND_LOT = 100;

/** What can be located of a symbol now; null when nothing can. */
export type LocateQuote = {
  readonly symbol: string;
  readonly availableQty: number;
  /** Dollars per share; null when nothing is available. */
  readonly price: Decimal | null;
};

/** Null for a symbol that is not listed. */
export function locateQuote(kernel: Kernel, symbol: string): LocateQuote | null {
  if (!kernel.assets.has(symbol)) return null;
  const { availableQty, feePerShare } = kernel.locatable.get(symbol) ?? NOTHING;
  return { symbol, availableQty, price: availableQty > 0 ? feePerShare : null };
}

const NOTHING = { availableQty: 0, feePerShare: ZERO };

/** POST /v1/locates: sets shares aside until 20:00 in New York and charges the fee at once. */
export function requestLocate(kernel: Kernel, account: Account, body: unknown): Locate | WireError {
  const wanted = readRequest(kernel, body);
  if (wanted instanceof WireError) return wanted;
  const { symbol, qty, allOrNone, limitPrice } = wanted;
  const { availableQty, feePerShare } = kernel.locatable.get(symbol) ?? NOTHING;
  const located = Math.min(qty, availableQty);
  const reason = rejectionOf(located, wanted, feePerShare);
  const fee = multiply(BigInt(located) * ONE, feePerShare);
  if (reason === null && fee > buyingPower(account)) {
    return refused(422, 'insufficient_buying_power', `the fee is ${formatDecimal(fee)} dollars`);
  }
  const locate: Locate = {
    id: kernel.ids.uuid(),
    symbol,
    requestedQty: qty,
    allOrNone,
    limitPrice,
    createdAt: kernel.now,
    rejectionReason: reason,
    ...(reason === null
      ? {
          status: 'active',
          expiresAt: endOfLocateDay(kernel),
          locatedQty: located,
          locatedPrice: feePerShare,
        }
      : { status: 'rejected', expiresAt: null, locatedQty: null, locatedPrice: null }),
  };
  account.locates.push(locate);
  if (reason === null) charge(kernel, account, locate, located, fee);
  return locate;
}

function charge(
  kernel: Kernel,
  account: Account,
  { symbol }: Locate,
  located: number,
  fee: Decimal,
): void {
  const { availableQty, feePerShare } = kernel.locatable.get(symbol) ?? NOTHING;
  kernel.locatable.set(symbol, { availableQty: availableQty - located, feePerShare });
  if (fee === ZERO) return;
  kernel.book(account, {
    type: 'FEE',
    subType: null,
    symbol,
    qty: null,
    perShareAmount: feePerShare,
    netAmount: -fee,
    groupId: kernel.ids.uuid(),
  });
}

/** Shares of the symbol that may be sold short now: located, less what was shorted with them. */
export function locatedOf(account: Account, symbol: string): Decimal {
  const located = account.locates
    .filter((locate) => locate.status === 'active' && locate.symbol === symbol)
    .reduce((sum, locate) => sum + BigInt(locate.locatedQty ?? 0) * ONE, ZERO);
  let used = account.quantityOf(symbol) < ZERO ? -account.quantityOf(symbol) : ZERO;
  for (const { order, remaining } of account.openOrdersOf(symbol)) {
    if (order.positionIntent === 'sell_to_open') used += remaining;
  }
  return located > used ? located - used : ZERO;
}

/** 20:00 in New York: what was located today counts no longer. */
export function expireLocates(account: Account, now: number): void {
  account.locates = account.locates.map((locate) =>
    locate.status === 'active' && (locate.expiresAt ?? 0) <= now
      ? { ...locate, status: 'expired' }
      : locate,
  );
}

/** The day of a locate turns at 20:00 in New York, on early closes too. */
function endOfLocateDay({ calendar, now }: Kernel): number {
  const date = calendar.dateOf(now);
  const evening = calendar.midnightOf(date) + 20 * 3_600_000;
  if (calendar.tradingDay(date) !== null && now < evening) return evening;
  return calendar.midnightOf(calendar.tradingDayAfter(date).date) + 20 * 3_600_000;
}

type Wanted = {
  readonly symbol: string;
  readonly qty: number;
  readonly allOrNone: boolean;
  readonly limitPrice: Decimal | null;
};

function rejectionOf(located: number, wanted: Wanted, fee: Decimal): string | null {
  const { qty, allOrNone, limitPrice } = wanted;
  if (located === 0 || (allOrNone && located < qty)) return 'inventory_unavailable';
  return limitPrice !== null && fee > limitPrice ? 'limit_price_exceeded' : null;
}

function readRequest(kernel: Kernel, body: unknown): Wanted | WireError {
  if (!isJsonObject(body)) return refused(400, 'invalid_request_body', 'invalid request body');
  const reader = new BodyReader(body);
  const symbol = reader.text('symbol') ?? '';
  const qty = Number(reader.decimal('qty') ?? ZERO) / Number(ONE);
  const limitPrice = reader.decimal('limit_price');
  const allOrNone = reader.flag('all_or_none');
  if (reader.problem !== null) return refused(400, 'invalid_input', 'invalid input');
  if (limitPrice !== null && limitPrice < ZERO) {
    return refused(400, 'invalid_limit_price', 'limit_price must not be negative');
  }
  if (!(qty > 0) || qty % ROUND_LOT !== 0) {
    return refused(400, 'invalid_input', 'qty must be a positive multiple of 100');
  }
  const asset = kernel.assets.get(symbol);
  if (asset === undefined) return refused(422, 'symbol_not_found', `${symbol} not found`);
  if (asset.easyToBorrow) return refused(422, 'easy_to_borrow', `${symbol} is easy to borrow`);
  return { symbol, qty, allOrNone, limitPrice };
}

/** The locates API has codes in words. */
function refused(status: number, code: string, message: string): WireError {
  return new WireError(status, { code, message });
}
