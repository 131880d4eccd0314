import type { ActionPlan, PlanPart } from '../domain/plan.ts';
import type { PlanRefusal } from '../domain/report.ts';
import type { EpochMs } from '../domain/time.ts';
import { onlyProtects } from '../engine/doubt.ts';
import { hashOf } from '../engine/plan-hash.ts';
import type { PlanStore } from './plan-store.ts';
import type { Recovery } from './recovery.ts';
import type { RuntimeSettings } from './settings.ts';
import type { UnsettledSteps } from './unsettled-steps.ts';

export type Refusal = { readonly code: PlanRefusal; readonly because: string };

/** Why a plan may not run whatever the market does; null when it may. */
export function whyNotAdmitted(
  plan: ActionPlan,
  parts: {
    readonly settings: RuntimeSettings;
    readonly plans: PlanStore;
    readonly unsettled: UnsettledSteps;
    readonly recovery: Pick<Recovery, 'whyNotReady'>;
    /** Null while the account was not read. */
    readonly accountNumber: string | null;
    readonly now: EpochMs;
  },
): Refusal | null {
  const { settings, plans, unsettled, recovery, accountNumber, now } = parts;
  if (settings.mode !== 'execute') {
    const because = `the mode is ${settings.mode}: nothing is sent`;
    return { code: 'mode_forbids_execution', because };
  }
  const notReady = recovery.whyNotReady();
  if (notReady !== null) return { code: 'recovering', because: notReady };
  if (plans.isSpent(plan.id)) {
    const because = 'the plan was executed before: propose a new one';
    return { code: 'plan_already_used', because };
  }
  if (hashOf(plan) !== plan.hash) {
    return { code: 'plan_hash_mismatch', because: 'the plan is not the one that was proposed' };
  }
  if (plan.accountNumber !== accountNumber || plan.environment !== settings.environment) {
    const because =
      `the plan is for ${plan.environment} account ${plan.accountNumber}, ` +
      `this is ${settings.environment} account ${accountNumber ?? 'not known yet'}`;
    return { code: 'plan_wrong_account', because };
  }
  if (now > plan.expiresAt) {
    return { code: 'plan_expired', because: 'the plan is too old: propose it again' };
  }
  const open = plan.parts.find((part) => mustWait(part, unsettled));
  if (open === undefined) return null;
  const because = `what became of an earlier order in ${open.symbol} is not known yet`;
  return { code: 'symbol_unsettled', because };
}

/** What only adds protection need not wait until an order of unknown outcome is known. */
export const mustWait = (part: PlanPart, unsettled: UnsettledSteps): boolean =>
  unsettled.isUnsettled(part.symbol) && !onlyProtects(part);
