import { listAt } from '../cli/shared/action-teller.ts';
import type { Json } from '../domain/canonical.ts';
import { addShares, NO_SHARES, type Quantity, quantity } from '../domain/decimal.ts';
import type { JournalRecord } from '../domain/event.ts';
import { fieldAt, textAt } from '../domain/record-body.ts';

/** A stretch of naked time, and what was wanted in the symbol when it ended. */
export type NakedStretch = {
  readonly symbol: string;
  readonly at: number;
  readonly shareSeconds: Quantity;
  readonly cause: string;
};

export type Veto = {
  readonly symbol: string;
  readonly at: number;
  readonly guardrail: string;
  readonly because: string;
};

/** What the journal tells of a run, collected as it is written. */
export class Story {
  readonly nakedStretches: NakedStretch[] = [];
  readonly vetoes: Veto[] = [];
  readonly #recipes = new Map<string, readonly string[]>();
  readonly #reasons = new Map<string, string>();
  readonly #done = new Map<string, Map<string, number>>();
  readonly #vetoed = new Set<string>();
  #plansExecuted = 0;

  get plansExecuted(): number {
    return this.#plansExecuted;
  }

  get nakedShareSeconds(): Quantity {
    return this.nakedStretches.reduce((sum, each) => addShares(sum, each.shareSeconds), NO_SHARES);
  }

  /** The recipes that were carried out in a symbol, each with how often. */
  doneIn(symbol: string): string {
    const counts = [...(this.#done.get(symbol) ?? [])];
    return counts
      .map(([recipe, times]) => (times === 1 ? recipe : `${times}x ${recipe}`))
      .join(', ');
  }

  note(record: JournalRecord): void {
    const { type, body, symbol, planId, at } = record;
    if (type === 'decision_made') this.#noteReason(symbol ?? '', body);
    if (type === 'plan_proposed') this.#notePlan(planId ?? '', body);
    if (type === 'plan_reviewed' || type === 'plan_proposed') this.#noteVetoes(record);
    if (type === 'plan_finished') this.#noteFinished(planId ?? '', body);
    if (type === 'naked_time_measured') {
      const shareSeconds = quantity(textAt(body, 'shareSeconds') ?? '0');
      const cause = this.#reasons.get(symbol ?? '') ?? 'not known';
      this.nakedStretches.push({ symbol: symbol ?? '', at, shareSeconds, cause });
    }
  }

  /** The last thing that was wanted; that nothing more is wanted afterwards explains nothing. */
  #noteReason(symbol: string, body: Json): void {
    const [first] = listAt(fieldAt(body, 'decision') ?? null, 'chosen');
    const reason = first === undefined ? null : textAt(first, 'because');
    if (reason !== null) this.#reasons.set(symbol, reason);
  }

  #notePlan(planId: string, body: Json): void {
    const parts = listAt(fieldAt(body, 'plan') ?? null, 'parts');
    this.#recipes.set(
      planId,
      parts.map((part) => textAt(part, 'recipe') ?? ''),
    );
  }

  /** A plan that is proposed and then reviewed meets the same veto twice: it counts once. */
  #noteVetoes({ at, planId, body }: JournalRecord): void {
    for (const verdict of listAt(body, 'verdicts')) {
      if (textAt(verdict, 'outcome') !== 'deny') continue;
      const guardrail = textAt(verdict, 'guardrail') ?? '';
      const symbol = textAt(verdict, 'symbol') ?? '';
      const key = [planId, guardrail, symbol].join('|');
      if (this.#vetoed.has(key)) continue;
      this.#vetoed.add(key);
      this.vetoes.push({ at, symbol, guardrail, because: textAt(verdict, 'because') ?? '' });
    }
  }

  #noteFinished(planId: string, body: Json): void {
    this.#plansExecuted += 1;
    const recipes = this.#recipes.get(planId) ?? [];
    this.#recipes.delete(planId);
    for (const [index, part] of listAt(body, 'parts').entries()) {
      const symbol = textAt(part, 'symbol') ?? '';
      const outcome = textAt(part, 'outcome') ?? '';
      const recipe = recipes[index] ?? 'plan';
      const name = outcome === 'completed' ? recipe : `${recipe} (${outcome})`;
      const counts = this.#done.get(symbol) ?? new Map<string, number>();
      this.#done.set(symbol, counts.set(name, (counts.get(name) ?? 0) + 1));
    }
  }
}
