// Bundles of settings that I have approved, and the market in which each of them is to hold.

import { z } from 'zod';
import { REGIMES } from '../src/domain/regime.ts';
import type { PolicySettings } from './registry.ts';
import { settingsObject, wholeSetting } from './settings.ts';
import { gapRescueSettings } from './trading/gap-rescue.ts';
import { partialProfitSettings } from './trading/partial-profit.ts';
import { stopLossSettings } from './trading/stop-loss.ts';
import { trailingStopSettings } from './trading/trailing-stop.ts';

const name = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'small letters, digits and hyphens');

/** Whole sections that stand in the place of those of `policies`; guardrails are in none. */
const bundle = settingsObject({
  stopLoss: stopLossSettings.optional(),
  trailingStop: trailingStopSettings.optional(),
  partialProfit: partialProfitSettings.optional(),
  gapRescue: gapRescueSettings.optional(),
});

export const strategySettings = settingsObject({
  enabled: z.boolean().default(false),
  named: z.record(name, bundle).default({}),
  /** By the market's regime; null for `policies` as they are. */
  inRegime: settingsObject(
    Object.fromEntries(REGIMES.map((regime) => [regime, name.nullable().default(null)])) as Record<
      (typeof REGIMES)[number],
      z.ZodDefault<z.ZodNullable<typeof name>>
    >,
  ).prefault({}),
  /** Days in a row on which a regime must be seen before its bundle holds. */
  minimumDays: wholeSetting(1, 60).prefault(5),
  switchesPerMonth: wholeSetting(1, 20).prefault(2),
  /** Which one holds now. BigBrother keeps it itself: in a file it counts at the first start. */
  active: name.nullable().default(null),
});
export type StrategySettings = z.output<typeof strategySettings>;

/** The policies with the bundle in them that holds; a bundle that is gone holds nothing. */
export function withStrategy(
  policies: PolicySettings,
  strategies: StrategySettings,
): PolicySettings {
  const { active, named } = strategies;
  const sections = active === null ? undefined : named[active];
  if (sections === undefined) return policies;
  const { stopLoss, trailingStop, partialProfit, gapRescue } = { ...policies, ...given(sections) };
  return { ...policies, stopLoss, trailingStop, partialProfit, gapRescue };
}

/** Only those that are there: an absent section takes nothing away. */
const given = (sections: z.output<typeof bundle>): Partial<PolicySettings> =>
  Object.fromEntries(Object.entries(sections).filter(([, section]) => section !== undefined));

/** Names that a regime asks for and nobody described. */
export const strategiesMissing = ({ inRegime, named }: StrategySettings): readonly string[] =>
  Object.values(inRegime).flatMap((each) =>
    each === null || named[each] !== undefined ? [] : [each],
  );
