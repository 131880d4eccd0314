import { decimal, text, worth, ZERO } from '../../domain/decimal.ts';
import type { Environment } from '../../domain/environment.ts';
import type { Position } from '../../domain/portfolio.ts';
import { defaultPlanning } from '../../engine/planning-settings.ts';
import { stricterLimits } from '../../engine/review/approval-tier.ts';
import { type BlastRadius, blastRadius } from '../../engine/review/blast-radius.ts';
import type { Rules } from '../../settings-file.ts';

/** What a host in wrong hands can cost in a day, by the settings and what is held. */
export function blastRadiusOf(
  rules: Rules,
  environment: Environment,
  account: { readonly equity: string; readonly gross: string | null },
): BlastRadius {
  const { mode, approvals, policies } = rules;
  const { limits, liveLimits } = approvals;
  return blastRadius(
    {
      mode,
      approvals: environment === 'live' ? stricterLimits(limits, liveLimits) : limits,
      proposalsPerMinute: approvals.proposalsPerMinute,
      grossPercent: text(policies.exposureTotal.percentOfEquity),
      exitPercent: text(policies.priceCollar.exitPercent),
      entryPercent: text(policies.priceCollar.entryPercent),
      dailyLossPercent: text(policies.dailyLoss.percentOfEquity),
      gapPercent: defaultPlanning.gapPercent,
    },
    decimal(account.equity),
    account.gross === null ? null : decimal(account.gross),
  );
}

/** Long and short together, in dollars. */
export const grossOf = (positions: readonly Position[]): string =>
  text(
    positions.reduce(
      (sum, { currentPrice, quantity }) => sum.plus(worth(currentPrice, quantity)),
      ZERO,
    ),
  );

export const blastInWords = ({ dollarsPerDay, because }: BlastRadius): string =>
  `An agent in wrong hands can cost at most $${dollarsPerDay.toFixed(2)} in a day without you: ${because}.`;
