import { stricterTier } from '../../domain/approval.ts';
import type { ActionPlan, PlanPart } from '../../domain/plan.ts';
import type { Account } from '../../domain/portfolio.ts';
import type { Refusal } from '../../domain/report.ts';
import type { EpochMs } from '../../domain/time.ts';
import { areOverdue, onlyLeaves, onlyProtects, onlyReleases } from '../../engine/planning/doubt.ts';
import { hashOf, isSameHash } from '../../engine/planning/plan-hash.ts';
import type { ApprovalDesk } from '../plans/approval-desk.ts';
import type { ApprovalRules } from '../plans/approval-rules.ts';
import type { PlanStore } from '../plans/plan-store.ts';
import type { UnsettledSteps } from '../plans/unsettled-steps.ts';
import type { ModeGate } from '../rollout/mode-gate.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import type { PlanBinding } from './plan-maker.ts';
import type { Recovery } from './recovery.ts';

/** Why a plan may not run whatever the market does; null when it may. */
export function whyNotAdmitted(
  plan: ActionPlan,
  parts: {
    readonly settings: RuntimeSettings;
    readonly plans: PlanStore;
    readonly unsettled: UnsettledSteps;
    readonly recovery: Pick<Recovery, 'whyNotReady'>;
    readonly approvals: ApprovalDesk;
    readonly rules: ApprovalRules;
    readonly rollout: Rollout;
    readonly gate: ModeGate;
    readonly binding: PlanBinding;
    /** Null while it was not read. */
    readonly account: Account | null;
    readonly now: EpochMs;
  },
): Refusal | null {
  const { settings, plans, unsettled, recovery, approvals, account, now } = parts;
  const forbidden = whyForbidden(plan, parts);
  if (forbidden !== null) return { code: 'mode_forbids_execution', because: forbidden };
  const notReady = recovery.whyNotReady();
  if (notReady !== null) return { code: 'recovering', because: notReady };
  if (plans.isSpent(plan.id)) {
    const because = 'the plan was executed before: propose a new one';
    return { code: 'plan_already_used', because };
  }
  if (!isSameHash(hashOf(plan), plan.hash)) {
    return { code: 'plan_hash_mismatch', because: 'the plan is not the one that was proposed' };
  }
  const accountNumber = account?.accountNumber ?? null;
  if (plan.accountNumber !== accountNumber || plan.environment !== settings.environment) {
    const because =
      `the plan is for ${plan.environment} account ${plan.accountNumber}, ` +
      `this is ${settings.environment} account ${accountNumber ?? 'not known yet'}`;
    return { code: 'plan_wrong_account', because };
  }
  if (now > plan.expiresAt) {
    return { code: 'plan_expired', because: 'the plan is too old: propose it again' };
  }
  const changed = whatChanged(plan, parts);
  if (changed !== null) return { code: 'plan_void', because: `${changed}: propose it again` };
  const open = plan.parts.find((part) => mustWait(part, unsettled, now));
  if (open === undefined) return approvals.whyNot(plan);
  const because = `what became of an earlier order in ${open.symbol} is not known yet`;
  return { code: 'symbol_unsettled', because };
}

/** Neither the mode nor the rollout of who wants it may forbid a plan; a person's last stops pass. */
function whyForbidden(
  plan: ActionPlan,
  {
    settings,
    rollout,
    gate,
  }: Pick<Parameters<typeof whyNotAdmitted>[1], 'settings' | 'rollout' | 'gate'>,
): string | null {
  if (gate.isWantedByPerson(plan.id)) return null;
  const standDown = gate.standDown();
  if (standDown !== null) return `${standDown.by} has taken the account back: nothing is sent`;
  if (settings.mode !== 'execute') return `the mode is ${settings.mode}: nothing is sent`;
  return rollout.whyNotPlan(plan);
}

/** Which of the terms that the plan was made under holds no more, in words; null when all do. */
function whatChanged(
  plan: ActionPlan,
  {
    settings,
    rules,
    binding,
    account,
  }: Pick<Parameters<typeof whyNotAdmitted>[1], 'settings' | 'rules' | 'binding' | 'account'>,
): string | null {
  const { settingsHash, codeVersion, mode } = plan.terms;
  if (mode !== settings.mode) return `the mode was ${mode} when it was made`;
  if (!isSameHash(settingsHash, binding.settingsHash())) return 'the settings were changed since';
  if (codeVersion !== binding.codeVersion) return 'another version of BigBrother made it';
  const { tier } = plan.approval;
  const now = rules.needFor(plan, account);
  if (stricterTier(tier, now.tier) === tier) return null;
  return `it needs more of an approval than when it was made (${now.because.join('; ')})`;
}

/**
 * What only adds protection need not wait until an order of unknown outcome is known, nor need
 * what takes back exits of nothing; nor a whole exit, once what is not known is overdue.
 */
export function mustWait(part: PlanPart, unsettled: UnsettledSteps, now: EpochMs): boolean {
  const doubts = unsettled.in(part.symbol);
  if (doubts.length === 0 || onlyProtects(part) || onlyReleases(part, doubts)) return false;
  return !(areOverdue(doubts, now) && onlyLeaves(part.steps, part.target.holdQuantity));
}
