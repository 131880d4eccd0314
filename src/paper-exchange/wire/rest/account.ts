import { type Decimal, formatDecimal, formatRounded } from '../../core/basics/decimal.ts';
import {
  type AccountConfiguration,
  type AccountView,
  type DayTradingView,
  WireError,
} from '../../core/basics/types.ts';
import { readJson } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';
import { utcText } from './times.ts';

export const accountRoutes: readonly Route[] = [
  { method: 'GET', path: '/v2/account', answer: getAccount },
  { method: 'GET', path: '/v2/account/configurations', answer: getConfigurations },
  { method: 'PATCH', path: '/v2/account/configurations', answer: patchConfigurations },
];

function getAccount({ core, accountId }: Call): Reply {
  return ok(accountJson(core.account(accountId)));
}

function getConfigurations({ core, accountId }: Call): Reply {
  return ok(configurationJson(core.account(accountId).configuration));
}

function patchConfigurations({ core, accountId, body }: Call): Reply | WireError {
  const json = readJson(body);
  if (json instanceof WireError) return json;
  const changed = core.changeConfiguration(accountId, json.value);
  return changed instanceof WireError ? changed : ok(configurationJson(changed));
}

/** Every amount a decimal string; the day-trade fields were removed on 2026-07-06. */
function accountJson(account: AccountView): object {
  return {
    id: account.id,
    admin_configurations: {},
    user_configurations: null,
    account_number: account.accountNumber,
    status: 'ACTIVE',
    crypto_status: 'ACTIVE',
    options_approved_level: account.optionsApprovedLevel,
    options_trading_level: Math.min(
      account.optionsApprovedLevel,
      account.configuration.maxOptionsTradingLevel,
    ),
    currency: 'USD',
    buying_power: cents(account.buyingPower),
    effective_buying_power: cents(account.buyingPower),
    regt_buying_power: cents(account.regulationTBuyingPower),
    non_marginable_buying_power: cents(account.nonMarginableBuyingPower),
    options_buying_power: cents(account.nonMarginableBuyingPower),
    cash: cents(account.cash),
    accrued_fees: '0',
    pending_reg_taf_fees: '0',
    portfolio_value: formatDecimal(account.equity),
    trading_blocked: account.tradingBlocked,
    transfers_blocked: account.transfersBlocked,
    account_blocked: account.accountBlocked,
    created_at: utcText(account.createdAt),
    trade_suspended_by_user: account.configuration.suspendTrade,
    multiplier: account.multiplier,
    shorting_enabled: account.shortingEnabled,
    equity: formatDecimal(account.equity),
    last_equity: formatDecimal(account.lastEquity),
    long_market_value: formatDecimal(account.longMarketValue),
    short_market_value: formatDecimal(account.shortMarketValue),
    position_market_value: formatDecimal(account.longMarketValue - account.shortMarketValue),
    initial_margin: formatDecimal(account.initialMargin),
    maintenance_margin: formatDecimal(account.maintenanceMargin),
    last_maintenance_margin: formatDecimal(account.lastMaintenanceMargin),
    sma: cents(account.specialMemorandumAccount),
    balance_asof: account.balanceAsOf,
    crypto_tier: account.cryptoTier,
    intraday_adjustments: '0',
    ...dayTradingJson(account.dayTrading),
  };
}

/** Only where the switch brings the old rule back. */
function dayTradingJson(view: DayTradingView | null): object {
  if (view === null) return {};
  return {
    pattern_day_trader: view.isPatternDayTrader,
    daytrade_count: view.count,
    daytrading_buying_power: cents(view.buyingPower),
  };
}

function configurationJson(configuration: AccountConfiguration): object {
  return {
    disable_overnight_trading: configuration.disableOvernightTrading,
    fractional_trading: configuration.fractionalTrading,
    max_margin_multiplier: configuration.maxMarginMultiplier,
    max_options_trading_level: configuration.maxOptionsTradingLevel,
    no_shorting: configuration.noShorting,
    ptp_no_exception_entry: configuration.ptpNoExceptionEntry,
    suspend_trade: configuration.suspendTrade,
    trade_confirm_email: configuration.tradeConfirmEmail,
  };
}

function cents(amount: Decimal): string {
  return formatRounded(amount, 2);
}
