// A stop stands where it can do its work: behind the market, not in its noise, not out of sight.
import type { z } from 'zod';
import {
  type Decimal,
  decimal,
  larger,
  type Price,
  smaller,
  text,
  tickDown,
  tickUp,
} from '../../src/domain/decimal.ts';
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import { opposite } from '../../src/domain/order.ts';
import type { Step } from '../../src/domain/plan.ts';
import type { PositionSide } from '../../src/domain/portfolio.ts';
import { isThrough, isTighter } from '../../src/domain/side.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { dollars } from '../words.ts';
import { type Entry, entriesIn } from './entries.ts';
import { deny, denyUnknown, pass } from './verdict.ts';

export const stopSanitySettings = settingsObject({
  /** The least distance of an entry's stop, in average true ranges of a day. */
  leastAtr: decimalSetting('0', '20').prefault('0.3'),
  /** The greatest distance of an entry's stop, in the same. */
  mostAtr: decimalSetting('0.1', '50').prefault('6'),
}).refine(({ leastAtr, mostAtr }) => leastAtr.lt(mostAtr), {
  path: ['leastAtr'],
  error: 'under mostAtr',
});
export type StopSanitySettings = z.output<typeof stopSanitySettings>;

const name = 'stop-sanity';
const ONE_CENT = decimal('0.01');

export const stopSanity = (settings: StopSanitySettings): Guardrail => ({
  name,
  promise: 'My stops stand where a stop makes sense.',

  review: (input): Verdict =>
    misplacedStop(input) ??
    entryStopProblem(input, settings) ??
    pass(name, input, {
      measured: 'every stop behind the market',
      limit: limitOf(settings),
      because: 'each stop can trigger, and none stands in the noise or out of reach',
    }),
});

const limitOf = ({ leastAtr, mostAtr }: StopSanitySettings): string =>
  `behind the market; for entries ${text(leastAtr)} to ${text(mostAtr)} average true ranges away`;

/**
 * A stop for shares that are held is judged by its side alone: one that stands near or far is
 * better than none, and stop-never-loosens sees to it that it is no worse than before.
 */
function misplacedStop(input: ReviewInput): Verdict | null {
  const { position, price } = input.context;
  const { side, quantity } = position;
  const entering = new Set<unknown>(entriesIn(input).map(({ step }) => step));
  if (quantity.eq('0')) return null;
  for (const step of input.part.steps) {
    if (step.kind === 'cancel' || entering.has(step)) continue;
    const stop = newStopOf(step);
    if (stop === null || !isThrough(side, stop, price)) continue;
    return deny(name, input, 'stop_misplaced', {
      measured: `a stop at ${dollars(stop)}`,
      limit: `${side === 'long' ? 'below' : 'above'} the market at ${dollars(price)}`,
      because: `the market at ${dollars(price)} has passed a stop at ${dollars(stop)}: it would be refused or sell at once`,
      wouldPass: 'a stop behind the market, or an exit that says what it is',
    });
  }
  return null;
}

/** A stop that has triggered keeps its price when its limit is moved. */
function newStopOf(step: Exclude<Step, { kind: 'cancel' }>): Price | null {
  if (step.kind === 'submit') return step.order.stopLoss?.stopPrice ?? step.order.stopPrice;
  const { change, before } = step;
  return change.stopPrice === null || before.stopPrice?.eq(change.stopPrice) === true
    ? null
    : change.stopPrice;
}

function entryStopProblem(input: ReviewInput, settings: StopSanitySettings): Verdict | null {
  for (const entry of entriesIn(input)) {
    const verdict = judgeEntryStop(entry, input, settings);
    if (verdict !== null) return verdict;
  }
  return null;
}

function judgeEntryStop(
  { step, side: orderSide }: Entry,
  input: ReviewInput,
  settings: StopSanitySettings,
): Verdict | null {
  if (step.kind === 'replace' || step.order.stopLoss === null) return null;
  const { stopPrice, limitPrice } = step.order.stopLoss;
  const side: PositionSide = orderSide === 'buy' ? 'long' : 'short';
  const { quote, averageTrueRange: range } = input.context.market;
  const far = opposite(orderSide) === 'sell' ? quote?.bid : quote?.ask;
  const limit = limitOf(settings);
  if (far === undefined || range === null) {
    return denyUnknown(name, input, limit, `the market of ${input.part.symbol} is not known`);
  }
  const from = nearest(side, far, step.order.limitPrice);
  const distance = side === 'long' ? from.minus(stopPrice) : stopPrice.minus(from);
  const measured = `a stop ${text(distance)} USD behind ${dollars(from)}`;
  const ofRange = `one average true range is ${text(range)} USD`;
  if (limitPrice !== null && isTighter(side, limitPrice, stopPrice)) {
    const because = `the limit ${dollars(limitPrice)} of its stop lies before the stop itself`;
    const wouldPass = 'the same entry with the limit of its stop behind the stop';
    return deny(name, input, 'stop_misplaced', { measured, limit, because, wouldPass });
  }
  const isNear = distance.lt(ONE_CENT) || distance.lt(range.times(settings.leastAtr));
  if (isNear || distance.gt(range.times(settings.mostAtr))) {
    const where = isNear ? 'in the noise of the market or before it' : 'too far away to protect';
    const because = `its stop stands ${where}; ${ofRange}`;
    const wouldPass = whatPasses(side, from, range, settings);
    return deny(name, input, 'stop_misplaced', { measured, limit, because, wouldPass });
  }
  return null;
}

/** Between which prices a stop would pass; the one nearer to the market first. */
function whatPasses(
  side: PositionSide,
  from: Price,
  range: Price,
  { leastAtr, mostAtr }: StopSanitySettings,
): string {
  const least = larger<Decimal>(range.times(leastAtr), ONE_CENT);
  const most = range.times(mostAtr);
  if (most.lt(least)) return 'an entry in what moves more in a day';
  const entry = 'the same entry with a stop';
  if (side === 'short') {
    return `${entry} from ${dollars(tickUp(from.plus(least)))} to ${dollars(tickDown(from.plus(most)))}`;
  }
  const [near, far] = [tickDown(from.minus(least)), tickUp(from.minus(most))];
  return far.gt('0')
    ? `${entry} from ${dollars(near)} to ${dollars(far)}`
    : `${entry} at ${dollars(near)} or below`;
}

/** Where the entry may be filled nearest to its stop. */
function nearest(side: PositionSide, far: Price, own: Price | null): Price {
  if (own === null) return far;
  return side === 'long' ? smaller(far, own) : isTighter('long', own, far) ? own : far;
}
