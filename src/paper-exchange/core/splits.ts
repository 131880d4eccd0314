import { truncateTo } from './decimal.ts';
import { end } from './ending.ts';
import type { Kernel } from './kernel.ts';

const SHARE_DECIMALS = 9;

/** A holder has `newShares` for every `oldShares`. Multiplies positions and yesterday's close; orders and prices of before are gone. */
export function applySplit(
  kernel: Kernel,
  symbol: string,
  newShares: number,
  oldShares: number,
): void {
  const multiplier = BigInt(newShares);
  const divisor = BigInt(oldShares);
  const market = kernel.market(symbol);
  const { lastPrice } = market;
  if (lastPrice !== null) market.lastDayClose = (lastPrice * divisor) / multiplier;
  market.closingPrice = market.lastDayClose;
  market.trade = null;
  market.quote = null;
  for (const account of kernel.accounts) {
    for (const record of [...account.openOrdersOf(symbol)]) {
      if (record.isOpen && record.predecessor?.isOpen !== true) end(kernel, record, 'canceled');
    }
    account.split(symbol, (qty) => truncateTo((qty * multiplier) / divisor, SHARE_DECIMALS));
  }
}
