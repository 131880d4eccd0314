import type { ApprovalLimits } from '../../domain/approval.ts';
import { type Decimal, decimal, larger, smaller, text, ZERO } from '../../domain/decimal.ts';
import type { Mode } from '../../domain/environment.ts';

/** What the settings allow a host to do without a person. Percent are decimal text. */
export type BlastLimits = {
  readonly mode: Mode;
  /** Those of this environment. */
  readonly approvals: Pick<
    ApprovalLimits,
    'saleDollarsPerDay' | 'saleEquityPercentPerDay' | 'addedDollars'
  >;
  readonly proposalsPerMinute: number;
  /** The most of equity in all positions. */
  readonly grossPercent: string;
  /** The worst price that an exit may carry. */
  readonly exitPercent: string;
  /** The worst price that an entry may carry. */
  readonly entryPercent: string;
  /** The loss of a day after which nothing is entered. */
  readonly dailyLossPercent: string;
  /** How far past a stop a gap is assumed to fill. */
  readonly gapPercent: string;
};

/** Dollars, rounded up to the cent. */
export type BlastRadius = {
  readonly dollarsPerDay: Decimal;
  /** Positions that the host has sold, at the worst price that the collar lets through. */
  readonly sales: Decimal;
  /** Positions that the host has opened. */
  readonly entries: Decimal;
  /** What it was computed from, in words. */
  readonly because: string;
};

const MINUTES_PER_DAY = '1440';

/**
 * The most that a host in wrong hands can cost in a day while no person looks: it sells what
 * needs nobody's approval at the worst price allowed, and enters what needs none. What the
 * positions lose to their stops by themselves is not the host's doing, nor is what the policies
 * of the owner do: no host can stop those.
 *
 * @param gross the worth of all positions, where it is known; else what the settings allow
 */
export function blastRadius(
  limits: BlastLimits,
  equity: Decimal,
  gross: Decimal | null,
): BlastRadius {
  const { approvals, exitPercent, gapPercent } = limits;
  if (limits.mode !== 'execute') {
    const because = `in mode ${limits.mode} nothing is executed for a host`;
    return { dollarsPerDay: ZERO, sales: ZERO, entries: ZERO, because };
  }
  const worth = larger(equity, ZERO);
  const held = gross ?? part(worth, limits.grossPercent);
  const bySettings = smaller(
    decimal(approvals.saleDollarsPerDay),
    part(worth, approvals.saleEquityPercentPerDay),
  );
  const sold = smaller(held, bySettings);
  // A sale that meets a gap pays for that; one at a limit pays what its limit allows.
  const worst = text(larger(decimal(exitPercent), decimal(gapPercent)));
  const sales = cents(part(sold, worst));
  const entries = cents(entryLoss(limits, worth));
  const because =
    `sells up to $${cents(sold).toFixed(2)} of $${cents(held).toFixed(2)} at worst ` +
    `${worst} % under the market; ` +
    (entries.gt(ZERO)
      ? `enters up to $${cents(entered(limits, worth)).toFixed(2)}`
      : 'enters nothing');
  return { dollarsPerDay: sales.plus(entries), sales, entries, because };
}

/** What a day's entries may lose: their worst price and a gap, until the day's loss ends them. */
function entryLoss(limits: BlastLimits, equity: Decimal): Decimal {
  const { entryPercent, gapPercent, dailyLossPercent } = limits;
  const most = entered(limits, equity);
  const gap = part(most, gapPercent);
  const untilLatched = part(equity, dailyLossPercent).plus(gap);
  return smaller(part(most, entryPercent).plus(gap), untilLatched);
}

function entered({ approvals, proposalsPerMinute, grossPercent }: BlastLimits, equity: Decimal) {
  const plans = decimal(MINUTES_PER_DAY).times(String(proposalsPerMinute));
  return smaller(decimal(approvals.addedDollars).times(plans), part(equity, grossPercent));
}

const part = (whole: Decimal, percent: string): Decimal => whole.times(decimal(percent)).div('100');

/** Rounded up: a loss is never told smaller than it is. */
const cents = (amount: Decimal): Decimal => amount.round(2, 3);
