import type { PlanningNote } from '../../domain/answers.ts';
import {
  basisPointsOf,
  onTick,
  type Price,
  parseDecimal,
  price,
  type Quantity,
  quantity,
  text,
  tickDown,
  tickUp,
} from '../../domain/decimal.ts';
import type { Decision, Target } from '../../domain/decision.ts';
import { isTerminal, type Order } from '../../domain/order.ts';
import type { OpenIntent, PlanPart, SubmitStep } from '../../domain/plan.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { exitSide, isTighter, tightest } from '../../domain/side.ts';
import { keyFor, nextIdentity, whySpent } from '../account/intents.ts';
import { ENTRY_LIFETIME_MS, isEntry } from '../planning/entry-orders.ts';
import type { PlanningSettings } from '../planning-settings.ts';
import { type Cover, entryPart, groupOf, type Terms, targetOf } from './entry-part.ts';
import { sizeOf } from './entry-size.ts';

export type EntryPlanning =
  | {
      readonly outcome: 'planned';
      readonly decision: Decision;
      readonly part: PlanPart;
      readonly notes: readonly PlanningNote[];
    }
  | { readonly outcome: 'impossible'; readonly code: string; readonly because: string };

/** The first stop that the policies want of an entry at this price; null where they want none. */
export type FirstStop = (
  entryPrice: Price,
  shares: Quantity,
  stopPrice: Price | null,
) => Cover | null;

type Refused = Extract<EntryPlanning, { outcome: 'impossible' }>;

/**
 * Turns the wish to open something into one order group: the entry with its stop, and where one
 * is wanted its take-profit. There is no other way in: what cannot be opened together with its
 * stop is refused.
 *
 * @param context as `entryContextFor` made it
 * @param mark makes the order's key its own: the same wish uttered twice is two wishes
 */
export function planEntry(
  intent: OpenIntent,
  context: PositionContext,
  settings: PlanningSettings,
  { firstStop, mark }: { readonly firstStop: FirstStop; readonly mark: string },
): EntryPlanning {
  const problem = whyNotNow(context);
  if (problem !== null) return problem;
  const terms = termsOf(intent, context, settings, firstStop);
  if ('outcome' in terms) return terms;
  const { entryPrice, cover } = terms;
  const riskPerShare = entryPrice.minus(cover.limitPrice).abs();
  const { equity } = context.account;
  const sized = sizeOf(intent.size, { equity, entryPrice, riskPerShare });
  if (sized.outcome === 'impossible') return sized;
  const key = keyFor(context.account.accountNumber, context.episode.id, `open@${mark}`);
  const identity = nextIdentity(key, context.intents);
  if (identity === null) {
    return no('entry_pending', whySpent(key, context.intents) ?? `${key} is spent`);
  }
  const order = groupOf(intent, context, terms, sized.shares);
  const step: SubmitStep = {
    ...identity,
    ...{ kind: 'submit', symbol: intent.symbol, purpose: 'open', order, until: 'live' },
  };
  const { stops } = context.cover;
  const moved = stops.some(({ stopPrice }) => stopPrice?.eq(cover.stopPrice) === false);
  const because = [
    `the host wants to ${intent.side} ${intent.symbol}: ${text(sized.shares)} shares, ${sized.because}`,
    stopInWords(intent, cover),
    ...(moved ? ['what is held already gets the same stop: one stop price for all shares'] : []),
  ];
  const target = targetOf(context, cover, sized.shares);
  const part = entryPart({ context, settings, terms, step, target, because });
  const notes = [note(part, `${text(sized.shares)} shares: ${sized.because}`), ...aboutRest(part)];
  const decision = decisionOf(context, target);
  return { outcome: 'planned', decision, part, notes };
}

/** What stands in the way of any entry in the symbol. */
function whyNotNow({ position, orders, isInDoubt, market }: PositionContext): Refused | null {
  const { symbol, side } = position;
  if (position.assetClass !== 'us_equity') {
    return no(
      'entry_not_protectable',
      'Alpaca takes no order groups for coins: no stop can come along',
    );
  }
  if (isInDoubt) {
    return no('symbol_unsettled', `what became of an earlier order in ${symbol} is not known yet`);
  }
  const live = orders.filter(({ status }) => !isTerminal(status));
  const waiting = live.find((order) => isEntry(order) || opensBeside(order, position.side));
  if (waiting !== undefined) {
    const because =
      `${waiting.side} order ${waiting.id} waits to open something in ${symbol} already; once it ` +
      'has ended, the same would pass';
    return no('entry_pending', because);
  }
  if (market.halted) {
    return no('symbol_halted', `${symbol} is halted; once it trades again, the same would pass`);
  }
  return market.quote === null
    ? no('data_missing', `${symbol} has no quote, so nobody can tell what a ${side} entry pays`)
    : null;
}

/** An order on the opening side, whatever it says of itself. */
const opensBeside = (order: Order, side: PositionContext['position']['side']): boolean =>
  order.parentId === null && order.side !== exitSide(side);

function termsOf(
  intent: OpenIntent,
  context: PositionContext,
  { marketableBps }: PlanningSettings,
  firstStop: FirstStop,
): Terms | Refused {
  const asked = [intent.limitPrice, intent.stopPrice, intent.takeProfitPrice].map(priceFrom);
  const [limit = null, stop = null, takeProfit = null] = asked.map((each) =>
    each === 'invalid' ? null : each,
  );
  if (asked.includes('invalid')) {
    return no(
      'price_invalid',
      'each price has to be above zero, in cents (under $1 in hundredths of one)',
    );
  }
  const { side } = context.position;
  const entryPrice = limit ?? throughMarket(context, marketableBps);
  const wanted = firstStop(entryPrice, quantity('1'), stop);
  const live = tightest(
    side,
    context.cover.stops.flatMap(({ stopPrice }) => stopPrice ?? []),
  );
  const cover = wanted === null ? null : tighterOf(live, tighterOf(stop, wanted, side), side);
  if (cover === null || !isTighter(side, entryPrice, cover.stopPrice)) {
    const at = stop === null ? 'the first stop of the policies' : `a stop at ${text(stop)}`;
    const where = side === 'long' ? 'below' : 'above';
    return no(
      'stop_misplaced',
      `${at} does not lie ${where} the entry at ${text(entryPrice)} and the market at ` +
        `${text(context.price)}; one that does would pass`,
    );
  }
  if (takeProfit !== null && !isTighter(side, takeProfit, entryPrice)) {
    const where = side === 'long' ? 'above' : 'below';
    return no(
      'take_profit_misplaced',
      `a take-profit at ${text(takeProfit)} does not lie ${where} the entry at ${text(entryPrice)}`,
    );
  }
  return { entryPrice, cover, takeProfit };
}

/** A stop with the room of what is wanted; what is wanted where that is tighter. */
function tighterOf(
  stop: Price | null,
  wanted: Cover,
  side: PositionContext['position']['side'],
): Cover {
  if (stop === null || !isTighter(side, stop, wanted.stopPrice)) return wanted;
  const room = wanted.stopPrice.minus(wanted.limitPrice).abs();
  const limit = side === 'long' ? tickDown(stop.minus(room)) : tickUp(stop.plus(room));
  return { stopPrice: stop, limitPrice: limit };
}

/** Through the far side of the quote, so that it fills at once and never far from there. */
export function throughMarket(
  { position, market, price: mark }: PositionContext,
  bps: number,
): Price {
  if (position.side === 'long') {
    const ask = market.quote?.ask ?? mark;
    return tickUp(ask.plus(basisPointsOf(ask, bps)));
  }
  const bid = market.quote?.bid ?? mark;
  return tickDown(bid.minus(basisPointsOf(bid, bps)));
}

function priceFrom(digits: string | null): Price | null | 'invalid' {
  if (digits === null) return null;
  const value = parseDecimal(digits);
  return value?.gt('0') === true && onTick(price(value)) ? price(value) : 'invalid';
}

const decisionOf = (context: PositionContext, target: Target): Decision => ({
  symbol: target.symbol,
  at: context.now,
  snapshotVersion: context.snapshotVersion,
  evaluations: [],
  target,
  chosen: [],
  overruled: [],
  urgency: 'normal',
});

const stopInWords = ({ stopPrice }: OpenIntent, cover: Cover): string => {
  const at = `the stop at ${text(cover.stopPrice)}, with its limit at ${text(cover.limitPrice)}, `;
  if (stopPrice === null) return `${at}is the policies' default for it: none was named`;
  return parseDecimal(stopPrice)?.eq(cover.stopPrice) === true
    ? `${at}comes along in the same order group`
    : `${at}is tighter than the ${stopPrice} that was named: one stop price for all shares`;
};

function aboutRest(part: PlanPart): PlanningNote[] {
  return [
    note(
      part,
      'whole shares, since Alpaca takes a part of a share in no order group; what is not filled ' +
        `after ${ENTRY_LIFETIME_MS / 60_000} minutes, or is left after a fill in part, is canceled`,
    ),
  ];
}

const note = ({ recipe }: PlanPart, because: string): PlanningNote => ({ recipe, because });

const no = (code: string, because: string): Refused => ({ outcome: 'impossible', code, because });
