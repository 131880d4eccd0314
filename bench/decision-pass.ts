import { guardrails, policySettings, tradingPolicies } from '../policies/registry.ts';
import { digestOf } from '../src/domain/canonical.ts';
import { ticker } from '../src/domain/ids.ts';
import type { PlanPart } from '../src/domain/plan.ts';
import type { PositionContext } from '../src/domain/portfolio.ts';
import { contextFor } from '../src/engine/account/context.ts';
import { DecisionEngine } from '../src/engine/decision/decision-engine.ts';
import { sealPlan } from '../src/engine/planning/plan-hash.ts';
import { defaultPlanning } from '../src/engine/planning-settings.ts';
import { review } from '../src/engine/review/review.ts';
import type { GivenHolding } from '../test/support/given.ts';
import { ACCOUNT_NUMBER, facts, NOW, snapshot, stopLimit } from '../test/support/given.ts';
import { anyTerms } from '../test/support/plan-terms.ts';
import type { Row } from './harness.ts';
import { compare } from './harness.ts';

const POSITIONS = 500;
const PASSES_OF_LOOP = 2_000;

/** Of ten positions seven are quiet, one is naked, one reached 2R, one has a stop to raise. */
function holdingNumber(index: number): GivenHolding {
  const symbol = `S${index}`;
  const rest = (stop: string, limit: string) => [
    stopLimit({ id: `stop-${symbol}`, symbol, quantity: '10', stop, limit }),
  ];
  switch (index % 10) {
    case 7:
      return { symbol, price: '101', orders: [] };
    case 8:
      return { symbol, price: '110.5', highWater: '110.5', orders: rest('95', '94.5') };
    case 9:
      return { symbol, price: '107', highWater: '109', orders: rest('95', '94.5') };
    default:
      return { symbol, price: '102', orders: rest('95', '94.5') };
  }
}

const settings = policySettings.parse({});
const engine = new DecisionEngine({
  policies: tradingPolicies(settings),
  planning: defaultPlanning,
});
const veto = guardrails(settings);

const world = snapshot({
  holdings: Array.from({ length: POSITIONS }, (_, index) => holdingNumber(index)),
  account: {},
});
const symbols = world.positions.map(({ symbol }) => symbol);

/** From the snapshot to reviewed plans; nothing is sent. */
function ourPass(): string[] {
  return symbols.map((symbol) => {
    const context = contextFor(world, ticker(symbol));
    if (context === null) throw new Error(`no context for ${symbol}`);
    const decision = engine.prioritizeActions(context, engine.evaluatePosition(context));
    const { part } = engine.createActionPlan(decision, context);
    if (part !== null) reviewPart(part, context);
    return decision.chosen
      .map(({ action }) => action.kind)
      .sort()
      .join('+');
  });
}

function reviewPart(part: PlanPart, context: PositionContext): void {
  const plan = sealPlan({
    id: `plan-${part.symbol}` as never,
    origin: 'loop',
    intent: { kind: 'manage', symbol: part.symbol },
    accountNumber: ACCOUNT_NUMBER,
    environment: 'simulated',
    createdAt: NOW,
    expiresAt: NOW + 60_000,
    ...anyTerms,
    parts: [part],
  });
  const sealed = plan.parts[0];
  if (sealed === undefined) throw new Error('a plan has its part');
  review(plan, veto, [
    {
      plan,
      part: sealed,
      context,
      snapshot: world,
      sent: [],
      facts: facts(),
      tradingState: 'active',
      environment: 'simulated',
      now: NOW,
    },
  ]);
}

/** What somebody writes who needs no reasons, no plans and no exact cents. */
type Plain = {
  readonly entry: number;
  readonly initialStop: number;
  readonly price: number;
  readonly high: number;
  readonly quantity: number;
  readonly covered: number;
  readonly stop: number;
};

const plain: readonly Plain[] = Array.from({ length: POSITIONS }, (_, index) => {
  const { price = '100', highWater, orders = [] } = holdingNumber(index);
  const covered = orders.length > 0;
  return {
    entry: 100,
    initialStop: 95,
    price: Number(price),
    high: Number(highWater ?? price),
    quantity: 10,
    covered: covered ? 10 : 0,
    stop: covered ? 95 : 0,
  };
});

function handWrittenPass(): string[] {
  return plain.map(({ entry, initialStop, price, high, quantity, covered, stop }) => {
    const risk = entry - initialStop;
    const wants: string[] = [];
    const trail = high - entry >= risk ? high * 0.95 : 0;
    const raises = covered > 0 && trail > stop * 1.0025 && trail < price;
    if (covered < quantity || raises) wants.push('protect');
    // Shares without an order get their take-profit with their stop; later the market decides.
    if (covered < quantity) wants.push('take_profit');
    else if (price - entry >= risk * 2) wants.push('reduce');
    return wants.join('+');
  });
}

/** How many of 500 positions a whole decision pass takes in a second, against a bare loop. */
export const decisionPass = (): Promise<Row> =>
  compare({
    name: 'decision pass: 500 positions, all policies, plans and guardrails',
    peer: 'hand-written loop on plain numbers, same wishes',
    aim: 'show the price of reasons, exact money and plans',
    note: '30 % of the positions need a plan',
    gate: () => {
      if (digestOf(ourPass()) !== digestOf(handWrittenPass())) {
        const differing = ourPass().flatMap((wish, index) =>
          wish === handWrittenPass()[index] ? [] : [`${index}: ${wish}`],
        );
        throw new Error(
          `the two passes want different things: ${differing.slice(0, 5).join(', ')}`,
        );
      }
    },
    ours: () => {
      for (let pass = 0; pass < 5; pass += 1) ourPass();
    },
    theirs: () => {
      for (let pass = 0; pass < PASSES_OF_LOOP; pass += 1) handWrittenPass();
    },
    oursUnits: 5 * POSITIONS,
    theirsUnits: PASSES_OF_LOOP * POSITIONS,
    unit: 'positions',
  });
