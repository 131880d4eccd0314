import type { JournalRecord } from '../../domain/event.ts';
import type { PlanId } from '../../domain/ids.ts';
import type { PlanPart } from '../../domain/plan.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { StepBackSettings } from '../../domain/rollout.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TradingStateLevels } from '../account/trading-state.ts';
import type { AlertBoard } from '../journal/alert-board.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { PlanStore } from '../plans/plan-store.ts';
import type { Rollout, SteppedBack } from './rollout.ts';

/** The name that the whole account goes by where a policy's would stand. */
const ACCOUNT = 'account';
const CODE = 'stepped_back';

/** Alerts that must never come up while BigBrother and the broker do what they should. */
const INVARIANT_ALARMS: readonly string[] = [
  'excess_position',
  'overfilled_order',
  'evaluation_failed',
  'record_differs',
];

/** Refusals that say "not yet" and nothing about the policy: they pass by themselves. */
const PASSING: readonly string[] = [
  'snapshot_stale',
  'snapshot_incoherent',
  'symbol_unsettled',
  'trading_halted',
];

type Parts = {
  readonly rollout: Rollout;
  readonly plans: PlanStore;
  readonly tradingState: TradingStateLevels;
  readonly alerts: AlertBoard;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly settings: () => StepBackSettings;
};

/**
 * Takes a step back before a person has noticed anything: a policy whose plans are refused
 * again and again goes back to shadow, and after an alarm that must never be the account only
 * reduces. What protects and what leaves goes on: a storm of refusals around a stop is a
 * reason to open nothing, not to leave a position bare. Only a person undoes it.
 */
export class StepBack {
  readonly #parts: Parts;
  #vetoes: readonly { readonly at: EpochMs; readonly policy: string }[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Shows again what an earlier process latched. */
  restore(records: readonly JournalRecord[]): void {
    const { rollout } = this.#parts;
    for (const record of records) rollout.remember(record);
    for (const { policy, since, because } of rollout.steppedBack()) {
      this.#show(policy, because, since);
    }
  }

  /** What is taken back now, policies and the account. */
  steppedBack(): readonly SteppedBack[] {
    return this.#parts.rollout.steppedBack();
  }

  hear(record: JournalRecord): void {
    if (record.type === 'plan_reviewed') this.#hearReview(record);
    if (record.type !== 'alert_raised') return;
    const code = textAt(record.body, 'code') ?? '';
    if (!INVARIANT_ALARMS.includes(code)) return;
    this.#take(ACCOUNT, `${code}: ${textAt(record.body, 'because')}`);
  }

  /**
   * A person lets a policy act again, or the account trade.
   *
   * @param by who says so, in words
   * @returns false when nothing of that name was taken back
   */
  enable(policy: string, by: string): boolean {
    const { rollout, logger, alerts, tradingState } = this.#parts;
    if (!rollout.steppedBack().some((each) => each.policy === policy)) return false;
    this.#vetoes = this.#vetoes.filter((veto) => veto.policy !== policy);
    logger.logDurably({ type: 'policy_enabled', actor: 'person', body: { policy, by } });
    if (policy === ACCOUNT) tradingState.clear(CODE);
    alerts.clear({ code: codeOf(policy), symbol: null });
    return true;
  }

  #hearReview({ at, planId, body }: JournalRecord): void {
    const { plans, clock, settings } = this.#parts;
    const plan = planId === null ? null : plans.get(planId as PlanId);
    if (plan === null || plan.origin !== 'loop' || textAt(body, 'outcome') !== 'denied') return;
    if (denialCodes(body).every((code) => PASSING.includes(code))) return;
    const { vetoes, windowMs } = settings();
    const names = new Set(plan.parts.map(toStepBack));
    this.#vetoes = [
      ...this.#vetoes.filter((veto) => clock.now() - veto.at < windowMs),
      ...[...names].map((policy) => ({ at, policy })),
    ];
    for (const name of names) {
      const count = this.#vetoes.filter(({ policy }) => policy === name).length;
      if (count >= vetoes) {
        this.#take(
          name,
          `guardrails refused ${count} plans in ${windowMs} ms: ${denialCodes(body).join(', ')}`,
        );
      }
    }
  }

  #take(policy: string, because: string): void {
    const { rollout, logger, clock } = this.#parts;
    if (rollout.steppedBack().some((each) => each.policy === policy)) return;
    const body = { policy, because };
    logger.logDurably({ type: 'policy_stepped_back', actor: 'system', body });
    this.#show(policy, because, clock.now());
  }

  #show(policy: string, because: string, since: EpochMs): void {
    const { tradingState, alerts } = this.#parts;
    const clearedBy = `a person with "bigbrother enable ${policy}"`;
    const what = policy === ACCOUNT ? 'the account only reduces' : `${policy} only shadows`;
    alerts.raise({
      code: codeOf(policy),
      symbol: null,
      because: `${what}: ${because}; ${clearedBy}`,
    });
    if (policy !== ACCOUNT) return;
    tradingState.raise({ state: 'reducing', code: CODE, because, since, clearedBy });
  }
}

/** One level for each policy; the board knows them by their codes. */
const codeOf = (policy: string): string =>
  policy === ACCOUNT ? CODE : `${CODE}_${policy.replaceAll('-', '_')}`;

/** What protects or leaves altogether is never taken away. */
const keeps = ({ steps, target }: PlanPart): boolean =>
  steps.every(({ purpose }) => purpose !== 'reduce') || target.holdQuantity.eq('0');

/** Who goes back for a part that was refused; where several want it, nobody is singled out. */
function toStepBack(part: PlanPart): string {
  const [policy, ...others] = part.wantedBy ?? [];
  return policy === undefined || others.length > 0 || keeps(part) ? ACCOUNT : policy;
}

function denialCodes(body: JournalRecord['body']): readonly string[] {
  const verdicts = fieldAt(body, 'verdicts');
  const denied = (Array.isArray(verdicts) ? verdicts : []).filter(
    (verdict) => textAt(verdict, 'outcome') === 'deny',
  );
  return [...new Set(denied.map((verdict) => textAt(verdict, 'code') ?? 'unknown'))];
}
