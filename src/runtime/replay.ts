import type { Json } from '../domain/canonical.ts';
import { toJson } from '../domain/canonical.ts';
import type { JournalRecord } from '../domain/event.ts';
import type { Verdict } from '../domain/guardrail.ts';
import type { ActionPlan } from '../domain/plan.ts';
import { fieldAt, textAt } from '../domain/record-body.ts';
import type { EpochMs } from '../domain/time.ts';
import { basisFrom, patched } from '../engine/replay-basis.ts';
import type { BasisParts } from '../engine/replay-patch.ts';
import { review } from '../engine/review.ts';
import { type ReviewBasis, reviewInputs } from '../engine/review-basis.ts';
import type { Thought } from './coordination/plan-maker.ts';
import { planFrom } from './plans/plan-revival.ts';
import { type FirstDifference, firstDifference } from './replay-difference.ts';
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
    /** The policies or guardrails that now say something else. */
    readonly by: readonly string[];
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

  /** What became of the target of a symbol's last decision, for whoever plays it on. */
  lastThought(symbol: string): Thought | null {
    return this.#thoughts.get(symbol) ?? null;
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
    if (base !== null && this.#basis?.seq !== base) {
      this.#basis = null;
      return;
    }
    this.#basis = {
      seq,
      parts: patched(base === null ? null : (this.#basis?.parts ?? null), body),
    };
  }

  #guarded(record: JournalRecord, what: Replayed, check: (rules: ReplayRules) => Checked): Finding {
    const { seq, at, symbol, planId } = record;
    const about = { what, seq, at, symbol, planId };
    if (this.#rules === null)
      return { ...about, outcome: 'missing', because: this.#noRulesBecause };
    let checked: Checked;
    try {
      checked = check(this.#rules);
    } catch (fault) {
      const derived = `it cannot be derived: ${inWords(fault)}`;
      checked = { found: { field: '', recorded: undefined, derived }, by: [] };
    }
    if ('missing' in checked) return { ...about, outcome: 'missing', because: checked.missing };
    const { found, by } = checked;
    if (found === null) return { ...about, outcome: 'same' };
    return { ...about, outcome: 'different', ...found, by, madeUnder: this.#madeUnder };
  }

  #decision({ symbol, body }: JournalRecord, rules: ReplayRules): Checked {
    const inputs = fieldAt(body, 'inputs') ?? null;
    if (fieldAt(inputs, 'asked') === undefined) {
      return { missing: 'an older version wrote it, without what was asked of the policies' };
    }
    const thought = this.#maker.think(inputs, rules);
    this.#thoughts.set(symbol ?? '', thought);
    const { decision } = thought;
    const planned = this.#maker.planned(thought);
    const recorded = {
      decision: fieldAt(body, 'decision') ?? null,
      ...{ outcome: fieldAt(inputs, 'outcome') ?? null, notes: fieldAt(inputs, 'notes') ?? null },
      planned: fieldAt(inputs, 'planned') ?? null,
    };
    const { outcome, notes } = thought;
    const derived = toJson({ decision, outcome, notes, planned });
    return {
      found: firstDifference(recorded, derived),
      by: policiesApart(recorded.decision, toJson(decision)),
    };
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
    return { found: firstDifference(recorded, derived === null ? null : toJson(derived)), by: [] };
  }

  /** Nobody is asked about the stops that a person wants placed before taking the account back. */
  #verdictsIn(record: JournalRecord): readonly Finding[] {
    const said = fieldAt(record.body, 'verdicts');
    if (said === undefined) return [];
    return [this.#guarded(record, 'verdicts', (rules) => this.#verdicts(record, said, rules))];
  }

  #verdicts({ planId, body }: JournalRecord, verdicts: Json, { guardrails }: ReplayRules): Checked {
    const inputs = fieldAt(body, 'inputs');
    const again = fieldAt(body, 'plan');
    const isResent = fieldAt(body, 'sentAgain') !== undefined;
    const plan = isResent && again !== undefined ? planFrom(again) : this.#plans.get(planId ?? '');
    if (plan === undefined) return { missing: 'its plan is not among the records' };
    if (plan === null) return { missing: 'with these settings there is no such plan' };
    const basis = this.#basisAt(inputs);
    if (typeof basis === 'string' && plan.parts.length > 0) return { missing: basis };
    const except = textAt(body, 'except');
    const looked = typeof basis === 'string' ? [] : reviewInputs(plan, basis, except);
    const { outcome, verdicts: said } = review(plan, guardrails, looked);
    const isReview = fieldAt(body, 'outcome') !== undefined;
    const recorded = { ...(isReview ? { outcome: textAt(body, 'outcome') } : {}), verdicts };
    const derived = toJson({ ...(isReview ? { outcome } : {}), verdicts: said });
    return { found: firstDifference(recorded, derived), by: guardrailsApart(verdicts, said) };
  }

  #basisAt(inputs: Json | undefined): ReviewBasis | string {
    if (inputs === undefined) return 'an older version wrote it, without what was looked at';
    if (inputs === null || this.#basis?.seq !== inputs) {
      return 'what was looked at builds on records that are not there';
    }
    return basisFrom(this.#basis.parts);
  }
}

type Checked =
  | { readonly missing: string }
  | { readonly found: FirstDifference | null; readonly by: readonly string[] };

/** Policies that say something else than what was recorded. */
function policiesApart(recorded: Json, derived: Json): readonly string[] {
  const [before, after] = [recorded, derived].map((decision) => {
    const evaluations = fieldAt(decision ?? null, 'evaluations');
    return new Map(
      (Array.isArray(evaluations) ? evaluations : []).map((each) => [policyOf(each), each]),
    );
  });
  return namesApart(before ?? new Map(), after ?? new Map());
}

const policyOf = (evaluation: Json): string =>
  textAt(evaluation, 'policy') ??
  textAt(fieldAt(evaluation, 'recommendation') ?? null, 'policy') ??
  '';

function guardrailsApart(recorded: Json, said: readonly Verdict[]): readonly string[] {
  const byName = (verdicts: Json) =>
    new Map(
      (Array.isArray(verdicts) ? verdicts : []).map((each) => [
        `${textAt(each, 'guardrail')} ${textAt(each, 'symbol')}`,
        each,
      ]),
    );
  const apart = namesApart(byName(recorded), byName(toJson(said)));
  return [...new Set(apart.map((name) => name.split(' ')[0] ?? ''))];
}

const namesApart = (
  before: ReadonlyMap<string, Json>,
  after: ReadonlyMap<string, Json>,
): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => firstDifference(before.get(name), after.get(name)) !== null,
  );

const inWords = (fault: unknown): string =>
  fault instanceof Error ? fault.message : String(fault);
