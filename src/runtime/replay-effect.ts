import type { Json } from '../domain/canonical.ts';
import { fieldAt, textAt } from '../domain/record-body.ts';
import { firstDifference } from './replay-difference.ts';

/**
 * What something recorded comes to, without the words that go with it: two that come to the same
 * differ in nothing that is done.
 */

/** For example `hold 10, stop 95 limit 94.5`. */
export function decisionEffect(decision: Json): string {
  const target = fieldAt(decision, 'target') ?? null;
  const cover = fieldAt(target, 'cover') ?? null;
  const sale = fieldAt(target, 'sale') ?? null;
  const profit = fieldAt(target, 'takeProfit') ?? null;
  const reprice = textAt(target, 'repriceLimit');
  return [
    `hold ${textAt(target, 'holdQuantity') ?? '?'}`,
    ...(cover === null ? [] : [`stop ${textAt(cover, 'stopPrice')} limit ${limitOf(cover)}`]),
    ...(sale === null ? [] : [`sell ${textAt(sale, 'quantity')} (${textAt(sale, 'milestone')})`]),
    ...(profit === null
      ? []
      : [`take profit of ${textAt(profit, 'quantity')} at ${limitOf(profit)}`]),
    ...(reprice === null ? [] : [`new limit ${reprice}`]),
  ].join(', ');
}

const limitOf = (fields: Json): string => textAt(fields, 'limitPrice') ?? '?';

/** The recipes of a plan and its steps, for example `raise-stop: replace 10 at 96`. */
export function planEffect(plan: Json): string {
  const parts = listAt(plan, 'parts').map((part) => {
    const steps = listAt(part, 'steps').map(stepEffect);
    return `${textAt(part, 'symbol')} ${textAt(part, 'recipe')}: ${steps.join(', ')}`;
  });
  return parts.length === 0 ? 'no plan' : parts.join('; ');
}

function stepEffect(step: Json): string {
  const request = fieldAt(step, 'order') ?? fieldAt(step, 'change') ?? null;
  const figures = ['side', 'type', 'quantity', 'stopPrice', 'limitPrice'].flatMap(
    (name) => textAt(request, name) ?? [],
  );
  return [textAt(step, 'kind'), ...figures, textAt(step, 'orderId')].filter(Boolean).join(' ');
}

/** Who denies, for example `denied: price-collar`. */
export function verdictsEffect(verdicts: Json): string {
  const denials = (Array.isArray(verdicts) ? verdicts : []).flatMap((verdict) =>
    textAt(verdict, 'outcome') === 'deny'
      ? [`${textAt(verdict, 'guardrail')} ${textAt(verdict, 'code')}`]
      : [],
  );
  return denials.length === 0 ? 'passed' : `denied: ${denials.join(', ')}`;
}

function listAt(value: Json, name: string): readonly Json[] {
  const list = fieldAt(value, name);
  return Array.isArray(list) ? list : [];
}

/** Policies that say something else than what was recorded. */
export function policiesApart(recorded: Json, derived: Json): readonly string[] {
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

/** Guardrails that say something else than what was recorded. */
export function guardrailsApart(recorded: Json, derived: Json): readonly string[] {
  const byName = (verdicts: Json) =>
    new Map(
      (Array.isArray(verdicts) ? verdicts : []).map((each) => [
        `${textAt(each, 'guardrail')} ${textAt(each, 'symbol')}`,
        each,
      ]),
    );
  const apart = namesApart(byName(recorded), byName(derived));
  return [...new Set(apart.map((name) => name.split(' ')[0] ?? ''))];
}

const namesApart = (
  before: ReadonlyMap<string, Json>,
  after: ReadonlyMap<string, Json>,
): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => firstDifference(before.get(name), after.get(name)) !== null,
  );
