import { policySettings } from '../../policies/registry.ts';
import { clientOrderId } from '../../src/domain/client-order-id.ts';
import type { ControlFacts } from '../../src/domain/control-facts.ts';
import {
  type Decimal,
  NO_SHARES,
  notional,
  price,
  quantity,
  text,
} from '../../src/domain/decimal.ts';
import type { ReviewInput, SentStep } from '../../src/domain/guardrail.ts';
import { type PlanId, ticker } from '../../src/domain/ids.ts';
import type { Order, OrderSide, OrderType } from '../../src/domain/order.ts';
import type {
  ActionPlan,
  CancelStep,
  PlanPart,
  ReplaceStep,
  Step,
  SubmitStep,
} from '../../src/domain/plan.ts';
import type { Evaluation } from '../../src/domain/policy.ts';
import type {
  IntentRecord,
  IntentState,
  PortfolioSnapshot,
  PositionContext,
} from '../../src/domain/portfolio.ts';
import { contextFor } from '../../src/engine/account/context.ts';
import {
  ACCOUNT_NUMBER,
  facts,
  type GivenHolding,
  type GivenWorld,
  snapshot,
} from '../support/given.ts';
import { anyTerms } from '../support/plan-terms.ts';

/** The defaults, with some of them changed. */
export const settings = (changes: Parameters<typeof policySettings.parse>[0] = {}) =>
  policySettings.parse(changes);

/** What a policy wants in one line: `protect 95/94.5`, or `-` when it abstains. */
export function wish(evaluation: Evaluation): string {
  if (evaluation.outcome === 'abstains') return '-';
  const { action } = evaluation.recommendation;
  switch (action.kind) {
    case 'protect':
      return `protect ${text(action.stopPrice)}/${text(action.limitPrice)}`;
    case 'reduce':
      return `reduce ${text(action.quantity)} ${action.milestone}`;
    case 'take_profit':
      return `take profit of ${text(action.quantity)} at ${text(action.limitPrice)} ${action.milestone}`;
    case 'reprice':
      return `reprice ${text(action.limitPrice)}`;
    case 'exit':
      return `exit ${action.milestone}`;
  }
}

export const because = (evaluation: Evaluation): string =>
  evaluation.outcome === 'abstains' ? evaluation.because : evaluation.recommendation.because;

type GivenSubmit = {
  readonly side?: OrderSide;
  readonly type?: OrderType;
  readonly quantity?: string;
  readonly limit?: string;
  readonly stop?: string;
  readonly takeProfit?: string;
  readonly key?: string;
  readonly intent?: SubmitStep['order']['positionIntent'];
  readonly orderClass?: SubmitStep['order']['orderClass'];
  readonly stopLoss?: readonly [stop: string, limit: string];
  readonly purpose?: SubmitStep['purpose'];
};

/** Sells 10 AAPL at the market to close, unless said otherwise. */
export function submit(given: GivenSubmit = {}): SubmitStep {
  const side = given.side ?? 'sell';
  const key = given.key ?? `${ACCOUNT_NUMBER}|AAPL#1|${JSON.stringify(given)}`;
  return {
    kind: 'submit',
    symbol: ticker('AAPL'),
    purpose: given.purpose ?? 'exit',
    key,
    generation: 1,
    clientOrderId: clientOrderId(key, 1),
    until: 'live',
    order: {
      symbol: ticker('AAPL'),
      side,
      type: given.type ?? typeOf(given),
      timeInForce: 'gtc',
      quantity: quantity(given.quantity ?? '10'),
      limitPrice: given.limit === undefined ? null : price(given.limit),
      stopPrice: given.stop === undefined ? null : price(given.stop),
      orderClass: given.orderClass ?? 'simple',
      takeProfitLimitPrice: given.takeProfit === undefined ? null : price(given.takeProfit),
      stopLoss: given.stopLoss
        ? { stopPrice: price(given.stopLoss[0]), limitPrice: price(given.stopLoss[1]) }
        : null,
      positionIntent: given.intent ?? (side === 'sell' ? 'sell_to_close' : 'buy_to_close'),
    },
  };
}

const typeOf = ({ stop, limit }: GivenSubmit): OrderType =>
  stop !== undefined ? 'stop_limit' : limit !== undefined ? 'limit' : 'market';

/** Buys more of the position at a limit: the step that the entry guardrails are for. */
export const buyMore = (shares: string, limit: string): SubmitStep =>
  submit({ side: 'buy', quantity: shares, limit, intent: 'buy_to_open' });

export const cancel = (before: Order): CancelStep => ({
  kind: 'cancel',
  symbol: before.symbol,
  purpose: 'release',
  orderId: before.id,
  before,
  until: 'terminal',
});

export function replace(
  before: Order,
  change: { readonly quantity?: string; readonly limit?: string; readonly stop?: string },
): ReplaceStep {
  const key = `${ACCOUNT_NUMBER}|AAPL#1|cover/${before.id}`;
  return {
    kind: 'replace',
    symbol: before.symbol,
    purpose: 'protect',
    key,
    generation: 2,
    clientOrderId: clientOrderId(key, 2),
    orderId: before.id,
    before,
    change: {
      quantity: change.quantity === undefined ? null : quantity(change.quantity),
      limitPrice: change.limit === undefined ? null : price(change.limit),
      stopPrice: change.stop === undefined ? null : price(change.stop),
    },
    until: 'live',
  };
}

export const intent = (
  meaning: string,
  state: IntentState,
  given: Partial<IntentRecord> = {},
): IntentRecord => {
  const key = `${ACCOUNT_NUMBER}|AAPL#1|${meaning}`;
  return {
    key,
    generation: 1,
    clientOrderId: clientOrderId(key, 1),
    state,
    orderId: null,
    ...given,
  };
};

export type GivenReview = GivenHolding &
  Omit<GivenWorld, 'holdings'> & {
    readonly steps?: readonly Step[];
    readonly sent?: readonly SentStep[];
    readonly facts?: Partial<ControlFacts>;
    /** Other positions in the account. */
    readonly others?: readonly GivenHolding[];
    /** Milliseconds between the snapshot and the review. */
    readonly later?: number;
  };

/** One part with these steps for the holding in AAPL, about to be reviewed. */
export function reviewOf(given: GivenReview = {}): ReviewInput {
  const portfolio = balanced(
    snapshot({ ...given, holdings: [given, ...(given.others ?? [])] }),
    given,
  );
  const found = contextFor(portfolio, ticker(given.symbol ?? 'AAPL'));
  if (found === null) throw new Error('a holding always has a context');
  const now = portfolio.at + (given.later ?? 0);
  const context: PositionContext = { ...found, now };
  const part = partOf(context, given.steps ?? []);
  return {
    plan: planOf([part], context),
    part,
    context,
    snapshot: portfolio,
    sent: given.sent ?? [],
    facts: { ...facts(), ...given.facts },
    tradingState: portfolio.tradingState,
    environment: portfolio.environment,
    now,
  };
}

/** Cash and positions make up the equity, unless the cash was given. */
function balanced(portfolio: PortfolioSnapshot, given: GivenReview): PortfolioSnapshot {
  if (given.account?.cash !== undefined) return portfolio;
  const cash = portfolio.positions.reduce<Decimal>(
    (left, { side, quantity: held, currentPrice }) =>
      side === 'long' ? left.minus(held.times(currentPrice)) : left.plus(held.times(currentPrice)),
    portfolio.account.equity,
  );
  return { ...portfolio, account: { ...portfolio.account, cash: notional(cash) } };
}

export const partOf = (
  { position, episode, price: mark, snapshotVersion }: PositionContext,
  steps: readonly Step[],
): PlanPart => ({
  symbol: position.symbol,
  episodeId: episode.id,
  recipe: 'test',
  cause: 'stop_moved',
  target: {
    symbol: position.symbol,
    side: position.side,
    holdQuantity: position.quantity,
    cover: null,
    sale: null,
    takeProfit: null,
    repriceLimit: null,
  },
  steps,
  basis: {
    snapshotVersion,
    side: position.side,
    quantity: position.quantity,
    price: mark,
    orders: [],
  },
  ordersBefore: [],
  ordersAfter: [],
  naked: {
    seconds: 0,
    shareSeconds: NO_SHARES,
    dollarSeconds: notional('0'),
    because: 'a test',
  },
  worstLoss: { atStop: null, withGap: notional('0'), gapPercent: '5' },
  because: ['a test wants it'],
});

export const planOf = (
  parts: readonly PlanPart[],
  { now, account, environment }: PositionContext,
): ActionPlan => ({
  id: 'plan-1' as PlanId,
  origin: 'loop',
  intent: { kind: 'manage', symbol: null },
  accountNumber: account.accountNumber,
  environment,
  createdAt: now,
  expiresAt: now + 60_000,
  ...anyTerms,
  parts,
  hash: 'hash',
});

/** One more share, bought at 100. */
export const entering = (
  facts: Partial<ControlFacts> = {},
  given: GivenReview = {},
): GivenReview => ({
  steps: [buyMore('1', '100')],
  ...given,
  facts,
});
/** The stop of what is held. */
export const leaving = (facts: Partial<ControlFacts>): GivenReview => ({
  steps: [submit()],
  facts,
});

/** The step with some of its order otherwise. */
export const ordering = (step: SubmitStep, changes: Partial<SubmitStep['order']>): SubmitStep => ({
  ...step,
  order: { ...step.order, ...changes },
});
