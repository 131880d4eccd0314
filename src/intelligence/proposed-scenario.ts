import type { Json } from '../domain/canonical.ts';
import { decimal, text, ZERO } from '../domain/decimal.ts';
import type { JournalRecord } from '../domain/event.ts';
import { fieldAt, textAt } from '../domain/record-body.ts';
import { holdingIn, stepsIn } from './playable-plan.ts';
import type { Constraint, Scenario, ScenarioOption } from './thought-chain.ts';
import type { Playable } from './worst-case.ts';

export type ProposedScenario = {
  readonly context: Scenario & { readonly symbol: string | null };
  readonly symbols: readonly string[];
  readonly options: readonly ScenarioOption[];
  readonly constraints: readonly Constraint[];
  /** What each option does, by its id, for whoever can play it. */
  readonly playable: ReadonlyMap<string, Playable>;
};

/** Tiers at which a person is asked, or nobody may agree. */
const COSTLY: ReadonlySet<string | null> = new Set(['T2', 'T3', 'T4']);
/** Worst cases that differ by less, in percent of the larger one, make a decision close. */
const CLOSE_PERCENT = '10';
const RECKONED = 'reckoned: stops fill past their price by the gap that is assumed';

/**
 * What there is to think about in a plan that a host wants and that is costly, over several
 * symbols, or close: to do it, or to wait. Null for every other record: the loop's own plans are
 * the owner's policies, and are carried out without a second thought.
 */
export function proposedScenario(record: JournalRecord): ProposedScenario | null {
  if (record.type !== 'plan_proposed' || record.actor !== 'host') return null;
  const { body } = record;
  const plan = fieldAt(body, 'plan') ?? null;
  const parts = listAt(plan, 'parts');
  const approval = fieldAt(plan, 'approval') ?? null;
  const tier = textAt(approval, 'tier');
  const acting = total(parts.map((part) => amountAt(fieldAt(part, 'worstLoss'), 'withGap')));
  const waiting = total(parts.map(lossOfWaiting));
  const isSmall = parts.length === 1 && !COSTLY.has(tier) && !isClose(acting, waiting);
  if (parts.length === 0 || isSmall) return null;
  const refusals = listAt(body, 'verdicts').flatMap((verdict) =>
    textAt(verdict, 'outcome') === 'deny' ? [textAt(verdict, 'because') ?? 'it is denied'] : [],
  );
  const symbols = parts.map((part) => textAt(part, 'symbol') ?? '?');
  const kind = textAt(fieldAt(plan, 'intent') ?? null, 'kind') ?? 'the plan';
  return {
    symbols,
    context: {
      question: `whether to carry out "${kind}" in ${symbols.join(', ')}`,
      facts: [
        ...parts.map((part) => ({ fact: stateOf(part), against: null })),
        ...(tier === 'T4' ? [{ fact: 'nobody may agree to it', against: 'carry-out' }] : []),
      ],
      symbol: symbols.length === 1 ? (symbols[0] ?? null) : null,
    },
    options: [
      {
        id: 'carry-out',
        what: `the plan ${textAt(plan, 'id') ?? ''}, with its ${stepsOf(parts)} steps`,
        refusals,
        ...{ worstLoss: acting, worstBecause: RECKONED },
        nakedDollarSeconds: total(
          parts.map((part) => amountAt(fieldAt(part, 'naked'), 'dollarSeconds')),
        ),
        steps: stepsOf(parts),
      },
      {
        id: 'wait',
        what: 'nothing, and what rests at the broker stays as it is',
        refusals: [],
        ...{ worstLoss: waiting, worstBecause: RECKONED },
        nakedDollarSeconds: '0',
        steps: 0,
      },
    ],
    constraints: [],
    playable: playableOf(parts),
  };
}

function playableOf(parts: readonly Json[]): ReadonlyMap<string, Playable> {
  const holdings = parts.map(holdingIn);
  const gapPercent = parts
    .map((part) => amountAt(fieldAt(part, 'worstLoss'), 'gapPercent'))
    .reduce((most, each) => (decimal(each).gt(most) ? each : most), '0');
  const base = { holdings, gapPercent };
  return new Map([
    ['carry-out', { ...base, steps: parts.flatMap(stepsIn) }],
    ['wait', { ...base, steps: [] }],
  ]);
}

function isClose(one: string, other: string): boolean {
  const [less, more] = decimal(one).lt(other) ? [one, other] : [other, one];
  const most = decimal(more).times(CLOSE_PERCENT).div('100');
  return decimal(more).gt(ZERO) && decimal(more).minus(decimal(less)).lte(most);
}

function stateOf(part: Json): string {
  const basis = fieldAt(part, 'basis') ?? null;
  const [side, quantity, price] = ['side', 'quantity', 'price'].map((name) => textAt(basis, name));
  const stops = listAt(part, 'ordersBefore').filter((line) => textAt(line, 'stopPrice') !== null);
  return `${side} ${quantity} ${textAt(part, 'symbol')} at ${price}, ${stops.length} stops resting`;
}

/**
 * By the planner's own measure, so that waiting and acting are weighed alike: a stop fills as far
 * past its price as the plan assumes of a gap, and shares without one as far past the market.
 */
function lossOfWaiting(part: Json): string {
  const basis = fieldAt(part, 'basis') ?? null;
  const gap = decimal(amountAt(fieldAt(part, 'worstLoss'), 'gapPercent')).div('100');
  const price = decimal(amountAt(basis, 'price'));
  let bare = decimal(amountAt(basis, 'quantity'));
  let loss = ZERO;
  for (const line of listAt(part, 'ordersBefore')) {
    const stop = textAt(line, 'stopPrice');
    if (stop === null) continue;
    const held = decimal(amountAt(line, 'quantity'));
    const covered = held.lt(bare) ? held : bare;
    const perShare = price.minus(decimal(stop)).abs().plus(decimal(stop).times(gap));
    loss = loss.plus(perShare.times(covered));
    bare = bare.minus(covered);
  }
  return text(loss.plus(price.times(gap).times(bare)));
}

const stepsOf = (parts: readonly Json[]): number =>
  parts.reduce<number>((sum, part) => sum + listAt(part, 'steps').length, 0);

const total = (amounts: readonly string[]): string =>
  text(amounts.reduce((sum, each) => sum.plus(decimal(each)), ZERO));

function amountAt(body: Json | undefined, name: string): string {
  const digits = textAt(body ?? null, name) ?? '';
  return /^-?\d+(\.\d+)?$/.test(digits) ? digits : '0';
}

function listAt(body: Json, name: string): readonly Json[] {
  const list = fieldAt(body, name);
  return Array.isArray(list) ? list : [];
}
