import { NO_DOLLARS, NO_SHARES, price, ZERO } from '../../domain/decimal.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { Order, OrderSide } from '../../domain/order.ts';
import type { PlanPart } from '../../domain/plan.ts';
import type { PortfolioSnapshot, PositionContext, PositionSide } from '../../domain/portfolio.ts';
import { recipeText } from '../../domain/recipe.ts';
import { flatContextAt, intentsIn, isLive, liveOrdersIn } from '../account/flat-context.ts';
import { groupsOf, isManaged } from '../account/groups.ts';
import { orderLines } from '../account/orders.ts';
import { bookOf, booksAlong } from '../planning/book.ts';
import { type Draft, identify } from '../planning/candidate.ts';
import { basisOf } from '../planning/drift.ts';
import { hasRunOut, isEntry } from '../planning/entry-orders.ts';
import type { Planning } from '../planning/plan.ts';
import { isCancelable } from '../planning/rules/cancel.ts';
import type { PlanningSettings } from '../planning-settings.ts';

/** What rests in a symbol of which nothing is held, and has to go. */
type Orphans = {
  /** Exits, which would open a position: one of each group that may be canceled now. */
  readonly ours: readonly Order[];
  /** Entries that have run out; the stops in their groups go with them. */
  readonly entries: readonly Order[];
  /** Exits of the user's app or of another bot: for their owner to cancel. */
  readonly foreign: readonly Order[];
};

type Resting = Pick<PositionContext, 'orders' | 'intents' | 'now' | 'session'>;

/**
 * Sorts a flat symbol's orders. Of ours an order that is no entry is an orphan; a foreign one
 * counts as an entry unless it sells or says that it closes.
 */
function orphansIn({ orders, intents, ...time }: Resting): Orphans {
  const ours: Order[] = [];
  const entries: Order[] = [];
  const foreign: Order[] = [];
  for (const group of groupsOf(orders)) {
    const members = group.orders.filter(isLive);
    if (members.some(isEntry)) {
      entries.push(...members.filter((order) => hasRunOut(order, time)));
      continue;
    }
    const managed = members.find((order) => isManaged(order, orders, intents));
    // While one of them is changing at the broker, its end has to be awaited.
    if (managed === undefined) foreign.push(...members.filter(opensWhenFlat));
    else if (members.every(isCancelable)) ours.push(managed);
  }
  return { ours, entries, foreign };
}

/** The orphans of a symbol of which nothing is held. */
export const orphansOf = (snapshot: PortfolioSnapshot, symbol: Ticker): Orphans =>
  orphansIn({
    orders: liveOrdersIn(snapshot, symbol),
    intents: intentsIn(snapshot, symbol),
    now: snapshot.at,
    session: snapshot.session,
  });

/**
 * A flat symbol in which orders of ours rest that have to go, as {@link flatContextAt} shows it.
 *
 * @returns null when there is no such order; whether the symbol is flat is the caller's to know
 */
export function flatContextFor(
  snapshot: PortfolioSnapshot,
  symbol: Ticker,
): PositionContext | null {
  const { ours, entries } = orphansOf(snapshot, symbol);
  const [orphan] = [...ours, ...entries];
  if (orphan === undefined) return null;
  const side = isEntry(orphan) ? sideOpenedBy(orphan.side) : sideClosedBy(orphan.side);
  const at = orphan.stopPrice ?? orphan.limitPrice ?? price(ZERO);
  return flatContextAt(snapshot, symbol, { side, at });
}

/**
 * What is to be done in a flat symbol: hold nothing, and cancel each group of orphans. That
 * is asked for outside the session, too, since no shares wait for its end.
 *
 * @param context as `flatContextFor` made it
 */
export function releaseOrphans(
  context: PositionContext,
  settings: PlanningSettings,
): { readonly decision: Decision } & Planning {
  const decision = releaseDecision(context);
  return { decision, ...planRelease(decision, context, settings) };
}

function releaseDecision(context: PositionContext): Decision {
  const { symbol, side } = context.position;
  return {
    symbol,
    at: context.now,
    snapshotVersion: context.snapshotVersion,
    evaluations: [],
    target: {
      symbol,
      side,
      holdQuantity: NO_SHARES,
      cover: null,
      sale: null,
      takeProfit: null,
      repriceLimit: null,
    },
    chosen: [],
    overruled: [],
    urgency: 'critical',
  };
}

function planRelease(
  { target }: Decision,
  context: PositionContext,
  { gapPercent }: PlanningSettings,
): Planning {
  const { ours, entries } = orphansIn(context);
  const recipe = recipeText([
    ...(ours.length > 0 ? (['cancel-orphaned-exits'] as const) : []),
    ...(entries.length > 0 ? (['cancel-entry'] as const) : []),
  ]);
  const drafts = [...ours, ...entries].map(
    (before): Draft => ({ kind: 'cancel', purpose: 'release', before }),
  );
  const identified = identify({ drafts }, context);
  if (identified.outcome === 'spent') {
    const notes = [{ recipe, because: identified.because }];
    return { outcome: 'impossible', part: null, notes };
  }
  const after = booksAlong(drafts, context).at(-1) ?? bookOf(context);
  const part: PlanPart = {
    symbol: target.symbol,
    episodeId: context.episode.id,
    recipe,
    cause: ours.length > 0 ? 'orphans_released' : 'entry_ended',
    target,
    steps: identified.steps,
    basis: basisOf(context),
    ordersBefore: orderLines(context.orders.filter(isLive), context),
    ordersAfter: orderLines(after.orders.filter(isLive), context),
    naked: {
      seconds: 0,
      shareSeconds: NO_SHARES,
      dollarSeconds: NO_DOLLARS,
      because: 'nothing is held that could be without cover',
    },
    worstLoss: { atStop: NO_DOLLARS, withGap: NO_DOLLARS, gapPercent },
    because: [
      ...(ours.length === 0
        ? []
        : [
            'nothing is held any more, so that an exit that fills would open ' +
              `a ${target.side === 'long' ? 'short' : 'long'} position`,
          ]),
      ...(entries.length === 0 ? [] : ['an entry that was not filled has waited long enough']),
    ],
  };
  return { outcome: 'planned', part, notes: [] };
}

/** Without a word about what it is for, a sale of nothing opens a short; a purchase is an entry. */
const opensWhenFlat = ({ side, positionIntent }: Order): boolean =>
  side === 'sell' || positionIntent === 'buy_to_close';

const sideOpenedBy = (side: OrderSide): PositionSide => (side === 'buy' ? 'long' : 'short');

const sideClosedBy = (side: OrderSide): PositionSide => (side === 'sell' ? 'long' : 'short');
