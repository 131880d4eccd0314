import { z } from 'zod';
import type { AdvisorStatus, Alert, CopyStatus } from '../../src/domain/answers.ts';
import { type Decimal, text, ZERO } from '../../src/domain/decimal.ts';
import { exposureIn, holdingsOf } from '../../src/domain/exposure.ts';
import { isTerminal } from '../../src/domain/order.ts';
import type { PortfolioSnapshot } from '../../src/domain/portfolio.ts';
import { type EpochMs, isoTime } from '../../src/domain/time.ts';
import { isManaged } from '../../src/engine/account/groups.ts';
import type { BigBrotherFace } from '../tool.ts';
import type { CoverState, Held } from './position-facts.ts';
import { riskLine, riskSchema } from './risk-facts.ts';

const MOST_ALERTS = 4;
const MOST_NAMES = 8;
const MOST_LETTERS = 160;

/** What is true of the whole account; the same on every page. */
export const portfolioHeaderSchema = z.object({
  as_of: z.string(),
  data_age_seconds: z.number(),
  snapshot_version: z.number(),
  trading_state: z.string(),
  trading_state_because: z.array(z.string()),
  /** Whether the loop runs, in whichever process; without it nothing is done by itself. */
  guarded: z.boolean(),
  /** Until the last order that waits for its turn at the broker is sent. */
  longest_wait_seconds: z.number(),
  session: z.object({ open: z.boolean(), until: z.string().nullable() }),
  account: z.object({
    number: z.string(),
    equity: z.string(),
    day_pl: z.string(),
    cash: z.string(),
    buying_power: z.string(),
    blocked_because: z.string().nullable(),
  }),
  /** `gross`, `net` and the `largest` of them; as `risk` it is open to keep the list short. */
  exposure: z.object({}).loose(),
  /** What one day may cost, and all stops at once; all of it where that was asked for. */
  risk: riskSchema.optional(),
  cover: z.object({
    covered: z.number(),
    partly: z.number(),
    naked: z.number(),
    unknown: z.number(),
    not_covered: z.array(z.string()),
    naked_share_seconds: z.string(),
  }),
  working_orders: z.object({ bigbrother: z.number(), foreign: z.number() }),
  alerts: z.array(
    z.object({ code: z.string(), symbol: z.string().nullable(), because: z.string() }),
  ),
  alerts_left_out: z.number(),
  /** How far the copy of the journal in Supabase is behind; absent where none is kept. */
  journal_copy: z.object({}).loose().optional(),
  /** Who may be asked for advice, each with how it stands; what is off is off for a reason. */
  servers: z.array(z.string()).optional(),
});

export function portfolioHeader(
  snapshot: PortfolioSnapshot,
  held: readonly Held[],
  bigBrother: BigBrotherFace,
  now: EpochMs,
): z.input<typeof portfolioHeaderSchema> {
  const { account, session, confirmedAt } = snapshot;
  const oldest = Math.min(confirmedAt.account, confirmedAt.positions, confirmedAt.orders);
  const until = session.isOpen ? session.closeAt : session.nextOpenAt;
  const live = snapshot.orders.filter((order) => !isTerminal(order.status));
  const ours = live.filter((order) => isManaged(order, live, snapshot.intents)).length;
  const alerts = bigBrother.alerts();
  const risk = bigBrother.portfolioRisk();
  const { loopRunning, longestWaitMs, journalCopy, servers } = bigBrother.status();
  return {
    as_of: isoTime(snapshot.at),
    data_age_seconds: Math.max(0, now - oldest) / 1000,
    snapshot_version: snapshot.version,
    trading_state: snapshot.tradingState,
    trading_state_because: snapshot.tradingStateCauses.map(
      ({ because, clearedBy }) => `${because}; cleared by ${clearedBy}`,
    ),
    guarded: loopRunning,
    longest_wait_seconds: Math.ceil(longestWaitMs / 1000),
    session: { open: session.isOpen, until: until === null ? null : isoTime(until) },
    account: {
      number: account.accountNumber,
      equity: text(account.equity),
      day_pl: text(account.equity.minus(account.lastEquity)),
      cash: text(account.cash),
      buying_power: text(account.buyingPower),
      blocked_because: account.blockedBecause,
    },
    exposure: exposureOf(snapshot),
    ...(risk === null ? {} : { risk: riskLine(risk) }),
    cover: coverOf(held, bigBrother),
    working_orders: { bigbrother: ours, foreign: live.length - ours },
    alerts: alerts.slice(0, MOST_ALERTS).map(alertFacts),
    alerts_left_out: Math.max(0, alerts.length - MOST_ALERTS),
    ...(journalCopy === undefined ? {} : { journal_copy: copyFacts(journalCopy) }),
    ...(servers === undefined ? {} : { servers: servers.map(serverInWords) }),
  };
}

const copyFacts = ({ behindRecords, behindSeconds, problem }: CopyStatus) => ({
  behind_records: behindRecords,
  behind_seconds: behindSeconds,
  problem: problem === null ? null : problem.slice(0, MOST_LETTERS),
});

const serverInWords = ({ name, status, because }: AdvisorStatus): string =>
  `${name} ${status}${because === null ? '' : `: ${because.slice(0, MOST_LETTERS)}`}`;

const alertFacts = ({ code, symbol, because }: Alert) => ({
  code,
  symbol,
  because: because.slice(0, MOST_LETTERS),
});

function coverOf(held: readonly Held[], bigBrother: BigBrotherFace) {
  const count = (cover: CoverState) => held.filter((one) => one.cover === cover).length;
  const notCovered = held.filter((one) => one.cover !== 'covered').map((one) => one.symbol);
  const nakedShareSeconds = held.reduce<Decimal>(
    (sum, { symbol }) => sum.plus(bigBrother.nakedTime(symbol).shareSeconds),
    ZERO,
  );
  return {
    covered: count('covered'),
    partly: count('partly'),
    naked: count('naked'),
    unknown: count('unknown'),
    // On every page: a position that loses its cover between two pages is not missed.
    not_covered: notCovered.slice(0, MOST_NAMES),
    naked_share_seconds: text(nakedShareSeconds),
  };
}

/** In dollars to the cent, rounded away from zero: risk is never shown too small. */
function exposureOf({ positions }: PortfolioSnapshot) {
  const holdings = holdingsOf(positions);
  const { gross, net } = exposureIn(holdings);
  const [first, ...others] = holdings;
  const most = others.reduce(
    (largest, one) => (largest?.value.lt(one.value) ? one : largest),
    first,
  );
  const cents = (value: Decimal) => value.toFixed(2, 3);
  return {
    gross: cents(gross),
    net: cents(net),
    largest: most === undefined ? null : { symbol: most.symbol, value: cents(most.value) },
  };
}
