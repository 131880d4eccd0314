import { formatDecimal, ONE, ZERO } from '../basics/decimal.ts';
import type { Asset, PositionIntent, WireError } from '../basics/types.ts';
import type { Account } from '../state/account.ts';
import type { Kernel } from '../state/kernel.ts';
import { mayShort } from './buying-power.ts';
import { wouldBeRefusedDayTrade } from './day-trades.ts';
import { locatedOf } from './locates.ts';
import type { OrderRequest } from './order-request.ts';
import { isFractional } from './order-rules.ts';
import { forbidden, patternDayTrade, unprocessable } from './refusals.ts';

/** What the account may do at all, whatever it holds: blocks and its user's own settings. */
export function checkAccount({ blocks, configuration }: Account): WireError | null {
  if (blocks.accountBlocked) return forbidden('account is blocked');
  if (blocks.tradingBlocked) return forbidden('account is not allowed to trade');
  return configuration.suspendTrade ? forbidden('new orders are rejected by user request') : null;
}

/** What may be done with this asset now. */
export function checkAsset(
  kernel: Kernel,
  account: Account,
  request: OrderRequest,
  asset: Asset,
): WireError | null {
  const { symbol } = asset;
  if (asset.status === 'inactive') return unprocessable(`asset "${symbol}" is not active`);
  if (!asset.tradable) return unprocessable(`asset "${symbol}" is not tradable`);
  if (asset.ipo && request.type !== 'limit') {
    return unprocessable(`only limit orders are accepted before the first trade of "${symbol}"`);
  }
  if (asset.class === 'crypto') return null;
  return checkFractions(account, request, asset) ?? checkPriceAway(kernel, request);
}

function checkFractions(account: Account, request: OrderRequest, asset: Asset): WireError | null {
  if (!isFractional(request)) return null;
  if (!asset.fractionable) return forbidden(`asset "${asset.symbol}" is not fractionable`);
  if (account.configuration.fractionalTrading) return null;
  return forbidden('fractional trading is disabled for this account');
}

/** Alpaca lists such a protection and does not describe it, so it is off unless asked for. */
function checkPriceAway(kernel: Kernel, { symbol, limitPrice }: OrderRequest): WireError | null {
  const percent = kernel.switches.priceAwayPercent;
  const marketPrice = kernel.market(symbol).lastPrice;
  if (percent === 0 || limitPrice === null || marketPrice === null) return null;
  const allowed = (marketPrice * BigInt(Math.round(percent * 100))) / 10_000n;
  const away = limitPrice > marketPrice ? limitPrice - marketPrice : marketPrice - limitPrice;
  if (away <= allowed) return null;
  return unprocessable('limit price is too far away from the current price', {
    limit_price: formatDecimal(limitPrice),
    market_price: formatDecimal(marketPrice),
  });
}

/** What the account may do in this direction. */
export function checkDirection(
  kernel: Kernel,
  account: Account,
  request: OrderRequest,
  asset: Asset,
  intent: PositionIntent,
): WireError | null {
  const closes = intent === 'buy_to_close' || intent === 'sell_to_close';
  if (closes) {
    const isRefused = wouldBeRefusedDayTrade(kernel, account, asset.symbol);
    return isRefused ? patternDayTrade() : null;
  }
  if (account.closingOnly) {
    return forbidden('account is restricted to closing positions');
  }
  return intent === 'sell_to_open' ? checkShort(kernel, account, request, asset) : null;
}

function checkShort(
  kernel: Kernel,
  account: Account,
  request: OrderRequest,
  asset: Asset,
): WireError | null {
  const { symbol } = asset;
  if (asset.class === 'crypto') return insufficientCoins(request, asset);
  if (isFractional(request)) return unprocessable('fractional orders cannot be sold short');
  if (!asset.shortable) return unprocessable(`asset "${symbol}" cannot be sold short`);
  if (!mayShort(account)) return forbidden('account is not allowed to short');
  if (asset.easyToBorrow) return null;
  if (request.timeInForce !== 'day') {
    return unprocessable('only day orders are allowed for hard-to-borrow asset');
  }
  if (kernel.switches.hardToBorrow === 'day_order') return null;
  const located = locatedOf(account, symbol);
  if ((request.qty ?? ZERO) <= located) return null;
  return forbidden(`insufficient located shares (located: ${formatDecimal(located)})`, { symbol });
}

/** What is sold is the left side of the pair; none of it is held. */
function insufficientCoins({ qty }: OrderRequest, { symbol }: Asset): WireError {
  const [coin = symbol] = symbol.split('/');
  const requested = formatDecimal(qty ?? ONE);
  return forbidden(`insufficient balance for ${coin} (requested: ${requested}, available: 0)`, {
    available: '0',
    symbol: coin,
  });
}
