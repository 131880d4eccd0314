import type { Json } from '../domain/canonical.ts';
import { toJson } from '../domain/canonical.ts';
import type { JournalRecord } from '../domain/event.ts';
import type { ActionPlan } from '../domain/plan.ts';
import { fieldAt, textAt } from '../domain/record-body.ts';
import type { EpochMs } from '../domain/time.ts';
import { toldVerdicts, verdictsAt } from '../domain/told-verdicts.ts';
import { basisFrom, patched } from '../engine/replay/replay-basis.ts';
import type { BasisParts } from '../engine/replay/replay-patch.ts';
import { review } from '../engine/review/review.ts';
import { type ReviewBasis, reviewInputs } from '../engine/review/review-basis.ts';
import type { Thought } from './coordination/plan-maker.ts';
import { planFrom } from './plans/plan-revival.ts';
import { type FirstDifference, firstDifference } from './replay-difference.ts';
import {
  decisionEffect,
  guardrailsApart,
  planEffect,
  policiesApart,
  verdictsEffect,
} from './replay-effect.ts';
import { ReplayMaker, type ReplayRules } from './replay-maker.ts';
import { rulesIn } from './settings/settings-keeper.ts';

export type ReplayParts = {
  /** Made of the rules that a record says hold from then on. @throws for what it cannot read */
  readonly rulesFrom: (rules: Json) => ReplayRules;
  /** What holds until a record tells of rules; null to leave alone what was decided before. */
  readonly atFirst: ReplayRules | null;
  /** What holds all along, whatever the records tell: a what-if. */
  readonly instead?: ReplayRules;
};

/** What is derived anew. */
export const REPLAYED = ['decision', 'plan', 'verdicts'] as const;
export type Replayed = (typeof REPLAYED)[number];

type About = {
  readonly what: Replayed;
  readonly seq: number;
  readonly at: EpochMs;
  readonly symbol: string | null;
  readonly planId: string | null;
};

/** Under what a record was made. */
export type MadeUnder = {
  readonly codeVersion: string | null;
  readonly codeHash: string | null;
  readonly settingsHash: string | null;
};

export type Difference = About &
  FirstDifference & {
    readonly outcome: 'different';
    /** The policies or guardrails that now say something else, be it in other words only. */
    readonly by: readonly string[];
    /** What either comes to, in figures; the same where nothing else would be done. */
    readonly effect: { readonly recorded: string; readonly derived: string };
    readonly madeUnder: MadeUnder;
  };

/** `missing`: the journal does not hold what it takes, and `because` says what that is. */
export type Finding =
  | (About & { readonly outcome: 'same' })
  | Difference
  | (About & { readonly outcome: 'missing'; readonly because: string });

const UNKNOWN: MadeUnder = { codeVersion: null, codeHash: null, settingsHash: null };
/** Plans that may still be reviewed; the oldest make room. */
const MOST_PLANS = 2_000;

/**
 * Derives decisions, plans and verdicts anew from what a journal says they were made from, with
 * the policies, engine and guardrails that run, and holds them to what is written there. Takes
 * the records of a journal in order, from its first on.
 */
export class Replay {
  readonly #parts: ReplayParts;
  readonly #maker: ReplayMaker;
  #rules: ReplayRules | null;
  #noRulesBecause = 'no record before it tells of the settings';
  #madeUnder = UNKNOWN;
  readonly #thoughts = new Map<string, Thought>();
  readonly #plans = new Map<string, ActionPlan | null>();
  #basis: { readonly seq: number; readonly parts: BasisParts } | null = null;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
    this.#rules = parts.instead ?? parts.atFirst;
    this.#maker = new ReplayMaker();
  }

  /** @returns what was derived anew from this record; nothing for one that decides nothing */
  see(record: JournalRecord): readonly Finding[] {
    this.#maker.remember(record);
    switch (record.type) {
      case 'settings_loaded':
      case 'settings_changed':
        this.#changeRules(record);
        return [];
      case 'inputs_noted':
        this.#takeInputs(record);
        return [];
      case 'decision_made':
        return [this.#guarded(record, 'decision', (rules) => this.#decision(record, rules))];
      case 'plan_proposed':
        return [
          this.#guarded(record, 'plan', (rules) => this.#plan(record, rules)),
          ...this.#verdictsIn(record),
        ];
      case 'plan_reviewed':
        return this.#verdictsIn(record);
      case 'plan_finished':
        this.#plans.delete(record.planId ?? '');
        return [];
      default:
        return [];
    }
  }

  #changeRules(record: JournalRecord): void {
    const { body, seq } = record;
    const known = this.#madeUnder;
    this.#madeUnder = {
      codeVersion: textAt(body, 'codeVersion') ?? known.codeVersion,
      codeHash: textAt(body, 'codeHash') ?? known.codeHash,
      settingsHash: textAt(body, 'settingsHash') ?? known.settingsHash,
    };
    const rules = rulesIn(record);
    if (this.#parts.instead !== undefined || rules === null) return;
    try {
      this.#rules = this.#parts.rulesFrom(rules);
    } catch (error) {
      this.#rules = null;
      this.#noRulesBecause = `this version cannot read the settings of record ${seq}: ${inWords(error)}`;
    }
  }

  #takeInputs({ seq, body }: JournalRecord): void {
    const base = fieldAt(body, 'base') ?? null;
    const before = this.#basis;
    this.#basis = null;
    if (base !== null && before?.seq !== base) return;
    const parts = patched(base === null ? null : (before?.parts ?? null), body);
    this.#basis = parts && { seq, parts };
  }

  #guarded(record: JournalRecord, what: Replayed, check: (rules: ReplayRules) => Checked): Finding {
    const { seq, at, symbol, planId } = record;
    const about = { what, seq, at, symbol, planId };
    if (this.#rules === null)
      return { ...about, outcome: 'missing', because: this.#noRulesBecause };
    const checked = this.#checked(check, this.#rules);
    if (checked === null) return { ...about, outcome: 'same' };
    if ('missing' in checked) return { ...about, outcome: 'missing', because: checked.missing };
    return { ...about, outcome: 'different', ...checked, madeUnder: this.#madeUnder };
  }

  #checked(check: (rules: ReplayRules) => Checked, rules: ReplayRules): Checked {
    try {
      return check(rules);
    } catch (fault) {
      const derived = `it cannot be made anew: ${inWords(fault)}`;
      const effect = { recorded: 'what is recorded', derived };
      return { field: '', recorded: undefined, derived, by: [], effect };
    }
  }

  #decision({ symbol, body }: JournalRecord, rules: ReplayRules): Checked {
    const inputs = fieldAt(body, 'inputs') ?? null;
    if (fieldAt(inputs, 'asked') === undefined) {
      return { missing: 'an older version wrote it, without what was asked of the policies' };
    }
    const thought = this.#maker.think(inputs, rules);
    this.#thoughts.set(symbol ?? '', thought);
    const { decision, outcome, notes } = thought;
    const planned = this.#maker.planned(thought);
    const recorded = {
      decision: fieldAt(body, 'decision') ?? null,
      ...{ outcome: fieldAt(inputs, 'outcome') ?? null, notes: fieldAt(inputs, 'notes') ?? null },
      planned: fieldAt(inputs, 'planned') ?? null,
    };
    const made = toJson(decision);
    return compared(recorded, toJson({ decision, outcome, notes, planned }), () => ({
      by: policiesApart(recorded.decision, made),
      effect: { recorded: decisionEffect(recorded.decision), derived: decisionEffect(made) },
    }));
  }

  #plan({ planId, body }: JournalRecord, rules: ReplayRules): Checked {
    const recorded = fieldAt(body, 'plan') ?? null;
    const derived = this.#maker.seal(recorded, this.#thoughts, rules);
    if (typeof derived === 'string') return { missing: derived };
    if (this.#plans.size >= MOST_PLANS) {
      for (const oldest of this.#plans.keys()) {
        this.#plans.delete(oldest);
        break;
      }
    }
    this.#plans.set(planId ?? '', derived);
    const json = derived === null ? null : toJson(derived);
    return compared(recorded, json, () => ({
      ...{ by: [], effect: { recorded: planEffect(recorded), derived: planEffect(json) } },
    }));
  }

  /** Nobody is asked about the stops that a person wants placed before taking the account back. */
  #verdictsIn(record: JournalRecord): readonly Finding[] {
    const said = fieldAt(record.body, 'verdicts');
    const isPlanGone = this.#plans.get(record.planId ?? '') === null && !isResent(record);
    if (said === undefined || isPlanGone) return [];
    return [this.#guarded(record, 'verdicts', (rules) => this.#verdicts(record, said, rules))];
  }

  #verdicts(record: JournalRecord, said: Json, { guardrails }: ReplayRules): Checked {
    const { planId, body } = record;
    const plan = isResent(record)
      ? planFrom(fieldAt(body, 'plan') ?? null)
      : (this.#plans.get(planId ?? '') ?? null);
    if (plan === null) return { missing: 'its plan is not among the records' };
    const basis = this.#basisAt(fieldAt(body, 'inputs'));
    if (typeof basis === 'string' && plan.parts.length > 0) return { missing: basis };
    const isSeen = basis !== null && typeof basis !== 'string';
    const looked = isSeen ? reviewInputs(plan, basis, textAt(body, 'except')) : [];
    const { outcome, verdicts } = review(plan, guardrails, looked);
    const word = fieldAt(body, 'outcome');
    // Told as the record tells them: older ones tell of each symbol by itself.
    const passes = fieldAt(body, 'passes');
    const recorded = { outcome: word ?? null, verdicts: said, passes: passes ?? null };
    const told = passes === undefined ? { verdicts, passes: null } : toldVerdicts(verdicts);
    const derived = toJson({ outcome: word === undefined ? null : outcome, ...told });
    return compared(recorded, derived, () => ({
      by: guardrailsApart(verdictsAt(body), verdictsAt(derived)),
      effect: {
        recorded: verdictsEffect(said),
        derived: verdictsEffect(fieldAt(derived, 'verdicts') ?? null),
      },
    }));
  }

  /** Null where the account was not read yet; in words, why it cannot be known. */
  #basisAt(inputs: Json | undefined): ReviewBasis | null | string {
    if (inputs === undefined) return 'an older version wrote it, without what was looked at';
    if (inputs === null) return null;
    return this.#basis?.seq === inputs
      ? basisFrom(this.#basis.parts)
      : 'what was looked at builds on records that are not there';
  }
}

/** Null for the same. */
type Checked =
  | null
  | { readonly missing: string }
  | (FirstDifference & Pick<Difference, 'by' | 'effect'>);

function compared(
  recorded: Json,
  derived: Json,
  apart: () => Pick<Difference, 'by' | 'effect'>,
): Checked {
  const found = firstDifference(recorded, derived);
  return found === null ? null : { ...found, ...apart() };
}

/** A step that was sent once more was reviewed as a plan of its own. */
const isResent = ({ body }: JournalRecord): boolean => fieldAt(body, 'sentAgain') !== undefined;

const inWords = (fault: unknown): string =>
  fault instanceof Error ? fault.message : String(fault);
