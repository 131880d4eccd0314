import { guardrails, tradingPolicies } from '../../policies/registry.ts';
import type { Json } from '../domain/canonical.ts';
import type { ReplayRules } from '../runtime/replay-maker.ts';
import { type Rules, rulesFromJson } from '../settings-file.ts';
import { planningFrom, runtimeSettingsFrom } from './settings-in-force.ts';

/** What decides under these rules, as `compose` would put it together. */
export const replayRulesOf = (rules: Rules): ReplayRules => ({
  policies: tradingPolicies(rules.policies),
  guardrails: guardrails(rules.policies),
  planning: planningFrom(rules.policies),
  settings: runtimeSettingsFrom(rules, 'simulated'),
});

/**
 * Rules out of a journal. How often the loop looks decides nothing, and in simulated time it may
 * be any.
 *
 * @throws z.ZodError for what no settings file could say
 */
export function rulesOf(json: Json): Rules {
  const { loopIntervalMs: _, ...deciding } = Object(json) as Record<string, Json>;
  return rulesFromJson(deciding);
}

export const replayRulesFrom = (rules: Json): ReplayRules => replayRulesOf(rulesOf(rules));
