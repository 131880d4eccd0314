import { decimal, ZERO } from './basics/decimal.ts';
import type { AccountConfiguration, AccountOptions, Asset, AssetOptions } from './basics/types.ts';
import { Account } from './state/account.ts';
import type { Kernel } from './state/kernel.ts';

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
const CUSIP_LENGTH = 9;

/** Lists an asset; what the options leave open is that of a large, liquid US share or a coin. */
export function addAsset(kernel: Kernel, options: AssetOptions): void {
  const { symbol } = options;
  if (kernel.assets.has(symbol)) throw new Error(`asset ${symbol} is listed twice`);
  const id = kernel.ids.uuid();
  const assetClass = options.class ?? (symbol.includes('/') ? 'crypto' : 'us_equity');
  kernel.list(assetClass === 'crypto' ? coin(id, options) : share(id, options));
  if (options.locate !== undefined) {
    const { availableQty, feePerShare } = options.locate;
    kernel.locatable.set(symbol, { availableQty, feePerShare: decimal(feePerShare) });
  }
}

function share(id: string, options: AssetOptions): Asset {
  const { symbol } = options;
  return {
    id,
    symbol,
    name: options.name ?? `${symbol} Common Stock`,
    class: 'us_equity',
    exchange: options.exchange ?? 'NASDAQ',
    cusip: id.replaceAll('-', '').slice(0, CUSIP_LENGTH).toUpperCase(),
    status: 'active',
    tradable: options.tradable ?? true,
    marginable: options.marginable ?? true,
    shortable: options.shortable ?? true,
    easyToBorrow: options.easyToBorrow ?? true,
    fractionable: options.fractionable ?? true,
    overnightTradable: options.overnightTradable ?? true,
    overnightHalted: options.overnightHalted ?? false,
    ipo: options.ipo ?? false,
    minOrderSize: null,
    minTradeIncrement: null,
    priceIncrement: null,
  };
}

/** Bought with cash alone and never sold short ("Crypto Spot Trading"). */
function coin(id: string, options: AssetOptions): Asset {
  const { symbol } = options;
  return {
    id,
    symbol,
    name: options.name ?? `${symbol} pair`,
    class: 'crypto',
    exchange: options.exchange ?? 'CRYPTO',
    cusip: null,
    status: 'active',
    tradable: options.tradable ?? true,
    marginable: false,
    shortable: false,
    easyToBorrow: false,
    fractionable: true,
    overnightTradable: false,
    overnightHalted: false,
    ipo: false,
    minOrderSize: decimal(options.minOrderSize ?? '0.0001'),
    minTradeIncrement: decimal(options.minTradeIncrement ?? '0.000000001'),
    priceIncrement: decimal(options.priceIncrement ?? '0.0001'),
  };
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
    optionsApprovedLevel: options.optionsApprovedLevel ?? 3,
    cryptoTier: options.cryptoTier ?? 1,
    cash: decimal(options.cash),
    configuration: { ...DEFAULT_CONFIGURATION, ...options.configuration },
  });
  for (const { symbol, marginable } of kernel.assets.values()) {
    account.setMarginable(symbol, marginable);
  }
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
