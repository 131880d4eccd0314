import { type Decimal, decimal, text, worth } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { ActionPlan } from '../../domain/plan.ts';
import type { Evaluation } from '../../domain/policy.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { PolicyRollout, RolloutSettings } from '../../domain/rollout.ts';
import { type EpochMs, isoTime } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';

const DAY_MS = 24 * 3_600_000;

/** A policy that was taken back to shadow, until a person enables it again. */
export type SteppedBack = {
  readonly policy: string;
  readonly since: EpochMs;
  readonly because: string;
};

/**
 * How far each policy may go by itself. What one in shadow wants is asked for and written down,
 * and never reaches a target; whatever else is decided, is decided without it.
 */
export class Rollout {
  readonly #settings: () => RolloutSettings;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #steppedBack = new Map<string, SteppedBack>();
  #actions: readonly { readonly at: EpochMs; readonly policy: string }[] = [];

  constructor(parts: {
    readonly settings: () => RolloutSettings;
    readonly clock: Pick<Clock, 'now'>;
  }) {
    this.#settings = parts.settings;
    this.#clock = parts.clock;
  }

  /** Takes note of a journal record; what is about no policy's place is passed over. */
  remember(record: JournalRecord): void {
    const { type, at } = record;
    if (type === 'plan_spent') {
      const wantedBy = fieldAt(record.body, 'wantedBy');
      const names = Array.isArray(wantedBy) ? wantedBy.map(String) : [];
      this.#actions = [...this.#actions, ...names.map((policy) => ({ at, policy }))];
    }
    if (type !== 'policy_enabled' && type !== 'policy_stepped_back') return;
    const { body } = record;
    const policy = textAt(body, 'policy');
    if (policy === null) return;
    if (type === 'policy_enabled') this.#steppedBack.delete(policy);
    else
      this.#steppedBack.set(policy, { policy, since: at, because: textAt(body, 'because') ?? '' });
  }

  steppedBack(): readonly SteppedBack[] {
    return [...this.#steppedBack.values()];
  }

  /** The same answers; those of policies that may not act here only tell what they would do. */
  judge(
    { position, price, now }: PositionContext,
    evaluations: readonly Evaluation[],
  ): readonly Evaluation[] {
    const value = worth(price, position.quantity);
    return evaluations.map((each) => {
      if (each.outcome !== 'recommends') return each;
      const { recommendation } = each;
      const because = this.whyNot(recommendation.policy, position.symbol, value, now);
      return because === null ? each : { outcome: 'shadows', recommendation, because };
    });
  }

  /** Why a plan may not run because of who wants it; null when all who do may act there. */
  whyNotPlan(plan: ActionPlan): string | null {
    for (const { symbol, basis, wantedBy } of plan.parts) {
      const value = worth(basis.price, basis.quantity);
      for (const policy of wantedBy ?? []) {
        const because = this.whyNot(policy, symbol, value);
        if (because !== null) return `${policy} does not act in ${symbol}: ${because}`;
      }
    }
    return null;
  }

  /** In words, why a policy only says what it would do in a symbol; null when it may act. */
  whyNot(
    policy: string,
    symbol: string,
    positionValue: Decimal,
    now = this.#clock.now(),
  ): string | null {
    const back = this.#steppedBack.get(policy);
    if (back !== undefined) {
      return (
        `it was taken back to shadow at ${isoTime(back.since)} (${back.because}); ` +
        `a person enables it with "bigbrother enable ${policy}"`
      );
    }
    const settings = this.#settings()[policy];
    if (settings === undefined) return null;
    return (
      whyNotHere(policy, symbol, settings) ??
      whyTooLarge(positionValue, settings) ??
      this.#whyUsedUp(policy, settings, now)
    );
  }

  #whyUsedUp(policy: string, { maxActionsPerDay }: PolicyRollout, now: EpochMs): string | null {
    if (maxActionsPerDay === null) return null;
    const since = now - DAY_MS;
    this.#actions = this.#actions.filter(({ at }) => at > since);
    const used = this.#actions.filter((each) => each.policy === policy).length;
    if (used < maxActionsPerDay) return null;
    return `it has acted ${used} times in 24 hours, and ${maxActionsPerDay} are allowed`;
  }
}

function whyNotHere(
  policy: string,
  symbol: string,
  { stage, symbols }: PolicyRollout,
): string | null {
  switch (stage) {
    case 'shadow':
      return `it is in shadow (rollout.${policy}.stage)`;
    case 'symbols':
      return symbols.includes(symbol)
        ? null
        : `it acts in ${symbols.join(', ') || 'no symbol'} only (rollout.${policy}.symbols)`;
    case 'all':
      return null;
  }
}

function whyTooLarge(value: Decimal, { maxPositionDollars: most }: PolicyRollout): string | null {
  if (most === null || !value.gt(decimal(most))) return null;
  return `the position is worth $${text(value.round(2, 3))}, and it acts on up to $${most}`;
}
