// Names that fall together count together: one sector, or one cluster, is one bet.
import type { z } from 'zod';
import { type Decimal, percentOf, text } from '../../src/domain/decimal.ts';
import type { DenialCode, Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import type { Ticker } from '../../src/domain/ids.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { cents } from '../words.ts';
import { entriesIn, entriesOf, exposureOf, partsOf, total } from './entries.ts';
import { deny, denyUnknown, pass, passExits } from './verdict.ts';

export const concentrationSettings = settingsObject({
  /** The most percent of equity in one sector. */
  sectorPercent: decimalSetting('0.1', '400').prefault('35'),
  /** The most percent of equity in names whose prices move together. */
  clusterPercent: decimalSetting('0.1', '400').prefault('40'),
  /** The same for all names together whose sector nobody knows. */
  unknownSectorPercent: decimalSetting('0.1', '400').prefault('20'),
}).refine(({ unknownSectorPercent, sectorPercent }) => unknownSectorPercent.lte(sectorPercent), {
  path: ['unknownSectorPercent'],
  error: 'at most sectorPercent: what nobody knows may not be allowed more',
});
export type ConcentrationSettings = z.output<typeof concentrationSettings>;

const name = 'concentration';

type Bucket = {
  readonly what: string;
  readonly code: DenialCode;
  readonly percent: Decimal;
  readonly holds: (symbol: Ticker) => boolean;
};

export const concentration = (settings: ConcentrationSettings): Guardrail => ({
  name,
  promise: 'I never bet too much on things that fall together.',

  review(input): Verdict {
    const buckets = bucketsOf(input, settings);
    const limits = buckets.map((bucket) => limitOf(bucket, input)).join('; ');
    if (entriesIn(input).length === 0) return passExits(name, input, limits);
    const measured: string[] = [];
    for (const bucket of buckets) {
      const after = exposureIn(bucket, input);
      const limit = limitOf(bucket, input);
      if (after === null) {
        return denyUnknown(name, input, limit, `an order in ${bucket.what} cannot be counted`);
      }
      const found = `${cents(after)} USD in ${bucket.what}`;
      if (after.gt(percentOf(input.snapshot.account.equity, bucket.percent))) {
        return deny(name, input, bucket.code, {
          measured: found,
          limit,
          because: `with this plan ${found} would be at stake together`,
          wouldPass: `smaller entries, or the same ones after an exit in ${bucket.what}`,
        });
      }
      measured.push(found);
    }
    const because = 'no sector and no cluster is worth too much';
    return pass(name, input, { measured: measured.join('; '), limit: limits, because });
  },
});

function bucketsOf({ part, facts }: ReviewInput, settings: ConcentrationSettings): Bucket[] {
  const own = facts.groups.get(part.symbol);
  const sector = own?.sector ?? null;
  const cluster = own?.cluster ?? null;
  const bySector: Bucket = {
    what: sector === null ? 'names of no known sector' : `the sector ${sector}`,
    code: 'sector_exceeded',
    percent: sector === null ? settings.unknownSectorPercent : settings.sectorPercent,
    holds: (symbol) => (facts.groups.get(symbol)?.sector ?? null) === sector,
  };
  if (cluster === null) return [bySector];
  const byCluster: Bucket = {
    what: `the cluster ${cluster}`,
    code: 'cluster_exceeded',
    percent: settings.clusterPercent,
    holds: (symbol) => facts.groups.get(symbol)?.cluster === cluster,
  };
  return [bySector, byCluster];
}

const limitOf = ({ what, percent }: Bucket, { snapshot }: ReviewInput): string =>
  `${cents(percentOf(snapshot.account.equity, percent))} USD (${text(percent)} % of equity) in ${what}`;

function exposureIn({ holds }: Bucket, input: ReviewInput) {
  const parts = partsOf(input);
  const added = parts
    .filter(({ symbol }) => holds(symbol))
    .flatMap((part) => entriesOf(part, input.snapshot).map((entry) => entry.worth));
  return total([exposureOf(input, parts, holds), ...added]);
}
