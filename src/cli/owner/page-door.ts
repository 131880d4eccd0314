import { guardrails, tradingPolicies } from '../../../policies/registry.ts';
import { text } from '../../domain/decimal.ts';
import { PageReader } from '../../server/page/page-reader.ts';
import type { AccountLimits } from '../../server/page/page-rules.ts';
import type { PageDoor } from '../../server/page/page-words.ts';
import type { Rules } from '../../settings-file.ts';
import type { PolicyRow } from '../../web/page/page-data.ts';
import type { Started } from './start.ts';

const MINUTE_MS = 60_000;

/** As much of a running BigBrother as the page is told of. */
export type Shown = Pick<
  Started,
  'bigBrother' | 'approvals' | 'clock' | 'logger' | 'controls' | 'stepBack' | 'tape'
> & { readonly settings: Pick<Started['settings'], 'rules'> };

/**
 * What the local page is told by the process that owns the account.
 *
 * @param secrets values that must never leave it
 */
export function pageDoor(running: Shown, secrets: readonly string[]): PageDoor {
  const { bigBrother, approvals, clock, logger, settings, controls, stepBack, tape } = running;
  return new PageReader({
    ...{ bigBrother, clock, tape, secrets },
    waiting: () => approvals.pending(),
    onRecord: (hear) => logger.onRecord(hear),
    rules: () => {
      const { policies, rollout } = settings.rules();
      const back = new Map(stepBack.steppedBack().map((each) => [each.policy, each.because]));
      return {
        policies: tradingPolicies(policies).map((policy) =>
          policyRow(policy, rollout, back.get(policy.name) ?? null),
        ),
        guardrails: guardrails(policies),
        limits: limitsOf(policies),
      };
    },
    facts: () => {
      const { messages, netDepositsToday, peakEquity } = controls.facts();
      const since = clock.now() - MINUTE_MS;
      return {
        messages: messages?.filter(({ at }) => at > since).length ?? null,
        paidInToday: netDepositsToday,
        peakEquity,
      };
    },
  });
}

/** A policy that no setting names acts everywhere. */
const EVERYWHERE = {
  stage: 'all',
  symbols: [],
  maxActionsPerDay: null,
  maxPositionDollars: null,
} as const;

const policyRow = (
  { name, promise }: { readonly name: string; readonly promise: string },
  rollout: Rules['rollout'],
  steppedBack: string | null,
): PolicyRow => ({ name, promise, ...EVERYWHERE, ...rollout[name], steppedBack });

const limitsOf = (policies: Rules['policies']): AccountLimits => ({
  exposureTotal: text(policies.exposureTotal.percentOfEquity),
  exposureName: text(policies.exposureName.percentOfEquity),
  sector: text(policies.concentration.sectorPercent),
  unknownSector: text(policies.concentration.unknownSectorPercent),
  cluster: text(policies.concentration.clusterPercent),
  dailyLoss: text(policies.dailyLoss.percentOfEquity),
  drawdown: text(policies.drawdown.percentOfPeak),
  maintenance: text(policies.margin.maintenancePercent),
  entriesPerMinute: policies.messageThrottle.entriesPerMinute,
});
