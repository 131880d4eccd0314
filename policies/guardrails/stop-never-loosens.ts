// A stop, once set, is never moved away from the market and never taken away.
import {
  type Decimal,
  type Price,
  type Quantity,
  sharesLeft,
  smaller,
} from '../../src/domain/decimal.ts';
import type { Guardrail, Verdict } from '../../src/domain/guardrail.ts';
import { isTriggered } from '../../src/domain/order.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import { isThrough, isTighter } from '../../src/domain/side.ts';
import { dollars, shares } from '../words.ts';
import { type Exit, exitsAfter, exitsBefore, isForeign, sharesClaimed } from './exits.ts';
import { deny, pass } from './verdict.ts';

const name = 'stop-never-loosens';

export const stopNeverLoosens = (): Guardrail => ({
  name,
  promise: 'What I can lose only ever gets smaller: no stop is lowered or taken away.',

  review(input): Verdict {
    const { part, context } = input;
    const before = stopsNow(exitsBefore(part, context), context);
    const after = exitsAfter(part, context);
    const { leaving, stops } = sorted(after, before, context);
    const stay = sharesLeft(context.position.quantity, leaving);
    const others = othersExits(after, context);

    const loss = before
      .map(({ stopPrice }) => {
        const tight = atLeast(stopPrice, before, context);
        // Of stops for more than is held, those guard nothing that others have an exit for.
        const free = sharesLeft(context.position.quantity, claimedBeside(tight, others));
        const had = smaller(sharesOf(tight), free);
        const has = coverAt(stopPrice, stops, context);
        return { stopPrice, has, needs: sharesLeft(had, leaving) };
      })
      .find(({ has, needs }) => has.lt(needs));
    if (loss !== undefined) {
      return deny(name, input, 'stop_loosened', {
        measured: `${shares(loss.has)} with a stop at ${dollars(loss.stopPrice)} or tighter`,
        limit: `${shares(loss.needs)}, as now less what the plan sells`,
        because: 'at its end the plan leaves shares with a looser stop than they have, or none',
        wouldPass: `a stop at ${dollars(loss.stopPrice)} or tighter for what is not sold`,
      });
    }
    const needed = smaller(sharesOf(before), sharesLeft(stay, claimedBeside(before, others)));
    const kept = sharesOf(stops);
    const measured = `${shares(kept)} with a stop`;
    const limit = `${shares(needed)} or more`;
    if (kept.lt(needed)) {
      return deny(name, input, 'stop_loosened', {
        measured,
        limit,
        because: 'at its end the plan leaves more shares without a stop than now',
        wouldPass: `a stop for all ${shares(stay)} that are not sold`,
      });
    }
    return pass(name, input, {
      measured,
      limit,
      because: 'every share keeps a stop as tight as it has, or is sold',
    });
  },
});

type Stop = Exit & { readonly stopPrice: Price };

/** The stops of now, one for each group; those that have triggered are stops no less. */
function stopsNow(exits: readonly Exit[], { cover, price }: PositionContext): readonly Stop[] {
  const resting = new Set(cover.stops.map(({ id }) => id));
  const groups = new Set<string>();
  return exits.flatMap((exit) => {
    const { order, stopPrice, group } = exit;
    if (order === null || stopPrice === null || groups.has(group)) return [];
    if (!resting.has(order.id) && !isTriggered(order, price)) return [];
    groups.add(group);
    return [{ ...exit, stopPrice }];
  });
}

/**
 * What the exits at the end are: shares that leave at once, and stops for the rest. A
 * group that leaves takes its stop along.
 */
function sorted(
  exits: readonly Exit[],
  before: readonly Stop[],
  context: PositionContext,
): { readonly leaving: Quantity; readonly stops: readonly Stop[] } {
  const { side } = context.position;
  const limits = before.flatMap(({ order, limitPrice }) =>
    order !== null && limitPrice !== null && isTriggered(order, context.price) ? [limitPrice] : [],
  );
  // Whatever sells at least as readily as a stop that has triggered takes its place.
  const goesAt = [fillPrice(context), ...limits].reduce((a, b) => (isTighter(side, a, b) ? a : b));
  const going = exits.filter((exit) => leavesNow(exit, goesAt, context));
  const gone = new Set(going.map(({ group }) => group));

  const known = new Set(before.map(({ group }) => group));
  const stops = exits.flatMap((exit) => {
    const { stopPrice, group } = exit;
    if (stopPrice === null || gone.has(group) || !(exit.planned || known.has(group))) return [];
    return canTrigger(exit, stopPrice, context) ? [{ ...exit, stopPrice }] : [];
  });
  return { leaving: smaller(sharesClaimed(going), context.position.quantity), stops };
}

function leavesNow(
  { order, stopPrice, limitPrice }: Exit,
  goesAt: Price,
  context: PositionContext,
) {
  const { side } = context.position;
  if (stopPrice === null) return limitPrice === null || !isTighter(side, limitPrice, goesAt);
  if (order === null || !isTriggered(order, context.price)) return false;
  if (!isThrough(side, stopPrice, context.price)) return false;
  const { limitPrice: was } = order;
  return limitPrice === null || (was !== null && !isTighter(side, limitPrice, was));
}

/** A stop that the market has not passed, with a limit that is not on its wrong side. */
function canTrigger({ limitPrice }: Exit, stopPrice: Price, context: PositionContext): boolean {
  const { side } = context.position;
  if (isThrough(side, stopPrice, context.price)) return false;
  return limitPrice === null || !isTighter(side, limitPrice, stopPrice);
}

function fillPrice({ position, market, price }: PositionContext): Price {
  const at = position.side === 'long' ? market.quote?.bid : market.quote?.ask;
  return at?.gt('0') === true ? at : price;
}

/** Exits that are nobody's here to change. */
const othersExits = (exits: readonly Exit[], context: PositionContext): readonly Exit[] =>
  exits.filter(({ order, planned }) => order !== null && !planned && isForeign(order, context));

/** Shares that others may sell by exits that are not among these stops. */
function claimedBeside(stops: readonly Stop[], others: readonly Exit[]): Quantity {
  const groups = new Set(stops.map(({ group }) => group));
  return sharesClaimed(others.filter(({ group }) => !groups.has(group)));
}

/** The stops at this price or tighter. */
const atLeast = (level: Decimal, stops: readonly Stop[], { position }: PositionContext) =>
  stops.filter(({ stopPrice }) => !isTighter(position.side, level, stopPrice));

const coverAt = (level: Decimal, stops: readonly Stop[], context: PositionContext): Quantity =>
  smaller(sharesOf(atLeast(level, stops, context)), context.position.quantity);

const sharesOf = (stops: readonly Stop[]): Quantity => sharesClaimed(stops);
