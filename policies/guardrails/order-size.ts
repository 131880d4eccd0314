// No single order may put more than so much of the account at stake.
import type { z } from 'zod';
import {
  type Decimal,
  larger,
  type Notional,
  percentOf,
  type Quantity,
  smaller,
  text,
} from '../../src/domain/decimal.ts';
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { cents, shares } from '../words.ts';
import { type Entry, entriesIn } from './entries.ts';
import { deny, denyUnknown, pass } from './verdict.ts';

export const orderSizeSettings = settingsObject({
  /** The most US dollars that one entry may be worth. */
  maximumDollars: decimalSetting('1', '100000000').prefault('25000'),
  /** The most percent of the account's equity; the smaller of the two counts. */
  percentOfEquity: decimalSetting('0.01', '100').prefault('10'),
  /** The most percent of the shares that change hands in a day. */
  percentOfDailyVolume: decimalSetting('0.001', '100').prefault('1'),
  /** How many times the usual size of the account's own entries; a price typed as a size. */
  timesOwnMedian: decimalSetting('2', '100000').prefault('100'),
});
export type OrderSizeSettings = z.output<typeof orderSizeSettings>;

const name = 'order-size';

export const orderSize = (settings: OrderSizeSettings): Guardrail => ({
  name,
  promise: 'No single order may be bigger than I ever meant one to be.',

  review(input): Verdict {
    const { maximumDollars, percentOfEquity } = settings;
    const { part, snapshot } = input;
    const share = percentOf(snapshot.account.equity, percentOfEquity);
    const most = smaller(maximumDollars, share);
    const limit = `${cents(most)} USD (${text(percentOfEquity)} % of equity, at most ${cents(maximumDollars)})`;
    const entries = entriesIn(input);

    const priced = entries.filter(isPriced);
    const unpriced = entries.find((entry) => !isPriced(entry));
    if (unpriced !== undefined) {
      return deny(name, input, 'data_missing', {
        measured: `${text(unpriced.quantity)} shares at no price`,
        limit,
        because: `nobody can tell what an entry in ${part.symbol} is worth without a quote`,
        wouldPass: 'an entry with a limit price, or a quote',
      });
    }
    const tooLarge = priced.find((entry) => entry.worth.gt(most));
    if (tooLarge !== undefined) {
      return deny(name, input, 'order_too_large', {
        measured: `${cents(tooLarge.worth)} USD`,
        limit,
        because: `an order for ${text(tooLarge.quantity)} ${part.symbol} is worth too much`,
        wouldPass: `orders of at most ${cents(most)} USD`,
      });
    }
    const odd = largestFirst(entries).map((entry) => oddSize(entry, input, settings));
    const problem = odd.find((verdict) => verdict !== null);
    if (problem) return problem;
    const largest = priced.reduce<Decimal | null>(
      (top, entry) => (top === null ? entry.worth : larger<Decimal>(top, entry.worth)),
      null,
    );
    return pass(name, input, {
      measured: largest === null ? 'no entry' : `${cents(largest)} USD`,
      limit,
      because:
        largest === null ? 'exits and protection have no size limit' : 'no entry is too large',
    });
  },
});

type Priced = Entry & { readonly worth: Notional };
const isPriced = (entry: Entry): entry is Priced => entry.worth !== null;

/** Too many shares for the market, or for somebody who usually orders far fewer. */
function oddSize(
  { quantity }: Entry,
  input: ReviewInput,
  { percentOfDailyVolume, timesOwnMedian }: OrderSizeSettings,
): Verdict | null {
  const { averageDailyVolume, ownEntryQuantities } = input.facts;
  const { symbol } = input.part;
  const measured = shares(quantity);
  const ofVolume = `${text(percentOfDailyVolume)} % of the shares traded in a day`;
  if (averageDailyVolume === null) {
    return denyUnknown(
      name,
      input,
      ofVolume,
      `how much of ${symbol} is traded in a day is not known`,
    );
  }
  const ofDay = percentOf(averageDailyVolume, percentOfDailyVolume);
  if (quantity.gt(ofDay)) {
    const most = ofDay.round(9, 0);
    return deny(name, input, 'order_above_volume', {
      measured,
      limit: `${text(most)} shares (${ofVolume})`,
      because: `an order for ${text(quantity)} ${symbol} would move its market`,
      wouldPass: `orders of at most ${text(most)} shares`,
    });
  }
  const ofMedian = `${text(timesOwnMedian)} times the usual size`;
  if (ownEntryQuantities === null) {
    return denyUnknown(name, input, ofMedian, 'the usual size of own entries is not known');
  }
  const median = medianOf(ownEntryQuantities);
  if (median === null || quantity.lte(median.times(timesOwnMedian))) return null;
  const most = text(median.times(timesOwnMedian));
  return deny(name, input, 'order_unlike_own', {
    measured,
    limit: `${most} shares (${ofMedian}, ${text(median)})`,
    because: `an order for ${text(quantity)} shares looks like a price or an amount typed as a size`,
    wouldPass: `orders of at most ${most} shares`,
  });
}

/** The lower one of the two in the middle; null for none. */
function medianOf(quantities: readonly Quantity[]): Decimal | null {
  const sorted = [...quantities].sort((a, b) => a.cmp(b));
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

const largestFirst = (entries: readonly Entry[]): readonly Entry[] =>
  [...entries].sort((a, b) => b.quantity.cmp(a.quantity));
