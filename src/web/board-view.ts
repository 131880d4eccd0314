import {
  type Fields,
  fieldsOf,
  isFields,
  listOf,
  numberOf,
  oneOf,
  textOf,
  textsOf,
} from './wire.ts';

/** How well a position's shares are protected by stops that rest at the broker. */
export type Cover = 'naked' | 'partly' | 'covered' | 'unknown';

/** One position as the board shows it. Amounts are decimal text, null where not known. */
export type BoardPosition = {
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly quantity: string;
  readonly price: string | null;
  readonly averageCost: string | null;
  readonly stop: string | null;
  readonly takeProfit: string | null;
  /** Gain in units of the initial risk. */
  readonly r: string | null;
  readonly profitLoss: string | null;
  readonly cover: Cover;
  /** Since when part of it has no stop; null while it is covered. */
  readonly nakedSeconds: number | null;
};

export type BoardAlert = {
  readonly code: string;
  readonly symbol: string | null;
  readonly because: string;
};

/** A plan that a person has to agree to. */
export type WaitingPlan = {
  readonly planId: string;
  readonly hash: string;
  readonly tier: string;
  readonly title: string;
  /** ISO-8601 */
  readonly expiresAt: string;
};

export type BoardEnvironment = 'simulated' | 'paper' | 'live' | 'unknown';
export type TradingState = 'active' | 'reducing' | 'halted' | 'unknown';

/** Everything the guard board shows; plain text and numbers, whoever draws it. */
export type BoardView = {
  readonly environment: BoardEnvironment;
  readonly mode: string;
  readonly asOf: string;
  readonly dataAgeSeconds: number;
  readonly tradingState: TradingState;
  readonly tradingStateCauses: readonly string[];
  /** Whether the loop runs; without it nothing is done by itself. */
  readonly isGuarded: boolean;
  readonly session: { readonly isOpen: boolean; readonly until: string | null };
  readonly account: {
    readonly number: string;
    readonly equity: string | null;
    readonly dayProfitLoss: string | null;
    readonly buyingPower: string | null;
    readonly blockedBecause: string | null;
  };
  readonly exposure: {
    readonly gross: string | null;
    readonly net: string | null;
    readonly largest: { readonly symbol: string; readonly value: string } | null;
  };
  readonly drawdownPercent: string | null;
  /** All stops at once with a gap through them, in dollars. */
  readonly worstLoss: string | null;
  readonly cover: Readonly<Record<Cover, number>>;
  readonly alerts: readonly BoardAlert[];
  readonly alertsLeftOut: number;
  readonly positions: readonly BoardPosition[];
  readonly positionsLeftOut: number;
  readonly plansWaiting: readonly WaitingPlan[];
};

const COVERS: readonly Cover[] = ['naked', 'partly', 'covered', 'unknown'];

/**
 * The board out of an answer of `get_portfolio_context`, or of the board's own answer, which
 * has the same fields for every position and `plans_waiting` beside them.
 *
 * @returns null for anything else, such as an error
 */
export function boardViewOf(answer: unknown): BoardView | null {
  if (!isFields(answer) || !isFields(answer.account)) return null;
  const { account } = answer;
  const [exposure, risk, cover, session] = ['exposure', 'risk', 'cover', 'session'].map((name) =>
    fieldsOf(answer[name]),
  );
  return {
    environment: oneOf(answer.environment, ['simulated', 'paper', 'live'], 'unknown'),
    mode: textOf(answer.mode) ?? 'unknown',
    asOf: textOf(answer.as_of) ?? '',
    dataAgeSeconds: numberOf(answer.data_age_seconds) ?? 0,
    tradingState: oneOf(answer.trading_state, ['active', 'reducing', 'halted'], 'unknown'),
    tradingStateCauses: textsOf(answer.trading_state_because),
    isGuarded: answer.guarded === true,
    session: { isOpen: session?.open === true, until: textOf(session?.until) },
    account: {
      number: textOf(account.number) ?? '',
      equity: textOf(account.equity),
      dayProfitLoss: textOf(account.day_pl),
      buyingPower: textOf(account.buying_power),
      blockedBecause: textOf(account.blocked_because),
    },
    exposure: {
      gross: textOf(exposure?.gross),
      net: textOf(exposure?.net),
      largest: largestOf(exposure?.largest),
    },
    drawdownPercent: drawdownOf(fieldsOf(risk)),
    worstLoss: worstLossOf(fieldsOf(risk)),
    cover: {
      naked: numberOf(cover?.naked) ?? 0,
      partly: numberOf(cover?.partly) ?? 0,
      covered: numberOf(cover?.covered) ?? 0,
      unknown: numberOf(cover?.unknown) ?? 0,
    },
    alerts: listOf(answer.alerts).map(fieldsOf).map(alertOf),
    alertsLeftOut: numberOf(answer.alerts_left_out) ?? 0,
    positions: positionsOf(answer),
    positionsLeftOut: numberOf(answer.left_out) ?? 0,
    plansWaiting: listOf(answer.plans_waiting).map(fieldsOf).flatMap(waitingOf),
  };
}

function largestOf(value: unknown): BoardView['exposure']['largest'] {
  const { symbol, value: dollars } = fieldsOf(value);
  return typeof symbol === 'string' && typeof dollars === 'string'
    ? { symbol, value: dollars }
    : null;
}

/** In one line with every answer, or in full where all risk was asked for. */
const drawdownOf = ({ drawdown_percent: line, drawdown }: Fields): string | null =>
  textOf(line) ?? textOf(fieldsOf(drawdown).percent);

const worstLossOf = ({ worst_loss_with_gap: line, worst_loss: whole }: Fields): string | null =>
  textOf(line) ?? textOf(fieldsOf(whole).with_gap);

const alertOf = ({ code, symbol, because }: Fields): BoardAlert => ({
  code: textOf(code) ?? 'alert',
  symbol: textOf(symbol),
  because: textOf(because) ?? '',
});

function waitingOf(plan: Fields): WaitingPlan[] {
  const planId = textOf(plan.plan_id);
  const hash = textOf(plan.hash);
  const expiresAt = textOf(plan.expires_at);
  if (planId === null || hash === null || expiresAt === null) return [];
  const title = textOf(plan.title) ?? planId;
  return [{ planId, hash, expiresAt, title, tier: textOf(plan.tier) ?? '' }];
}

function positionsOf(answer: Fields): readonly BoardPosition[] {
  const columns = textsOf(answer.columns);
  const inRows = listOf(answer.rows).flatMap((row) => {
    const cells = listOf(row);
    return positionOf(Object.fromEntries(columns.map((name, index) => [name, cells[index]])));
  });
  const inFull = listOf(answer.positions).map(fieldsOf).flatMap(positionOf);
  return [...inRows, ...inFull];
}

function positionOf(facts: Fields): BoardPosition[] {
  const symbol = textOf(facts.symbol);
  if (symbol === null) return [];
  return [
    {
      symbol,
      side: facts.side === 'short' ? 'short' : 'long',
      quantity: textOf(facts.quantity) ?? '',
      price: textOf(facts.last),
      averageCost: textOf(facts.entry),
      stop: textOf(facts.stop),
      takeProfit: textOf(facts.take_profit) ?? takeProfitAmong(facts),
      r: textOf(facts.r),
      profitLoss: textOf(facts.unrealized_pl),
      ...coverOf(facts.cover),
    },
  ];
}

/** In a row `naked 12s`, in full an object. */
function coverOf(value: unknown): Pick<BoardPosition, 'cover' | 'nakedSeconds'> {
  if (isFields(value)) {
    const cover = oneOf(value.state, COVERS, 'unknown');
    return { cover, nakedSeconds: numberOf(value.naked_seconds) };
  }
  const [state, seconds] = (textOf(value) ?? '').split(' ');
  const counted = Number.parseInt(seconds ?? '', 10);
  const nakedSeconds = Number.isNaN(counted) ? null : counted;
  return { cover: oneOf(state, COVERS, 'unknown'), nakedSeconds };
}

/** The full facts of a position list its orders instead. */
function takeProfitAmong(facts: Fields): string | null {
  const leaves = facts.side === 'short' ? 'buy' : 'sell';
  const limit = listOf(facts.orders)
    .map(fieldsOf)
    .find((order) => order.type === 'limit' && order.side === leaves);
  return textOf(limit?.limit);
}
