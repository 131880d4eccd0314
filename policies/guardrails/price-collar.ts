// No order goes out at a price that nobody in his right mind would trade at.
import type { z } from 'zod';
import { decimal, type Price, percentOf, price, text } from '../../src/domain/decimal.ts';
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import type { OrderSide } from '../../src/domain/order.ts';
import type { Step } from '../../src/domain/plan.ts';
import { sharesAdded } from '../../src/domain/risk-reducing.ts';
import { isThrough, isTighter } from '../../src/domain/side.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { dollars } from '../words.ts';
import { deny, pass } from './verdict.ts';

export const priceCollarSettings = settingsObject({
  /** How far an entry's limit may lie from the middle of the quote, either way. */
  entryPercent: decimalSetting('0.1', '50').prefault('3'),
  /** How far an exit's limit may lie on the bad side of it, or what an agent's sale would get. */
  exitPercent: decimalSetting('0.1', '50').prefault('10'),
  /** How far a protective stop's limit may lie beyond its own stop price. */
  stopRoomPercent: decimalSetting('0.1', '50').prefault('15'),
});
export type PriceCollarSettings = z.output<typeof priceCollarSettings>;

const name = 'price-collar';
const HALF = decimal('0.5');

/** @param quoteMs the age up to which a quote is fresh; the same as fresh-data's */
export const priceCollar = (settings: PriceCollarSettings, quoteMs: number): Guardrail => ({
  name,
  promise: 'No order carries a price far from the market.',

  review(input): Verdict {
    let measured = '';
    let limit = '';
    for (const step of input.part.steps) {
      for (const order of limitsOf(step, input)) {
        const finding = judge(order, input, settings, quoteMs);
        if (finding.verdict !== null) return finding.verdict;
        const more = measured === '' ? '' : '; ';
        measured += more + finding.measured;
        limit += more + finding.limit;
      }
    }
    return pass(name, input, {
      measured: measured || 'no limit price',
      limit: limit || 'none needed',
      because: 'every limit lies where the market could trade, or at a better price',
    });
  },
});

type Limit = {
  readonly side: OrderSide;
  readonly isEntry: boolean;
  /** Its own, or what the market offers to one without; null where nobody offers anything. */
  readonly limitPrice: Price | null;
  readonly words: 'limit' | 'at the market';
  readonly stopPrice: Price | null;
};
type Finding = {
  readonly measured: string;
  readonly limit: string;
  readonly verdict: Verdict | null;
};

function limitsOf(step: Step, input: ReviewInput): readonly Limit[] {
  const { context } = input;
  const words = 'limit';
  if (step.kind === 'cancel') return [];
  const isEntry = sharesAdded(step, context.position).gt('0');
  if (step.kind === 'replace') {
    const limitPrice = step.change.limitPrice ?? step.before.limitPrice;
    const stopPrice = step.change.stopPrice ?? step.before.stopPrice;
    const { side } = step.before;
    return limitPrice === null ? [] : [{ side, isEntry, limitPrice, words, stopPrice }];
  }
  const { side, type, limitPrice, stopPrice, stopLoss, orderClass, takeProfitLimitPrice } =
    step.order;
  // A policy's exit leaves at any price; what an agent wants can wait for a better market.
  if (type === 'market' && input.part.wantedBy?.includes('host') === true) {
    return [{ side, isEntry, limitPrice: offered(side, input), words: 'at the market', stopPrice }];
  }
  const own = limitPrice === null ? [] : [{ side, isEntry, limitPrice, words, stopPrice } as const];
  // Only an OCO's stop leg stands beside its order; a bracket's guards shares not held yet.
  if (orderClass !== 'oco' || stopLoss === null || stopLoss.limitPrice === null) return own;
  const leg = { limitPrice: stopLoss.limitPrice, stopPrice: stopLoss.stopPrice };
  const limits = [...own, { side, isEntry, words, ...leg } as const];
  const profit = takeProfitLimitPrice;
  const losing = side === 'sell' ? 'long' : 'short';
  // A take-profit beyond the market can only be good; one that fills at once is an exit's limit.
  if (profit === null || isTighter(losing, profit, context.price)) return limits;
  return [{ side, isEntry, words, limitPrice: profit, stopPrice }, ...limits];
}

function judge(
  order: Limit,
  input: ReviewInput,
  settings: PriceCollarSettings,
  quoteMs: number,
): Finding {
  const { side, isEntry, limitPrice, words, stopPrice } = order;
  if (limitPrice === null) {
    const measured = `${side} ${words}, where nobody offers a price`;
    const limit = 'a quote';
    return { measured, limit, verdict: noQuote(input, measured, limit) };
  }
  const measured = `${side} ${words} ${dollars(limitPrice)}`;
  const losing = side === 'sell' ? 'long' : 'short';
  if (stopPrice !== null && isTighter(losing, limitPrice, stopPrice)) {
    const limit = `at ${dollars(stopPrice)} or beyond`;
    const because = `its limit lies before its stop at ${dollars(stopPrice)}, where it may never fill`;
    return { measured, limit, verdict: outside(input, measured, limit, because) };
  }
  const rests = stopPrice !== null && !isThrough(losing, stopPrice, input.context.price);
  const reference = rests
    ? { at: stopPrice, what: 'its own stop' }
    : referenceFor(isEntry, input, quoteMs);
  if (reference === null) {
    const limit = `${text(settings.entryPercent)} % around a fresh quote`;
    return { measured, limit, verdict: noQuote(input, measured, limit) };
  }
  const exits = rests ? settings.stopRoomPercent : settings.exitPercent;
  const percent = isEntry ? settings.entryPercent : exits;
  const room = percentOf(reference.at, percent);
  const isBelow = limitPrice.lt(reference.at.minus(room));
  const isAbove = limitPrice.gt(reference.at.plus(room));
  const isWorse = losing === 'long' ? isBelow : isAbove;
  const limit = `${text(percent)} % from ${reference.what} at ${dollars(reference.at)}`;
  if (!isWorse && !(isEntry && (isBelow || isAbove))) return { measured, limit, verdict: null };
  const because = `${measured} is more than ${limit}`;
  return { measured, limit, verdict: outside(input, measured, limit, because) };
}

/** What an order without a price meets; null where nobody is there. */
function offered(side: OrderSide, { context }: ReviewInput): Price | null {
  const { quote } = context.market;
  const at = side === 'sell' ? quote?.bid : quote?.ask;
  return at?.gt('0') === true ? at : null;
}

type Reference = { readonly at: Price; readonly what: string };

/**
 * The middle of a fresh quote. Without one an entry has nothing to be measured by; an exit
 * is measured by the worst price known for the position, since it must not wait.
 */
function referenceFor(isEntry: boolean, input: ReviewInput, quoteMs: number): Reference | null {
  const { market, position, price: mark } = input.context;
  const { quote, lastTrade } = market;
  const isSound = quote?.bid.gt('0') === true && quote.ask.gte(quote.bid);
  if (quote !== null && isSound && Math.abs(input.now - quote.at) <= quoteMs) {
    return { at: price(quote.bid.plus(quote.ask).times(HALF)), what: 'the middle of the quote' };
  }
  if (isEntry) return null;
  const side = position.side === 'long' ? quote?.bid : quote?.ask;
  const known = [mark, lastTrade?.price, isSound ? side : undefined].filter(
    (at) => at !== undefined,
  );
  const worst = known.reduce((a, b) => (isTighter(position.side, a, b) ? b : a));
  return { at: worst, what: 'the worst price known' };
}

const outside = (input: ReviewInput, measured: string, limit: string, because: string): Verdict =>
  deny(name, input, 'price_outside_collar', {
    measured,
    limit,
    because,
    wouldPass: `a limit ${limit}`,
  });

const noQuote = (input: ReviewInput, measured: string, limit: string): Verdict =>
  deny(name, input, 'data_missing', {
    measured,
    limit,
    because: `there is no fresh and sound quote for ${input.part.symbol} to measure it by`,
    wouldPass: 'the same order with a fresh quote',
  });
