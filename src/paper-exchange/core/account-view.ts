import { ZERO } from './basics/decimal.ts';
import type { AccountConfiguration, AccountView, WireError } from './basics/types.ts';
import { BodyReader, isJsonObject } from './rules/body-reader.ts';
import {
  buyingPower,
  buyingPowerAt,
  effectiveMultiplier,
  mayShort,
  nonMarginableBuyingPower,
} from './rules/buying-power.ts';
import { dayTradingView } from './rules/day-trades.ts';
import { invalidField, malformed } from './rules/refusals.ts';
import type { Account } from './state/account.ts';
import type { Kernel } from './state/kernel.ts';

const MULTIPLIERS = ['1', '2', '4'] as const;
const CONFIRMATIONS = ['all', 'none'] as const;
const OPTIONS_LEVEL_MAX = 3;

/** The account's figures now. */
export function accountView(kernel: Kernel, account: Account): AccountView {
  const multiplier = effectiveMultiplier(account);
  const regulationT = buyingPowerAt(account, multiplier === '1' ? '1' : '2');
  return {
    id: account.id,
    accountNumber: account.accountNumber,
    createdAt: account.createdAt,
    cash: account.cash,
    equity: account.equity,
    lastEquity: account.lastEquity,
    longMarketValue: account.longMarketValue,
    shortMarketValue: account.shortMarketValue,
    initialMargin: account.initialMargin,
    maintenanceMargin: account.maintenanceMargin,
    lastMaintenanceMargin: account.lastMaintenanceMargin,
    buyingPower: buyingPower(account),
    regulationTBuyingPower: regulationT,
    nonMarginableBuyingPower: nonMarginableBuyingPower(account),
    multiplier,
    specialMemorandumAccount: kernel.switches.sma === 'zero' ? ZERO : account.lastEquity,
    optionsApprovedLevel: account.optionsApprovedLevel,
    cryptoTier: account.cryptoTier,
    shortingEnabled: mayShort(account),
    ...account.blocks,
    closingOnly: account.closingOnly,
    balanceAsOf: account.balanceAsOf,
    configuration: account.configuration,
    dayTrading: dayTradingView(kernel, account),
  };
}

/** Takes the fields that the body names; what it leaves out stays. */
export function changeConfiguration(
  account: Account,
  body: unknown,
): AccountConfiguration | WireError {
  if (!isJsonObject(body)) return malformed('request body format is invalid');
  const reader = new BodyReader(body);
  const before = account.configuration;
  const flag = (field: string, value: boolean) => (reader.has(field) ? reader.flag(field) : value);
  const level = reader.decimal('max_options_trading_level');
  const optionsLevel = level === null ? before.maxOptionsTradingLevel : readLevel(body);
  const changed: AccountConfiguration = {
    disableOvernightTrading: flag('disable_overnight_trading', before.disableOvernightTrading),
    fractionalTrading: flag('fractional_trading', before.fractionalTrading),
    maxMarginMultiplier:
      reader.choice('max_margin_multiplier', MULTIPLIERS) ?? before.maxMarginMultiplier,
    maxOptionsTradingLevel: optionsLevel ?? before.maxOptionsTradingLevel,
    noShorting: flag('no_shorting', before.noShorting),
    ptpNoExceptionEntry: flag('ptp_no_exception_entry', before.ptpNoExceptionEntry),
    suspendTrade: flag('suspend_trade', before.suspendTrade),
    tradeConfirmEmail:
      reader.choice('trade_confirm_email', CONFIRMATIONS) ?? before.tradeConfirmEmail,
  };
  if (reader.problem !== null) return reader.problem;
  if (optionsLevel === null) return invalidField('invalid max_options_trading_level');
  account.configuration = changed;
  return changed;
}

function readLevel(body: { readonly [key: string]: unknown }): number | null {
  const level = Number(body.max_options_trading_level);
  return Number.isInteger(level) && level >= 0 && level <= OPTIONS_LEVEL_MAX ? level : null;
}
