// What I want from my account, and what must never happen to it, in order of precedence.
import type { z } from 'zod';
import type { Guardrail } from '../src/domain/guardrail.ts';
import type { TradingPolicy } from '../src/domain/policy.ts';
import { competingExit, competingExitSettings } from './guardrails/competing-exit.ts';
import { dailyLoss, dailyLossSettings } from './guardrails/daily-loss.ts';
import { duplicate, duplicateSettings } from './guardrails/duplicate.ts';
import { exposureName, exposureNameSettings } from './guardrails/exposure-name.ts';
import { exposureTotal, exposureTotalSettings } from './guardrails/exposure-total.ts';
import { freshData, freshDataSettings } from './guardrails/fresh-data.ts';
import { orderSize, orderSizeSettings } from './guardrails/order-size.ts';
import { oversell } from './guardrails/oversell.ts';
import { priceCollar, priceCollarSettings } from './guardrails/price-collar.ts';
import { stopNeverLoosens } from './guardrails/stop-never-loosens.ts';
import { tradingState } from './guardrails/trading-state.ts';
import { settingsObject } from './settings.ts';
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
  freshData: freshDataSettings.prefault({}),
  orderSize: orderSizeSettings.prefault({}),
  priceCollar: priceCollarSettings.prefault({}),
  exposureName: exposureNameSettings.prefault({}),
  exposureTotal: exposureTotalSettings.prefault({}),
  competingExit: competingExitSettings.prefault({}),
  dailyLoss: dailyLossSettings.prefault({}),
  duplicate: duplicateSettings.prefault({}),
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

/** What must never happen. All are asked, always; a single no is final. */
export const guardrails = (settings: PolicySettings): readonly Guardrail[] => [
  tradingState(),
  freshData(settings.freshData),
  oversell(),
  competingExit(settings.competingExit),
  stopNeverLoosens(),
  duplicate(settings.duplicate),
  priceCollar(settings.priceCollar, settings.freshData.quoteMs),
  orderSize(settings.orderSize),
  exposureName(settings.exposureName),
  exposureTotal(settings.exposureTotal),
  dailyLoss(settings.dailyLoss),
];
