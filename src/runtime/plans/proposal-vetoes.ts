import { sha256 } from '../../domain/canonical.ts';
import { text } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { fingerprintOf } from '../../domain/fingerprint.ts';
import type { Verdict } from '../../domain/guardrail.ts';
import type { ActionPlan, PlanPart } from '../../domain/plan.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { EventLogger } from '../journal/event-logger.ts';

/** A person's no is not asked for again so soon, whatever the market does. */
const REJECTION_STANDS_MS = 3_600_000;
/** What nobody asked for so long is forgotten. */
const KEPT_MS = 24 * 3_600_000;

/** What a guardrail found and what it allows: where neither changed, its no stands. */
type Cause = Pick<Verdict, 'guardrail' | 'symbol' | 'measured' | 'limit'>;
type Veto = { readonly at: EpochMs; readonly causes: readonly Cause[] };

/**
 * Remembers which effects were denied, and on what figures; a person's no as well. The same
 * effect is not proposed again until one of the figures is another one. From the journal, so
 * that a restart forgets nothing. What only protects is never held to it.
 */
export class ProposalVetoes {
  readonly #logger: EventLogger;
  readonly #vetoes = new Map<string, Veto>();

  constructor(logger: EventLogger) {
    this.#logger = logger;
  }

  /** Takes down that guardrails denied the plan. */
  denied(plan: ActionPlan, denials: readonly Verdict[]): void {
    if (denials.length === 0 || plan.origin === 'loop' || plan.approval.tier === 'T0') return;
    const causes = denials.map(({ guardrail, symbol, measured, limit }) => ({
      ...{ guardrail, symbol, measured, limit },
    }));
    const effect = effectOf(plan.parts);
    if (isSame(this.#vetoes.get(effect)?.causes, causes)) return;
    const body = { effect, causes };
    this.#logger.log({ type: 'effect_vetoed', actor: 'system', planId: plan.id, body });
  }

  /** Takes down that a person said no to the plan. */
  rejected(plan: ActionPlan): void {
    const body = { effect: effectOf(plan.parts), causes: [] };
    this.#logger.log({ type: 'effect_vetoed', actor: 'person', planId: plan.id, body });
  }

  /**
   * In words, why the plan may not be proposed; null when it may.
   *
   * @param verdicts what the guardrails say to it now
   */
  whyNot(plan: ActionPlan, verdicts: readonly Verdict[], now: EpochMs): string | null {
    if (plan.origin === 'loop' || plan.approval.tier === 'T0') return null;
    if (this.#vetoes.size === 0) return null;
    const veto = this.#vetoes.get(effectOf(plan.parts));
    if (veto === undefined) return null;
    if (veto.causes.length === 0) {
      const leftMs = veto.at + REJECTION_STANDS_MS - now;
      if (leftMs <= 0) return null;
      return `a person rejected this; it may be proposed again in ${Math.ceil(leftMs / 60_000)} min`;
    }
    const unchanged = veto.causes.filter((cause) => verdicts.some((now) => isCause(cause, now)));
    if (unchanged.length < veto.causes.length) return null;
    return unchanged
      .map(({ guardrail, symbol, measured, limit }) => {
        const figures = `${measured}, allowed: ${limit}`;
        return `${guardrail} denied this for ${symbol} before, and what it found is unchanged: ${figures}`;
      })
      .join('; ');
  }

  /** Takes note of a journal record; others than vetoes are passed over. */
  remember(record: JournalRecord): void {
    if (record.type !== 'effect_vetoed') return;
    const effect = textAt(record.body, 'effect');
    const causes = fieldAt(record.body, 'causes');
    if (effect === null || !Array.isArray(causes)) return;
    for (const [known, { at }] of this.#vetoes) {
      if (at < record.at - KEPT_MS) this.#vetoes.delete(known);
    }
    this.#vetoes.set(effect, {
      at: record.at,
      causes: causes.map((cause) => ({
        guardrail: textAt(cause, 'guardrail') ?? '',
        symbol: textAt(cause, 'symbol') ?? '',
        measured: textAt(cause, 'measured') ?? '',
        limit: textAt(cause, 'limit') ?? '',
      })),
    });
  }
}

/** What the parts would do to the account, whatever their ids and names are. */
const effectOf = (parts: readonly PlanPart[]): string =>
  sha256(
    parts
      .map(({ symbol, target, steps }) =>
        [symbol, text(target.holdQuantity), ...steps.map(fingerprintOf)].join('\n'),
      )
      .sort()
      .join('\n\n'),
  );

const isCause = (cause: Cause, verdict: Cause): boolean =>
  cause.guardrail === verdict.guardrail &&
  cause.symbol === verdict.symbol &&
  cause.measured === verdict.measured &&
  cause.limit === verdict.limit;

const isSame = (known: readonly Cause[] | undefined, causes: readonly Cause[]): boolean =>
  known?.length === causes.length && known.every((cause) => causes.some((c) => isCause(cause, c)));
