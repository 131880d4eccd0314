import type { Json } from '../../domain/canonical.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { isTicker, type Ticker } from '../../domain/ids.ts';
import type { PlanPart } from '../../domain/plan.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import { isForEntry } from '../../engine/account/entry-context.ts';
import type { AlertBoard } from '../journal/alert-board.ts';
import type { PlanStore } from '../plans/plan-store.ts';

const CODE = 'protection_held_back';

/**
 * Tells when a guardrail has held back what protects or leaves a position: that is the one
 * thing that must not fail in silence. The alert ends with the next plan that passes, with the
 * position, or with the halt where nothing else stood in the way.
 */
export class HeldBackWatch {
  readonly #alerts: AlertBoard;
  readonly #plans: PlanStore;
  /** Held back by the halt of all trading, and by nothing else. */
  readonly #byHaltAlone = new Set<Ticker>();

  constructor(parts: { readonly alerts: AlertBoard; readonly plans: PlanStore }) {
    this.#alerts = parts.alerts;
    this.#plans = parts.plans;
  }

  /** Takes note of a journal record; those that tell nothing of it are passed over. */
  hear(record: JournalRecord): void {
    const { type, symbol, planId } = record;
    if (type === 'episode_closed' && symbol !== null && isTicker(symbol)) this.#end(symbol);
    if (type === 'trading_state_changed' && textAt(record.body, 'state') !== 'halted') {
      for (const held of this.#byHaltAlone) this.#end(held);
    }
    if (type !== 'plan_reviewed' || planId === null) return;
    for (const part of this.#plans.get(planId)?.parts ?? []) this.#judge(part, record.body);
  }

  #judge(part: PlanPart, review: Json): void {
    // What opens a position says nothing of what protects one, whether it passes or not.
    if (isForEntry(part)) return;
    const { symbol } = part;
    const denials = denialsOf(part, review);
    if (denials.length === 0) {
      this.#end(symbol);
      return;
    }
    if (!protects(part)) return;
    if (denials.every(isHalt)) this.#byHaltAlone.add(symbol);
    else this.#byHaltAlone.delete(symbol);
    const because = `a guardrail held back what protects ${symbol}: ${denials.map(words).join('; ')}`;
    this.#alerts.raise({ code: CODE, symbol, because });
  }

  #end(symbol: Ticker): void {
    this.#byHaltAlone.delete(symbol);
    this.#alerts.clear({ code: CODE, symbol });
  }
}

/** A partial profit can wait, and so can the shares that are freed for it. */
const protects = ({ steps }: PlanPart): boolean =>
  steps.some(({ purpose }) => purpose !== 'reduce' && purpose !== 'release');

function denialsOf({ symbol }: PlanPart, review: Json): readonly Json[] {
  const verdicts = fieldAt(review, 'verdicts');
  return (Array.isArray(verdicts) ? verdicts : []).filter(
    (one) => textAt(one, 'symbol') === symbol && textAt(one, 'outcome') === 'deny',
  );
}

const isHalt = (denial: Json): boolean => textAt(denial, 'code') === 'trading_halted';

const words = (denial: Json): string =>
  `${textAt(denial, 'guardrail')} (${textAt(denial, 'code')}): ${textAt(denial, 'because')}`;
