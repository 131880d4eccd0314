// Nothing is done on prices or holdings that may no longer be true.
import type { z } from 'zod';
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import { isRiskReducing } from '../../src/domain/risk-reducing.ts';
import { settingsObject, wholeSetting } from '../settings.ts';
import { deny, pass } from './verdict.ts';

export const freshDataSettings = settingsObject({
  /** The oldest quote an entry may rest on. */
  quoteMs: wholeSetting(100, 3_600_000).prefault(5_000),
  /** The oldest price that exits and protection may rest on: late is better than never. */
  quoteForExitsMs: wholeSetting(100, 86_400_000).prefault(900_000),
  /** The oldest account, positions and orders an entry may rest on. */
  snapshotMs: wholeSetting(1_000, 3_600_000).prefault(15_000),
  snapshotForExitsMs: wholeSetting(1_000, 3_600_000).prefault(60_000),
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
    incoherence(input) ?? staleSnapshot(input, settings) ?? priceAge(input, settings),
});

function incoherence(input: ReviewInput): Verdict | null {
  const { part, snapshot, context } = input;
  const reasons = snapshot.incoherences
    .filter(({ symbol }) => symbol === null || symbol === part.symbol)
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
      because: `there is no ${reduces ? 'quote and no trade' : 'quote'} for ${part.symbol}`,
      wouldPass: `the same plan with a quote not older than ${limit}`,
    });
  }
  const ageMs = Math.min(...ages);
  const finding = { measured: `${ageMs} ms`, limit };
  if (ageMs > limitMs) {
    return deny(name, input, 'quote_stale', {
      ...finding,
      because: `the newest price of ${part.symbol} is ${ageMs} ms off`,
      wouldPass: `the same plan with a quote not older than ${limit}`,
    });
  }
  return pass(name, input, { ...finding, because: 'snapshot and prices are fresh and agree' });
}

const onlyReduces = ({ part, context }: ReviewInput): boolean =>
  part.steps.every((step) => isRiskReducing(step, context.position));
