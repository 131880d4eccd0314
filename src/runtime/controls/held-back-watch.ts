import type { Json } from '../../domain/canonical.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { isTicker } from '../../domain/ids.ts';
import type { PlanPart } from '../../domain/plan.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { AlertBoard } from '../journal/alert-board.ts';
import type { PlanStore } from '../plans/plan-store.ts';

const CODE = 'protection_held_back';

/**
 * Tells when a guardrail has held back what protects or leaves a position: that is the one
 * thing that must not fail in silence. The alert ends with the next plan that passes, or with
 * the position.
 */
export class HeldBackWatch {
  readonly #alerts: AlertBoard;
  readonly #plans: PlanStore;

  constructor(parts: { readonly alerts: AlertBoard; readonly plans: PlanStore }) {
    this.#alerts = parts.alerts;
    this.#plans = parts.plans;
  }

  /** Takes note of a journal record; others than reviews and ends of episodes are passed over. */
  hear({ type, symbol, planId, body }: JournalRecord): void {
    if (type === 'episode_closed' && symbol !== null && isTicker(symbol)) {
      this.#alerts.clear({ code: CODE, symbol });
    }
    if (type !== 'plan_reviewed' || planId === null) return;
    for (const part of this.#plans.get(planId)?.parts ?? []) {
      const denials = denialsOf(part, body);
      if (denials.length === 0) this.#alerts.clear({ code: CODE, symbol: part.symbol });
      else if (protects(part)) {
        const because = `a guardrail held back what protects ${part.symbol}: ${denials.join('; ')}`;
        this.#alerts.raise({ code: CODE, symbol: part.symbol, because });
      }
    }
  }
}

/** A partial profit can wait, and so can the shares that are freed for it. */
const protects = ({ steps }: PlanPart): boolean =>
  steps.some(({ purpose }) => purpose !== 'reduce' && purpose !== 'release');

function denialsOf({ symbol }: PlanPart, body: Json): readonly string[] {
  const verdicts = fieldAt(body, 'verdicts');
  return (
    (Array.isArray(verdicts) ? verdicts : [])
      .filter((one) => textAt(one, 'symbol') === symbol && textAt(one, 'outcome') === 'deny')
      // A halt is told of by itself, and ends by itself for all symbols.
      .filter((one) => textAt(one, 'code') !== 'trading_halted')
      .map(
        (one) => `${textAt(one, 'guardrail')} (${textAt(one, 'code')}): ${textAt(one, 'because')}`,
      )
  );
}
