import { Account } from './account.ts';
import { decimal, ZERO } from './decimal.ts';
import type { Kernel } from './kernel.ts';
import type { AccountConfiguration, AccountOptions, Asset, AssetOptions } from './types.ts';

const DEFAULT_CONFIGURATION: AccountConfiguration = {
  disableOvernightTrading: false,
  fractionalTrading: true,
  maxMarginMultiplier: '4',
  maxOptionsTradingLevel: 3,
  noShorting: false,
  ptpNoExceptionEntry: false,
  suspendTrade: false,
  tradeConfirmEmail: 'all',
};

const PAPER_NUMBER_DIGITS = 10;

/** Lists an asset; what the options leave open is that of a large, liquid US share. */
export function addAsset(kernel: Kernel, options: AssetOptions): void {
  const { symbol } = options;
  if (kernel.assets.has(symbol)) throw new Error(`asset ${symbol} is listed twice`);
  const asset: Asset = {
    id: kernel.ids.uuid(),
    symbol,
    name: options.name ?? `${symbol} Common Stock`,
    exchange: options.exchange ?? 'NASDAQ',
    tradable: options.tradable ?? true,
    marginable: options.marginable ?? true,
    shortable: options.shortable ?? true,
    easyToBorrow: options.easyToBorrow ?? true,
    fractionable: options.fractionable ?? true,
  };
  kernel.assets.set(symbol, asset);
}

/** Opens an account with its cash and its opening positions. */
export function addAccount(kernel: Kernel, options: AccountOptions): void {
  const { keyId } = options;
  if (kernel.accounts.some((account) => account.keyId === keyId)) {
    throw new Error(`two accounts have the key ${keyId}`);
  }
  const account = new Account({
    id: kernel.ids.uuid(),
    accountNumber: options.accountNumber ?? paperNumber(kernel),
    keyId,
    secretKey: options.secretKey,
    createdAt: kernel.now,
    multiplier: options.multiplier,
    cash: decimal(options.cash),
    configuration: { ...DEFAULT_CONFIGURATION, ...options.configuration },
  });
  for (const { symbol, qty, averageEntryPrice } of options.positions ?? []) {
    if (!kernel.assets.has(symbol)) throw new Error(`no asset is listed for position ${symbol}`);
    const shares = decimal(qty);
    if (shares !== ZERO) account.open(symbol, shares, decimal(averageEntryPrice));
  }
  account.closeDay();
  account.startDay(kernel.calendar.tradingDayBefore(kernel.orderDay.date).date);
  account.sampleEquity(kernel.now);
  kernel.accounts.push(account);
}

function paperNumber(kernel: Kernel): string {
  let digits = 'PA3';
  for (let count = 1; count < PAPER_NUMBER_DIGITS; count += 1) digits += kernel.ids.below(10);
  return digits;
}
