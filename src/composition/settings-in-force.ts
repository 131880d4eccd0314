import packageFile from '../../package.json' with { type: 'json' };
import { directionOf } from '../../policies/directions.ts';
import {
  guardrails,
  type PolicySettings,
  portfolioPolicies,
  tradingPolicies,
} from '../../policies/registry.ts';
import type { Settings } from '../config.ts';
import { digestOf } from '../domain/canonical.ts';
import { text } from '../domain/decimal.ts';
import type { Environment } from '../domain/environment.ts';
import type { Guardrail } from '../domain/guardrail.ts';
import type { TradingPolicy } from '../domain/policy.ts';
import type { PortfolioPolicy } from '../domain/portfolio-policy.ts';
import { OWN_CHOICE } from '../domain/regime.ts';
import { defaultPlanning, type PlanningSettings } from '../engine/planning-settings.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { Attestation } from '../runtime/rollout/attestation.ts';
import type { Runtime } from '../runtime/runtime-parts.ts';
import { defaultRuntimeSettings, type RuntimeSettings } from '../runtime/settings/settings.ts';
import { rulesIn, SettingsKeeper } from '../runtime/settings/settings-keeper.ts';
import { SettingsWatch } from '../runtime/settings/settings-watch.ts';
import { type Rules, rulesFromJson, rulesToJson } from '../settings-file.ts';
import type { System } from './system.ts';

/** What held last holds on, as far as the file now asks for something looser. */
export function keeperOf(
  { rules }: Settings,
  store: EventStore,
  { clock, ids }: System,
): SettingsKeeper<Rules> {
  const types = ['settings_loaded', 'settings_changed'] as const;
  const [last] = store.query({ types, limit: 1 });
  return new SettingsKeeper({
    wanted: rulesToJson(rules),
    accepted: last === undefined ? null : rulesIn(last),
    fromJson: rulesFromJson,
    directionOf,
    ownChoice: OWN_CHOICE,
    delayMs: ({ loosening }) => loosening.delayMs,
    clock,
    ids,
  });
}

/** What is made from the rules, made anew only when they have changed. */
export function perChange<Made>(
  keeper: SettingsKeeper<Rules>,
  make: (rules: Rules) => Made,
): () => Made {
  let [rules, made] = [keeper.rules(), make(keeper.rules())];
  return () => {
    if (rules !== keeper.rules()) [rules, made] = [keeper.rules(), make(keeper.rules())];
    return made;
  };
}

/** Policies and guardrails that follow their settings; which there are stays the same. */
export function liveRules(settings: () => PolicySettings) {
  let held = settings();
  const made = () => [tradingPolicies(held), guardrails(held), portfolioPolicies(held)] as const;
  let [policies, rails, wide] = made();
  const current = () => {
    const latest = settings();
    if (latest !== held) {
      held = latest;
      [policies, rails, wide] = made();
    }
    return { policies, rails, wide };
  };
  const named = <Rule extends { readonly name: string }>(all: readonly Rule[], name: string) => {
    const rule = all.find((each) => each.name === name);
    if (rule === undefined) throw new Error(`${name} is gone with the settings`);
    return rule;
  };
  return {
    policies: policies.map(
      ({ name, promise }): TradingPolicy => ({
        name,
        promise,
        evaluate: (context) => named(current().policies, name).evaluate(context),
      }),
    ),
    portfolioPolicies: wide.map(
      ({ name, promise }): PortfolioPolicy => ({
        name,
        promise,
        isOn: () => named(current().wide, name).isOn(),
        evaluate: (context) => named(current().wide, name).evaluate(context),
      }),
    ),
    guardrails: rails.map(
      ({ name, promise }): Guardrail => ({
        name,
        promise,
        review: (input) => named(current().rails, name).review(input),
      }),
    ),
  };
}

export function attest(keeper: SettingsKeeper<Rules>, { codeHash }: System): Attestation {
  const { policies } = keeper.rules();
  const names = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name);
  return {
    codeVersion: packageFile.version,
    codeHash: codeHash ?? null,
    settingsHash: keeper.hash(),
    tradingPolicies: names([...tradingPolicies(policies), ...portfolioPolicies(policies)]),
    guardrails: names(guardrails(policies)),
  };
}

/** Null where the settings do not change while it runs. */
export function watchOf(
  before: Settings,
  { reload, clock }: System,
  keeper: SettingsKeeper<Rules>,
  alerts: Runtime['alerts'],
): SettingsWatch | null {
  if (reload === undefined) return null;
  const read = () => {
    const { rules, ...rest } = reload();
    const { rules: _, ...atStart } = before;
    if (digestOf(rest) === digestOf(atStart)) return rulesToJson(rules);
    throw new Error('account, directories and what is expected only change with a restart');
  };
  return new SettingsWatch({ read, keeper, alerts, clock });
}

/** What the planner may do and assumes. */
export const planningFrom = ({ competingExit, advice }: PolicySettings): PlanningSettings => ({
  ...defaultPlanning,
  foreignOrders: competingExit.foreignOrders,
  advice,
});

export const runtimeSettingsFrom = (
  settings: Rules,
  environment: Environment,
): RuntimeSettings => ({
  ...defaultRuntimeSettings,
  environment,
  mode: settings.mode,
  cycleMs: settings.loopIntervalMs,
  planLifetimeMs: settings.planLifetimeMs,
  plansInFlight: settings.plansInFlight,
  longestTurnWaitMs: settings.longestTurnWaitMs,
  approvals: settings.approvals,
  rollout: settings.rollout,
  stepBack: settings.stepBack,
  risk: riskFrom(settings.policies),
  strategies: settings.strategies,
  ...controlsFrom(settings.policies),
});

const riskFrom = ({ risk }: PolicySettings): RuntimeSettings['risk'] => ({
  ...risk,
  clusterCorrelation: Number(text(risk.clusterCorrelation)),
  rebalanceBandPercent: text(risk.rebalanceBandPercent),
});

/** The limits that hold between two reviews as well: what they latch is a state of the account. */
const controlsFrom = ({
  dailyLoss,
  drawdown,
  repeatedExecution,
  brokerBackstops: { noShorting, maxMarginMultiplier: most, suspendTrade, fractionalTrading },
}: PolicySettings): Pick<RuntimeSettings, 'dailyLossPercent' | 'controls'> => ({
  dailyLossPercent: text(dailyLoss.percentOfEquity),
  controls: {
    repeats: repeatedExecution.times,
    repeatWindowMs: repeatedExecution.windowMs,
    drawdownPercent: text(drawdown.percentOfPeak),
    backstops: {
      noShorting,
      maxMarginMultiplier: most === null ? null : text(most),
      suspendTrade,
      fractionalTrading,
    },
  },
});
