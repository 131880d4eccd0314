import type { ControlFacts } from '../../domain/control-facts.ts';
import type { Environment } from '../../domain/environment.ts';
import type { ReviewInput, SentStep } from '../../domain/guardrail.ts';
import type { Ticker } from '../../domain/ids.ts';
import { isTerminal, type Order } from '../../domain/order.ts';
import type { ActionPlan, PlanPart } from '../../domain/plan.ts';
import type { PortfolioSnapshot, Position, PositionContext } from '../../domain/portfolio.ts';
import { exitSide } from '../../domain/side.ts';
import type { EpochMs } from '../../domain/time.ts';
import { contextFor } from '../account/context.ts';
import { entryContextFor, isForEntry } from '../account/entry-context.ts';
import { unlessChanged } from '../account/kept.ts';
import { flatContextFor } from '../decision/orphans.ts';
import { type Doubt, withDoubts } from '../planning/doubt.ts';
import { isForFlat } from '../planning/drift.ts';

/**
 * All that guardrails look at besides the plan, as it was at one instant. Whoever has the plan
 * and this can ask them again and hears the same.
 */
export type ReviewBasis = {
  readonly snapshot: PortfolioSnapshot;
  readonly facts: ControlFacts;
  readonly sent: readonly SentStep[];
  /** Steps of unknown outcome, for each symbol of the plan in which there are any. */
  readonly doubts: ReadonlyMap<Ticker, readonly Doubt[]>;
  /** Symbols of the plan of which nothing could be said. */
  readonly unknown: readonly Ticker[];
  readonly environment: Environment;
  readonly now: EpochMs;
};

/**
 * What the guardrails are to look at, one input for each part of which anything is known.
 *
 * @param except the client order id of a step that is judged as if it had never been sent
 */
export function reviewInputs(
  plan: ActionPlan,
  basis: ReviewBasis,
  except: string | null = null,
): ReviewInput[] {
  const { facts, environment, now } = basis;
  const isOther = (one: { readonly clientOrderId: string | null }) =>
    except === null || one.clientOrderId !== except;
  const snapshot =
    except === null
      ? basis.snapshot
      : { ...basis.snapshot, intents: basis.snapshot.intents.filter(isOther) };
  const sent = except === null ? basis.sent : basis.sent.filter(isOther);
  const { tradingState } = snapshot;
  return plan.parts.flatMap((part) => {
    const seen = contextOf(part, basis);
    if (seen === null) return [];
    const context = except === null ? seen : { ...seen, intents: seen.intents.filter(isOther) };
    const doubted =
      isForFlat(part) && !isForEntry(part)
        ? context
        : withDoubts(context, basis.doubts.get(part.symbol) ?? []);
    const known = { ...facts, ...facts.entries?.get(part.symbol) };
    return [
      {
        plan,
        part,
        context: doubted,
        snapshot,
        facts: known,
        tradingState,
        environment,
        now,
        sent,
      },
    ];
  });
}

/**
 * The snapshot with the markets that a review is about: those of the plan, and those in which
 * something may still open. Of all others only the positions count, which bear a price of their
 * own; hundreds of quotes that nobody asks for would be written down with each review.
 */
export function withMarketsOf(
  symbols: readonly Ticker[],
  snapshot: PortfolioSnapshot,
  { inFlight }: ControlFacts,
): PortfolioSnapshot {
  const meant = new Set([
    ...symbols,
    ...openingIn(snapshot.orders, snapshot.positions),
    ...(inFlight ?? []).map(({ symbol }) => symbol),
  ]);
  const markets = [...snapshot.markets].filter(([symbol]) => meant.has(symbol));
  // The same snapshot where none is left out: what was made of it need not be made again.
  if (markets.length === snapshot.markets.size) return snapshot;
  return { ...snapshot, markets: new Map(markets) };
}

/** Symbols in which an order may open something. */
const openingIn = unlessChanged(
  (orders: readonly Order[], positions: readonly Position[]): readonly Ticker[] => {
    const live = orders.filter(({ status }) => !isTerminal(status));
    const sideOf = new Map(positions.map(({ symbol, side }) => [symbol, side]));
    return live.flatMap(({ symbol, side }) => {
      const held = sideOf.get(symbol);
      return held === undefined || side !== exitSide(held) ? symbol : [];
    });
  },
);

/** The symbol seen as the part was made: as a position, or as flat. */
function contextOf(part: PlanPart, { snapshot, unknown }: ReviewBasis): PositionContext | null {
  if (unknown.includes(part.symbol)) return null;
  if (isForEntry(part)) return entryContextFor(snapshot, part.symbol, part.target.side);
  return isForFlat(part)
    ? flatContextFor(snapshot, part.symbol)
    : contextFor(snapshot, part.symbol);
}
