import { type Decimal, ZERO } from './basics/decimal.ts';
import type { Asset } from './basics/types.ts';
import { seekAgain } from './matching/matching.ts';
import type { Account } from './state/account.ts';
import type { Kernel } from './state/kernel.ts';

/** What the operator of the exchange puts into an account from outside. */
export type Adjustment = {
  readonly cash?: Decimal;
  /** Takes the place of what is held in the symbol; a quantity of zero takes it away. */
  readonly positions?: readonly {
    readonly symbol: string;
    readonly qty: Decimal;
    readonly averageEntryPrice: Decimal;
  }[];
};

export type AssetFlags = Partial<
  Pick<
    Asset,
    | 'tradable'
    | 'marginable'
    | 'shortable'
    | 'easyToBorrow'
    | 'fractionable'
    | 'overnightTradable'
    | 'overnightHalted'
  >
>;

/** @throws when a position names no asset; nothing has changed then */
export function adjust(kernel: Kernel, account: Account, { cash, positions = [] }: Adjustment) {
  for (const { symbol } of positions) {
    if (!kernel.assets.has(symbol)) throw new Error(`no asset is listed for position ${symbol}`);
  }
  if (cash !== undefined) account.cash = cash;
  for (const { symbol, qty, averageEntryPrice } of positions) {
    account.remove(symbol);
    if (qty === ZERO) continue;
    account.open(symbol, qty, averageEntryPrice);
    const { lastPrice } = kernel.market(symbol);
    if (lastPrice !== null) account.mark(symbol, lastPrice);
  }
  account.sampleEquity(kernel.now);
}

/** Null when no such asset is listed. */
export function changeAsset(kernel: Kernel, symbol: string, flags: AssetFlags): Asset | null {
  const asset = kernel.assets.get(symbol);
  if (asset === undefined) return null;
  const changed = { ...asset, ...flags };
  kernel.list(changed);
  for (const account of kernel.accounts) seekAgain(kernel, [...account.openOrdersOf(symbol)]);
  return changed;
}
