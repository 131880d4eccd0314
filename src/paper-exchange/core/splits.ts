import { truncateTo } from './decimal.ts';
import { end } from './ending.ts';
import type { Kernel } from './kernel.ts';

const SHARE_DECIMALS = 9;

/** Multiplies positions and yesterday's close; orders at the old price cannot stay. */
export function applySplit(
  kernel: Kernel,
  symbol: string,
  newShares: number,
  oldShares: number,
): void {
  const multiplier = BigInt(newShares);
  const divisor = BigInt(oldShares);
  const market = kernel.market(symbol);
  if (market.lastDayClose !== null)
    market.lastDayClose = (market.lastDayClose * divisor) / multiplier;
  if (market.closingPrice !== null)
    market.closingPrice = (market.closingPrice * divisor) / multiplier;
  for (const account of kernel.accounts) {
    for (const record of [...account.openOrdersOf(symbol)]) {
      if (record.isOpen && record.predecessor?.isOpen !== true) end(kernel, record, 'canceled');
    }
    account.split(symbol, (qty) => truncateTo((qty * multiplier) / divisor, SHARE_DECIMALS));
  }
}
