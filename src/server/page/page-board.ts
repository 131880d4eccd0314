import { portfolioHeader } from '../../../tools/shared/portfolio-header.ts';
import {
  attentionRank,
  coverStateOf,
  type Held,
  summaryColumns,
  summaryRow,
} from '../../../tools/shared/position-facts.ts';
import type { BigBrotherFace } from '../../../tools/tool.ts';
import { text } from '../../domain/decimal.ts';
import type { PortfolioSnapshot } from '../../domain/portfolio.ts';
import type { EpochMs } from '../../domain/time.ts';
import { isoTime } from '../../domain/time.ts';
import type { PendingApproval } from '../../runtime/plans/approval-desk.ts';

/** More than Alpaca lets anybody look at in one piece; what is left out is counted. */
const MOST_POSITIONS = 1_000;
const MOST_ALERTS = 50;

/**
 * The board as JSON: the header of `get_portfolio_context`, and a row for each position, the
 * least covered first.
 */
export function boardOf(
  bigBrother: BigBrotherFace,
  snapshot: PortfolioSnapshot,
  waiting: readonly PendingApproval[],
  now: EpochMs,
): Readonly<Record<string, unknown>> {
  const held: Held[] = snapshot.positions
    .map((position) => {
      const context = bigBrother.contextFor(position.symbol);
      return { symbol: position.symbol, position, context, cover: coverStateOf(context) };
    })
    .sort(
      (one, other) =>
        attentionRank[one.cover] - attentionRank[other.cover] ||
        (one.symbol < other.symbol ? -1 : 1),
    );
  const shown = held.slice(0, MOST_POSITIONS);
  const { environment, mode } = bigBrother.status();
  const alerts = bigBrother.alerts();
  return {
    // The account's own time: that of a simulation is another one than the reader's.
    ...{ environment, mode, now },
    ...portfolioHeader(snapshot, held, bigBrother, now),
    alerts: alerts
      .slice(0, MOST_ALERTS)
      .map(({ code, symbol, because }) => ({ code, symbol, because })),
    alerts_left_out: Math.max(0, alerts.length - MOST_ALERTS),
    columns: [...summaryColumns, 'take_profit'],
    rows: shown.map((one) => [
      ...summaryRow({ ...one, naked: bigBrother.nakedTime(one.symbol), now }),
      takeProfitOf(one),
    ]),
    left_out: held.length - shown.length,
    plans_waiting: waiting.map(({ planId, hash, tier, text: { lines }, expiresAt }) => ({
      ...{ plan_id: planId, hash, tier, title: lines[0] ?? planId },
      expires_at: isoTime(expiresAt),
    })),
  };
}

/** The one that is reached first. */
function takeProfitOf({ context, position }: Held): string | null {
  const prices = (context?.cover.takeProfits ?? []).flatMap(({ limitPrice }) => limitPrice ?? []);
  const [first, ...others] = prices;
  if (first === undefined) return null;
  const isNearer = (one: typeof first, other: typeof first): boolean =>
    position.side === 'long' ? one.lt(other) : one.gt(other);
  return text(others.reduce((nearest, each) => (isNearer(each, nearest) ? each : nearest), first));
}
