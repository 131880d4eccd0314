import { guardrails, policySettings, tradingPolicies } from '../policies/registry.ts';
import { OrderFamilies } from '../src/adapters/alpaca/families.ts';
import { isGuarded, ordersFrom, positionFrom } from '../src/adapters/alpaca/mapping.ts';
import { ordersAnswer, parseBody, positionsAnswer } from '../src/adapters/alpaca/wire.ts';
import { price } from '../src/domain/decimal.ts';
import type { PlanPart } from '../src/domain/plan.ts';
import type { PortfolioSnapshot, PositionContext } from '../src/domain/portfolio.ts';
import { contextFor } from '../src/engine/account/context.ts';
import { DecisionEngine } from '../src/engine/decision/decision-engine.ts';
import { sealPlan } from '../src/engine/planning/plan-hash.ts';
import { defaultPlanning } from '../src/engine/planning-settings.ts';
import { review } from '../src/engine/review/review.ts';
import { ACCOUNT_NUMBER, facts } from '../test/support/given.ts';
import { settle } from '../test/support/guarded-account.ts';
import { anyTerms } from '../test/support/plan-terms.ts';
import { accountOf500, POSITIONS } from './account-of-500.ts';
import { compare, type Row } from './harness.ts';

/** Of ten positions one has a stop to raise: its best price was 109, and it stands at 107. */
const MOVES_EVERY = 10;
const PLANS = POSITIONS / MOVES_EVERY;
const BEST = price('109');
const NOW_AT = '107';
const PARSES = 20;

const settings = policySettings.parse({});
const engine = new DecisionEngine({
  policies: tradingPolicies(settings),
  planning: defaultPlanning,
});
const veto = guardrails(settings);

/**
 * All that the loop works out between the broker's answers and the first request: from the raw
 * JSON of 500 positions and their orders to reviewed plans; against parsing the same text alone.
 */
export async function cycle(): Promise<Row> {
  const { guarded, texts } = await accountOf500();
  const known = guarded.bigBrother.snapshot();
  if (known === null) throw new Error('the account was not read');
  const [positionsText, ordersText] = [moved(texts[0]), texts[1]];
  const before = withBestPrices(known);
  const families = new OrderFamilies();
  const ours = (): readonly PlanPart[] => {
    const positions = parseBody(positionsAnswer, positionsText).filter(isGuarded).map(positionFrom);
    const orders = parseBody(ordersAnswer, ordersText).flatMap((each) =>
      ordersFrom(each, families),
    );
    const snapshot = { ...before, positions, orders };
    return positions.flatMap(({ symbol }) => planFor(snapshot, contextFor(snapshot, symbol)));
  };
  const row = await compare({
    name: `cycle: ${POSITIONS} positions from the broker's JSON to reviewed plans`,
    peer: 'JSON.parse of the same text',
    aim: 'at least 0.5: at most twice the time of parsing',
    note: `${PLANS} stops to raise; schemas, mapping, contexts, policies, engine, plans, guardrails`,
    gate: () => {
      const { length } = ours();
      if (length !== PLANS) throw new Error(`${length} plans, not ${PLANS}`);
    },
    ours,
    theirs: () => {
      for (let time = 0; time < PARSES; time += 1) {
        JSON.parse(positionsText);
        JSON.parse(ordersText);
      }
    },
    ...{ oursUnits: POSITIONS, theirsUnits: PARSES * POSITIONS, unit: 'positions' },
    onlyCalculates: true,
  });
  await settle(guarded.clock, guarded.stop());
  guarded.exchange.stop();
  return row;
}

const moves = (index: number): boolean => index % MOVES_EVERY === 0;

function moved(text: string): string {
  const positions = JSON.parse(text) as readonly Readonly<Record<string, unknown>>[];
  return JSON.stringify(
    positions.map((each, index) => (moves(index) ? { ...each, current_price: NOW_AT } : each)),
  );
}

function withBestPrices(snapshot: PortfolioSnapshot): PortfolioSnapshot {
  const moving = new Set(
    snapshot.positions.flatMap(({ symbol }, index) => (moves(index) ? [symbol] : [])),
  );
  const lastTrade = { price: price(NOW_AT), at: snapshot.at };
  return {
    ...snapshot,
    episodes: new Map(
      [...snapshot.episodes].map(([symbol, episode]) => [
        symbol,
        moving.has(symbol) ? { ...episode, highWaterPrice: BEST } : episode,
      ]),
    ),
    markets: new Map(
      [...snapshot.markets].map(([symbol, market]) => [
        symbol,
        moving.has(symbol) ? { ...market, quote: null, lastTrade } : market,
      ]),
    ),
  };
}

function planFor(snapshot: PortfolioSnapshot, context: PositionContext | null): PlanPart[] {
  if (context === null) throw new Error('a position has no context');
  const decision = engine.prioritizeActions(context, engine.evaluatePosition(context));
  const { part } = engine.createActionPlan(decision, context);
  if (part === null) return [];
  const { at: now } = snapshot;
  const plan = sealPlan({
    id: `plan-${part.symbol}` as never,
    origin: 'loop',
    intent: { kind: 'manage', symbol: part.symbol },
    accountNumber: ACCOUNT_NUMBER,
    environment: 'simulated',
    ...{ createdAt: now, expiresAt: now + 60_000, ...anyTerms, parts: [part] },
  });
  const [sealed] = plan.parts;
  if (sealed === undefined) throw new Error('a plan has its part');
  const looked = { plan, part: sealed, context, snapshot, sent: [], facts: facts() };
  review(plan, veto, [{ ...looked, tradingState: 'active', environment: 'simulated', now }]);
  return [sealed];
}
