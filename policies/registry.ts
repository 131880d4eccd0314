// What I want from my account, and what must never happen to it, in order of precedence.
import type { z } from 'zod';
import type { Guardrail } from '../src/domain/guardrail.ts';
import type { TradingPolicy } from '../src/domain/policy.ts';
import type { PortfolioPolicy } from '../src/domain/portfolio-policy.ts';
import { adviceSettings } from './advice.ts';
import { brokerBackstops, brokerBackstopsSettings } from './guardrails/broker-backstops.ts';
import { buyingPower, buyingPowerSettings } from './guardrails/buying-power.ts';
import { competingExit, competingExitSettings } from './guardrails/competing-exit.ts';
import { concentration, concentrationSettings } from './guardrails/concentration.ts';
import { corporateAction } from './guardrails/corporate-action.ts';
import { dailyLoss, dailyLossSettings } from './guardrails/daily-loss.ts';
import { drawdown, drawdownSettings } from './guardrails/drawdown.ts';
import { dropCopy, dropCopySettings } from './guardrails/drop-copy.ts';
import { duplicate, duplicateSettings } from './guardrails/duplicate.ts';
import { exposureName, exposureNameSettings } from './guardrails/exposure-name.ts';
import { exposureTotal, exposureTotalSettings } from './guardrails/exposure-total.ts';
import { freshData, freshDataSettings } from './guardrails/fresh-data.ts';
import { margin, marginSettings } from './guardrails/margin.ts';
import { marketHours, marketHoursSettings } from './guardrails/market-hours.ts';
import { messageThrottle, messageThrottleSettings } from './guardrails/message-throttle.ts';
import { noShort, noShortSettings } from './guardrails/no-short.ts';
import { orderForm } from './guardrails/order-form.ts';
import { orderSize, orderSizeSettings } from './guardrails/order-size.ts';
import { oversell } from './guardrails/oversell.ts';
import { priceCollar, priceCollarSettings } from './guardrails/price-collar.ts';
import { repeatedExecution, repeatedExecutionSettings } from './guardrails/repeated-execution.ts';
import { selfTrade } from './guardrails/self-trade.ts';
import { stopNeverLoosens } from './guardrails/stop-never-loosens.ts';
import { stopSanity, stopSanitySettings } from './guardrails/stop-sanity.ts';
import { symbols, symbolsSettings } from './guardrails/symbols.ts';
import { tradingState } from './guardrails/trading-state.ts';
import { unexecutedValue, unexecutedValueSettings } from './guardrails/unexecuted-value.ts';
import { riskSettings } from './risk.ts';
import { settingsObject } from './settings.ts';
import { coordinatedExitSettings, coordinatedExits } from './trading/coordinated-exit.ts';
import { ExcessExitPolicy } from './trading/excess-exit.ts';
import { GapRescuePolicy, gapRescueSettings } from './trading/gap-rescue.ts';
import { PartialProfitPolicy, partialProfitSettings } from './trading/partial-profit.ts';
import { stopLimitSettings } from './trading/stop-limit.ts';
import { StopLossPolicy, stopLossSettings } from './trading/stop-loss.ts';
import { TrailingStopPolicy, trailingStopSettings } from './trading/trailing-stop.ts';

/** Everything that can be set, with its defaults; unknown names are refused. */
export const policySettings = settingsObject({
  stopLoss: stopLossSettings.prefault({}),
  trailingStop: trailingStopSettings.prefault({}),
  stopLimit: stopLimitSettings.prefault({}),
  partialProfit: partialProfitSettings.prefault({}),
  gapRescue: gapRescueSettings.prefault({}),
  coordinatedExit: coordinatedExitSettings.prefault({}),
  advice: adviceSettings.prefault({}),
  freshData: freshDataSettings.prefault({}),
  orderSize: orderSizeSettings.prefault({}),
  priceCollar: priceCollarSettings.prefault({}),
  exposureName: exposureNameSettings.prefault({}),
  exposureTotal: exposureTotalSettings.prefault({}),
  competingExit: competingExitSettings.prefault({}),
  dailyLoss: dailyLossSettings.prefault({}),
  duplicate: duplicateSettings.prefault({}),
  brokerBackstops: brokerBackstopsSettings.prefault({}),
  buyingPower: buyingPowerSettings.prefault({}),
  concentration: concentrationSettings.prefault({}),
  drawdown: drawdownSettings.prefault({}),
  dropCopy: dropCopySettings.prefault({}),
  margin: marginSettings.prefault({}),
  marketHours: marketHoursSettings.prefault({}),
  messageThrottle: messageThrottleSettings.prefault({}),
  noShort: noShortSettings.prefault({}),
  repeatedExecution: repeatedExecutionSettings.prefault({}),
  risk: riskSettings.prefault({}),
  stopSanity: stopSanitySettings.prefault({}),
  symbols: symbolsSettings.prefault({}),
  unexecutedValue: unexecutedValueSettings.prefault({}),
});
export type PolicySettings = z.output<typeof policySettings>;

/** What is wanted of a position; where two policies disagree, the earlier one wins. */
export const tradingPolicies = (settings: PolicySettings): readonly TradingPolicy[] => [
  new ExcessExitPolicy(),
  new GapRescuePolicy(settings),
  new StopLossPolicy(settings),
  new TrailingStopPolicy(settings),
  new PartialProfitPolicy(settings),
];

/** What is wanted of several positions together; all off until their limits are set. */
export const portfolioPolicies = (settings: PolicySettings): readonly PortfolioPolicy[] =>
  coordinatedExits(settings.coordinatedExit);

/** What must never happen. All are asked, always; a single no is final. */
export const guardrails = (settings: PolicySettings): readonly Guardrail[] => [
  tradingState(),
  freshData(settings.freshData),
  dropCopy(settings.dropCopy),
  corporateAction(),
  oversell(),
  noShort(settings.noShort),
  competingExit(settings.competingExit),
  stopNeverLoosens(),
  stopSanity(settings.stopSanity),
  orderForm(),
  duplicate(settings.duplicate),
  selfTrade(),
  messageThrottle(settings.messageThrottle),
  repeatedExecution(settings.repeatedExecution),
  priceCollar(settings.priceCollar, settings.freshData.quoteMs),
  symbols(settings.symbols),
  marketHours(settings.marketHours),
  orderSize(settings.orderSize),
  exposureName(settings.exposureName),
  exposureTotal(settings.exposureTotal),
  buyingPower(settings.buyingPower),
  unexecutedValue(settings.unexecutedValue),
  concentration(settings.concentration),
  dailyLoss(settings.dailyLoss),
  drawdown(settings.drawdown),
  margin(settings.margin),
  brokerBackstops(settings.brokerBackstops),
];
