// Nothing is done on prices or holdings that may no longer be true.
import type { z } from 'zod';
import { type Price, percentOf, text } from '../../src/domain/decimal.ts';
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import type { Quote, Trade } from '../../src/domain/market.ts';
import type { Step } from '../../src/domain/plan.ts';
import { isRiskReducing, onlyAddsStops } from '../../src/domain/risk-reducing.ts';
import { decimalSetting, settingsObject, wholeSetting } from '../settings.ts';
import { dollars } from '../words.ts';
import { exitsAlong, sharesClaimed } from './exits.ts';
import { deny, denyUnknown, pass } from './verdict.ts';

export const freshDataSettings = settingsObject({
  /** The oldest quote an entry may rest on. */
  quoteMs: wholeSetting(100, 3_600_000).prefault(5_000),
  /** The oldest price that exits and protection may rest on: late is better than never. */
  quoteForExitsMs: wholeSetting(100, 86_400_000).prefault(900_000),
  /** The oldest account, positions and orders an entry may rest on. */
  snapshotMs: wholeSetting(1_000, 3_600_000).prefault(15_000),
  /** The oldest of the same that exits and protection may rest on. */
  snapshotForExitsMs: wholeSetting(1_000, 3_600_000).prefault(15_000),
  /** The widest spread an entry may pay, in percent of the middle of the quote. */
  spreadPercent: decimalSetting('0.01', '50').prefault('1'),
  /** How far the last trade may lie from the middle of the quote, in percent of it. */
  lastFromMiddlePercent: decimalSetting('0.01', '50').prefault('2'),
})
  .refine(({ quoteMs, quoteForExitsMs }) => quoteForExitsMs >= quoteMs, {
    path: ['quoteForExitsMs'],
    error: 'at least quoteMs: an exit may not wait for better prices than an entry',
  })
  .refine(({ snapshotMs, snapshotForExitsMs }) => snapshotForExitsMs >= snapshotMs, {
    path: ['snapshotForExitsMs'],
    error: 'at least snapshotMs: an exit may not wait for better data than an entry',
  });
export type FreshDataSettings = z.output<typeof freshDataSettings>;

const name = 'fresh-data';

export const freshData = (settings: FreshDataSettings): Guardrail => ({
  name,
  promise: 'Nothing is bought or sold on old or contradictory figures.',

  review: (input): Verdict =>
    incoherence(input) ??
    staleSnapshot(input, settings) ??
    oddQuote(input, settings) ??
    priceAge(input, settings),
});

function incoherence(input: ReviewInput): Verdict | null {
  const { part, snapshot, context } = input;
  const { position } = context;
  const reasons = snapshot.incoherences
    .filter(({ symbol }) => symbol === null || symbol === part.symbol)
    .filter(({ isRename }) => isRename !== true || !takesBackExits(input))
    .filter(({ isLag }) => isLag !== true || !onlyAddsStops(part.steps, position))
    .map(({ because }) => because);
  for (const { id, status } of context.orders) {
    if (status === 'unrecognized') reasons.push(`order ${id} has a status nobody here knows`);
  }
  if (reasons.length === 0) return null;
  return deny(name, input, 'snapshot_incoherent', {
    measured: `${reasons.length} contradictions`,
    limit: '0 contradictions',
    because: reasons.join('; '),
    wouldPass: 'the same plan on a snapshot whose parts agree',
  });
}

/** Exits only become fewer, at the prices they have, and none for fewer shares than are held. */
function takesBackExits({ part, context }: ReviewInput): boolean {
  const held = context.position.quantity;
  return (
    part.steps.every((step) => step.kind === 'cancel' || onlyShrinks(step)) &&
    exitsAlong(part, context).every((exits) => sharesClaimed(exits).gte(held))
  );
}

function onlyShrinks(step: Exclude<Step, { kind: 'cancel' }>): boolean {
  if (step.kind === 'submit') return false;
  const { before, change } = step;
  const keeps = (now: Price | null, was: Price | null) =>
    now === null || (was !== null && now.eq(was));
  const isFewer = before.quantity !== null && change.quantity?.lte(before.quantity) === true;
  return (
    isFewer &&
    keeps(change.stopPrice, before.stopPrice) &&
    keeps(change.limitPrice, before.limitPrice)
  );
}

function staleSnapshot(input: ReviewInput, settings: FreshDataSettings): Verdict | null {
  const { account, positions, orders } = input.snapshot.confirmedAt;
  const limitMs = onlyReduces(input) ? settings.snapshotForExitsMs : settings.snapshotMs;
  // A time in the future is as wrong as one long past: some clock is off.
  const ageMs = Math.max(...[account, positions, orders].map((at) => Math.abs(input.now - at)));
  if (ageMs <= limitMs) return null;
  return deny(name, input, 'snapshot_stale', {
    measured: `${ageMs} ms`,
    limit: `${limitMs} ms`,
    because: `account, positions and orders were last confirmed ${ageMs} ms ago`,
    wouldPass: `the same plan on a snapshot not older than ${limitMs} ms`,
  });
}

/** Exits are judged by the worst price there is; an entry needs prices that make sense. */
function oddQuote(input: ReviewInput, settings: FreshDataSettings): Verdict | null {
  if (onlyReduces(input)) return null;
  const { quote, lastTrade } = input.context.market;
  const limit =
    `a spread of ${text(settings.spreadPercent)} %, ` +
    `the last trade within ${text(settings.lastFromMiddlePercent)} % of its middle`;
  if (quote === null || lastTrade === null) {
    const what = `there is no quote and trade for ${input.part.symbol}`;
    return denyUnknown(name, input, limit, what);
  }
  const because = whyOdd(quote, lastTrade, settings);
  if (because === null) return null;
  return deny(name, input, 'quote_incoherent', {
    measured: `${dollars(quote.bid)} bid, ${dollars(quote.ask)} ask, last ${dollars(lastTrade.price)}`,
    limit,
    because,
    wouldPass: 'exits and protection, or the same plan on prices that agree',
  });
}

/** In twice the middle and twice what lies off it, so that nothing is halved. */
function whyOdd({ bid, ask }: Quote, last: Trade, settings: FreshDataSettings): string | null {
  if (!bid.gt('0')) return 'nobody bids';
  if (bid.gt(ask)) return 'the quote is crossed: the bid lies over the ask';
  const twiceMiddle = bid.plus(ask);
  if (ask.minus(bid).times('2').gt(percentOf(twiceMiddle, settings.spreadPercent))) {
    return `the spread of ${dollars(ask.minus(bid))} USD is too wide to enter`;
  }
  const twiceOff = last.price.times('2').minus(twiceMiddle).abs();
  return twiceOff.gt(percentOf(twiceMiddle, settings.lastFromMiddlePercent))
    ? `the last trade at ${dollars(last.price)} lies far from the quote`
    : null;
}

function priceAge(input: ReviewInput, settings: FreshDataSettings): Verdict {
  const { now, context, part } = input;
  const { quote, lastTrade } = context.market;
  const reduces = onlyReduces(input);
  const limitMs = reduces ? settings.quoteForExitsMs : settings.quoteMs;
  const limit = `${limitMs} ms`;
  if (context.position.quantity.eq('0') && part.steps.every(({ kind }) => kind === 'cancel')) {
    const because = 'nothing is held, and no price is asked for to cancel an order';
    return pass(name, input, { measured: 'nothing held', limit, because });
  }
  if (reduces && (context.market.halted || !context.session.isOpen)) {
    return pass(name, input, {
      measured: context.market.halted ? 'symbol halted' : 'session closed',
      limit,
      because: 'nothing trades now, so that the last prices cannot go stale',
    });
  }
  // An exit may rest on whichever is newer; an entry needs the quote it will pay.
  const times = [quote?.at, reduces ? lastTrade?.at : undefined];
  const ages = times.flatMap((at) => (at === undefined ? [] : [Math.abs(now - at)]));
  if (ages.length === 0) {
    return deny(name, input, 'data_missing', {
      measured: 'no price',
      limit,
      because: `there is no quote and no trade for ${part.symbol}`,
      wouldPass: `the same plan with a quote not older than ${limit}`,
    });
  }
  const ageMs = Math.min(...ages);
  const measured = `${ageMs} ms`;
  if (ageMs > limitMs) {
    return deny(name, input, 'quote_stale', {
      measured,
      limit,
      because: `the newest price of ${part.symbol} is ${ageMs} ms off`,
      wouldPass: `the same plan with a quote not older than ${limit}`,
    });
  }
  return pass(name, input, { measured, limit, because: 'snapshot and prices are fresh and agree' });
}

const onlyReduces = ({ part, context }: ReviewInput): boolean =>
  part.steps.every((step) => isRiskReducing(step, context.position));
