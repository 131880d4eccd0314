import fc from 'fast-check';
import { policySettings, tradingPolicies } from '../../policies/registry.ts';
import {
  ADVICE_SIGNALS,
  ADVICE_SOURCES,
  type Advice,
  SEVERITIES,
} from '../../src/domain/advice.ts';
import { APPROVAL_TIERS } from '../../src/domain/approval.ts';
import { toJson } from '../../src/domain/canonical.ts';
import type { Decimal } from '../../src/domain/decimal.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { type PlanId, ticker } from '../../src/domain/ids.ts';
import type { OrderLine } from '../../src/domain/plan.ts';
import type { Evaluation, TradingPolicy } from '../../src/domain/policy.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import { DecisionEngine } from '../../src/engine/decision/decision-engine.ts';
import { defaultPlanning } from '../../src/engine/planning-settings.ts';
import { EVERYBODY, PlanMaker, type Thought } from '../../src/runtime/coordination/plan-maker.ts';
import { AdviceBook } from '../../src/runtime/plans/advice-book.ts';
import { ApprovalRules } from '../../src/runtime/plans/approval-rules.ts';
import { UnsettledSteps } from '../../src/runtime/plans/unsettled-steps.ts';
import { Rollout } from '../../src/runtime/rollout/rollout.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { type Scene, scene } from '../engine/scenes.ts';
import { holding, NOW, oco, stopLimit } from '../support/given.ts';

/** Figures that no honest adviser would give are among them. */
const figure = fc.oneof(
  fc.integer({ min: -200, max: 400 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1e308, -1e308, 0.5),
);

/** Among them are those that production's estimator could give. */
const learnedFigure = fc.oneof(figure, fc.integer({ min: 1, max: 99 }));

const hostileAdvice: fc.Arbitrary<Advice> = fc
  .record({
    signal: fc.constantFrom(...ADVICE_SIGNALS),
    severity: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...SEVERITIES) },
      { weight: 1, arbitrary: figure.map((value) => value as Advice['severity']) },
    ),
    source: fc.constantFrom(...ADVICE_SOURCES, 'outcomes', 'outcomes'),
    hash: fc.string({ maxLength: 8 }),
    sinceMs: fc.integer({ min: -1_000, max: 100_000 }),
    lifeMs: fc.integer({ min: -1_000, max: 1_000_000 }),
    learned: fc.option(
      fc.record({ tightenPercent: learnedFigure, partialPercent: learnedFigure }),
      {
        nil: undefined,
      },
    ),
    symbol: fc.constantFrom('AAPL', 'AAPL', 'AAPL', 'MSFT'),
  })
  .map(({ sinceMs, lifeMs, learned, symbol, ...said }) => ({
    ...said,
    symbol: ticker(symbol),
    givenAt: NOW - sinceMs,
    expiresAt: NOW - sinceMs + lifeMs,
    ...(learned === undefined ? {} : { learned }),
  }));

export type Pair = {
  readonly given: Scene;
  readonly advice: readonly Advice[];
  readonly earliestR: number | null;
  readonly placed: 'when_reached' | 'with_first_stop';
  readonly mostTightenPercent: number;
  /** What policies want that were taken in by the advice; null where all keep their heads. */
  readonly misled: readonly Evaluation[] | null;
};

/** A position under its stops, in which advice is heard: mostly nothing else is to be done. */
const calm: fc.Arbitrary<Scene> = fc
  .record({
    side: fc.constantFrom('long' as const, 'short' as const),
    whole: fc.integer({ min: 1, max: 40 }),
    price: fc.integer({ min: 8_600, max: 12_500 }),
    best: fc.integer({ min: 0, max: 1_500 }),
    stop: fc.integer({ min: 8_500, max: 9_600 }),
    kind: fc.constantFrom('one', 'one', 'two', 'oco', 'tranches', 'tranches', 'foreign', 'bare'),
    status: fc.constantFrom('new' as const, 'new' as const, 'accepted' as const),
    milestones: fc.constantFrom([], [], ['partial@2R']),
  })
  .map(({ side, whole, price, best, stop, kind, status, milestones }) => {
    const mirror = (cents: number) => ((side === 'long' ? cents : 20_000 - cents) / 100).toFixed(2);
    const exit = { side: side === 'long' ? ('sell' as const) : ('buy' as const), status };
    const line = (id: string, quantity: number, at: number, foreign = false) =>
      stopLimit({
        ...{ id, ...exit, foreign, quantity: String(quantity) },
        ...{ stop: mirror(at), limit: mirror(at - 50) },
      });
    const half = Math.floor(whole / 2);
    const orders = {
      one: [line('o-1', whole, stop)],
      two:
        half < 1
          ? [line('o-1', whole, stop)]
          : [line('o-1', half, stop), line('o-2', whole - half, stop - 100)],
      oco: oco({
        ...{ side: exit.side, quantity: String(whole) },
        ...{ takeProfit: mirror(12_000), stop: mirror(stop), limit: mirror(stop - 50) },
      }),
      tranches:
        half < 1
          ? [line('o-1', whole, stop)]
          : [
              line('o-9', whole - half, stop),
              ...oco({
                ...{ side: exit.side, quantity: String(half) },
                ...{ takeProfit: mirror(12_000), stop: mirror(stop), limit: mirror(stop - 50) },
              }),
            ],
      foreign: [line('o-1', whole, stop, true)],
      bare: [],
    }[kind];
    const reached = Math.max(price, 10_000) + best;
    const context = holding({
      ...{ side, quantity: String(whole), price: mirror(price), highWater: mirror(reached) },
      ...{ initialStop: mirror(9_000), orders: orders ?? [] },
      milestones: kind === 'tranches' ? ['partial@2R'] : milestones,
    });
    return { context, evaluations: [] };
  });

export const pair: fc.Arbitrary<Pair> = fc.record({
  given: fc.oneof(scene, calm, calm),
  advice: fc.array(hostileAdvice, { minLength: 1, maxLength: 4 }),
  earliestR: fc.constantFrom(null, 0.5, 1),
  placed: fc.constantFrom('when_reached', 'with_first_stop'),
  mostTightenPercent: fc.constantFrom(0, 25, 90),
  misled: fc.option(
    scene.map(({ evaluations }) => evaluations),
    { freq: 3 },
  ),
});

/** The wishes of a scene as policies, before those of the owner. */
function wishers({ given: { evaluations }, misled }: Pair): readonly TradingPolicy[] {
  const count = Math.max(evaluations.length, misled?.length ?? 0);
  return Array.from({ length: count }, (_, index): TradingPolicy => {
    const name = `wisher-${index}`;
    const silent: Evaluation = { outcome: 'abstains', policy: name, because: 'it wants nothing' };
    return {
      name,
      promise: 'It wants what it was told to want.',
      evaluate: ({ advice }) =>
        (advice === undefined ? evaluations : (misled ?? evaluations))[index] ?? silent,
    };
  });
}

const owners = new Map(
  (['when_reached', 'with_first_stop'] as const).flatMap((placed) =>
    [null, 0.5, 1].map((earliestR) => [
      `${placed} ${earliestR}`,
      tradingPolicies(policySettings.parse({ partialProfit: { placed, earliestR } })),
    ]),
  ),
);

/** The real plan maker, which hears of advice as the loop's does, or of what a host's model says. */
export function think(
  pair: Pair,
  advice: readonly Advice[],
  type: 'advice_given' | 'opinion_noted' = 'advice_given',
) {
  const { given, earliestR, placed, mostTightenPercent } = pair;
  const book = new AdviceBook();
  const clock = { now: () => NOW };
  for (const each of advice) {
    // What is no number any more once it was written down is no advice.
    const body = toJson(JSON.parse(JSON.stringify(each)));
    book.remember({ type, at: each.givenAt, body } as JournalRecord);
  }
  const settings = defaultRuntimeSettings;
  const maker = new PlanMaker({
    engine: new DecisionEngine({
      policies: [...wishers(pair), ...(owners.get(`${placed} ${earliestR}`) ?? [])],
      planning: { ...defaultPlanning, advice: { mostTightenPercent, leastRoomPercent: '1' } },
    }),
    unsettled: new UnsettledSteps(),
    ids: { next: (prefix) => `${prefix}-1` as PlanId },
    rules: new ApprovalRules({ clock, settings, advice: book }),
    rollout: new Rollout({ settings: () => ({}), clock }),
    binding: {
      settingsHash: () => 'test',
      codeVersion: 'test',
      driftTolerance: { priceBps: 50 },
    },
    ...{ advice: book, clock, settings },
  });
  const thought = maker.think(given.context, EVERYBODY);
  const { part } = thought;
  const { accountNumber } = given.context.account;
  const intent = { kind: 'manage', symbol: null } as const;
  const plan =
    part === null ? null : maker.seal([part], [thought.context], accountNumber, intent, 'loop');
  return { thought, plan };
}

export type Thinking = ReturnType<typeof think>;

const URGENCIES = ['critical', 'high', 'normal'];

/**
 * In what the second is riskier than the first, in words. Shares no code with the engine: it
 * reads what would be sent.
 */
export function riskier(context: PositionContext, plain: Thinking, advised: Thinking): string[] {
  const found: string[] = [];
  const say = (is: boolean, what: string) => {
    if (is) found.push(what);
  };
  const isLong = context.position.side === 'long';
  const closing = isLong ? 'sell' : 'buy';
  const looser = (one: Decimal, other: Decimal) => (isLong ? one.lt(other) : one.gt(other));
  const [a, b] = [plain.thought, advised.thought];
  say(b.decision.target.holdQuantity.gt(a.decision.target.holdQuantity), 'more is held');
  const wasExit = a.decision.target.holdQuantity.eq('0');
  say(wasExit && !b.decision.target.holdQuantity.eq('0'), 'an exit is suppressed');
  say(!wasExit && b.decision.target.holdQuantity.eq('0'), 'all is sold because of it');
  const [sale, saleNow] = [a.decision.target.sale, b.decision.target.sale];
  say(
    sale !== null && (saleNow === null || saleNow.quantity.lt(sale.quantity)),
    'a sale is suppressed',
  );
  const [limit, limitNow] = [a.decision.target.repriceLimit, b.decision.target.repriceLimit];
  say(limit !== null && limitNow?.eq(limit) !== true, 'a new limit is suppressed');
  const [cover, coverNow] = [a.decision.target.cover, b.decision.target.cover];
  const held = !b.decision.target.holdQuantity.eq('0');
  say(cover !== null && held && coverNow === null, 'no stop is wanted');
  say(
    cover !== null && coverNow !== null && looser(coverNow.stopPrice, cover.stopPrice),
    'the stop is looser',
  );
  say(a.part !== null && b.part === null, 'a plan is suppressed');
  say(a.outcome !== 'impossible' && b.outcome === 'impossible', 'the plan is impossible');
  if (b.part !== null) {
    const rank = a.part === null ? 'normal' : a.decision.urgency;
    say(URGENCIES.indexOf(b.decision.urgency) < URGENCIES.indexOf(rank), 'its turn comes earlier');
    for (const step of b.part.steps) {
      const side = step.kind === 'submit' ? step.order.side : step.before.side;
      const quantity = step.kind === 'submit' ? step.order.quantity : null;
      say(step.kind === 'submit' && side !== closing, 'it opens something');
      say(quantity?.gt(context.position.quantity) === true, 'an order is larger than the position');
      if (step.kind !== 'replace') continue;
      const { before, change } = step;
      if (before.stopPrice !== null && change.stopPrice !== null) {
        say(looser(change.stopPrice, before.stopPrice), 'a live stop is moved away');
      }
    }
    const lines = a.part?.ordersAfter ?? b.part.ordersBefore;
    const left = b.decision.target.holdQuantity;
    for (const level of lines.flatMap(({ stopPrice }) => stopPrice ?? [])) {
      const had = stopped(lines, level, closing, isLong);
      const has = stopped(b.part.ordersAfter, level, closing, isLong);
      const owed = Math.min(had, Number(left.toFixed()));
      say(has < owed - 1e-9, `of ${owed} shares only ${has} are stopped at ${level}`);
    }
  }
  const tierOf = ({ plan }: Thinking) =>
    plan === null ? 0 : APPROVAL_TIERS.indexOf(plan.approval.tier);
  say(plain.plan !== null && tierOf(advised) < tierOf(plain), 'a milder tier');
  return found;
}

/** Shares stopped at a price or at a tighter one. */
function stopped(
  lines: readonly OrderLine[],
  level: string,
  closing: string,
  isLong: boolean,
): number {
  return lines
    .filter(({ side, stopPrice }) => {
      if (side !== closing || stopPrice === null) return false;
      return isLong ? Number(stopPrice) >= Number(level) : Number(stopPrice) <= Number(level);
    })
    .reduce((sum, { quantity }) => sum + Number(quantity), 0);
}

/** True where advice changed what would be done. */
export const isChanged = (a: Thought, b: Thought): boolean =>
  JSON.stringify(toJson([a.part?.steps ?? null])) !==
  JSON.stringify(toJson([b.part?.steps ?? null]));
