import { sentenceOf } from '../../../tools/shared/history-words.ts';
import type { Json } from '../../domain/canonical.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { EpochMs } from '../../domain/time.ts';
import { newYorkTime } from './new-york-time.ts';

/** Something that a person who watches wants to see go by. */
export type Action = {
  readonly at: EpochMs;
  readonly symbol: string | null;
  readonly text: string;
};

export const actionLine = ({ at, symbol, text }: Action): string =>
  `${newYorkTime(at)}  ${(symbol ?? '-').padEnd(6)} ${text}`;

/** Picks acts, refusals and changes of state out of the journal as it is written. */
export class ActionTeller {
  /** Recipes and reasons of plans that have not ended yet. */
  readonly #plans = new Map<string, string>();

  actionIn(record: JournalRecord): Action | null {
    const text = this.#textOf(record);
    return text === null ? null : { at: record.at, symbol: record.symbol, text };
  }

  #textOf(record: JournalRecord): string | null {
    const { type, body } = record;
    const planId = record.planId ?? '';
    switch (type) {
      case 'plan_proposed':
        this.#plans.set(planId, planWords(body));
        return record.actor === 'host' ? vetoIn(body) : null;
      case 'plan_reviewed':
        return vetoIn(body);
      case 'plan_refused':
        this.#plans.delete(planId);
        // The veto itself was told just before.
        return textAt(body, 'refusal') === 'guardrails_denied' ? null : sentenceOf(record);
      case 'plan_finished':
        return this.#finished(planId, body);
      case 'fill_received':
      case 'episode_opened':
      case 'episode_closed':
      case 'trading_state_changed':
      case 'policy_stepped_back':
      case 'policy_enabled':
      case 'settings_changed':
      case 'settings_held':
      case 'stood_down':
      case 'stood_up':
      case 'account_handed_over':
      case 'halt_latched':
      case 'halt_verified':
      case 'halt_lifted':
      case 'orders_adopted':
      case 'approval_requested':
      case 'approval_given':
      case 'approval_refused':
      case 'alert_raised':
      case 'alert_cleared':
      case 'control_latched':
      case 'control_enabled':
      case 'learning_forgotten':
      case 'cycle_failed':
        return sentenceOf(record);
      case 'started':
      case 'stopped':
      case 'settings_loaded':
      case 'snapshot_taken':
      case 'decision_made':
      case 'plan_not_made':
      case 'plan_spent':
      case 'inputs_noted':
      case 'effect_vetoed':
      case 'part_proposed':
      case 'part_reviewed':
      case 'part_refused':
      case 'part_finished':
      case 'step_intended':
      case 'step_answered':
      case 'step_observed':
      case 'order_update_received':
      case 'stream_changed':
      case 'regime_seen':
      case 'episode_changed':
      case 'naked_time_measured':
      case 'outcome_measured':
      case 'checkpoint_signed':
      case 'equity_peak_moved':
      case 'cash_moved':
      case 'advice_given':
      case 'trade_begun':
      case 'advisor_asked':
      case 'scenario_analyzed':
      case 'opinion_noted':
      case 'tool_called':
        return null;
    }
  }

  #finished(planId: string, body: Json): string {
    const words = this.#plans.get(planId) ?? 'plan';
    this.#plans.delete(planId);
    const outcome = textAt(body, 'outcome');
    return outcome === 'completed'
      ? words
      : `${outcome?.toUpperCase()}: ${textAt(body, 'because')} (${words})`;
  }
}

/** The recipes of a plan and why they are taken. */
function planWords(body: Json): string {
  const parts = listAt(fieldAt(body, 'plan') ?? null, 'parts');
  const words = parts.map((part) => {
    const reasons = listAt(part, 'because').filter((reason) => typeof reason === 'string');
    return `${textAt(part, 'recipe')}: ${reasons.join('; ')}`;
  });
  return words.join(' | ');
}

function vetoIn(body: Json): string | null {
  const denied = listAt(body, 'verdicts').filter(
    (verdict) => textAt(verdict, 'outcome') === 'deny',
  );
  if (denied.length === 0) return null;
  const words = denied.map(
    (verdict) => `VETO by ${textAt(verdict, 'guardrail')}: ${textAt(verdict, 'because')}`,
  );
  return words.join('; ');
}

export function listAt(body: Json, name: string): readonly Json[] {
  const value = fieldAt(body, name);
  return Array.isArray(value) ? value : [];
}
