import { type Decimal, toNumber, ZERO } from '../../core/basics/decimal.ts';
import type { ActivityList, Milliseconds, NonTradeActivity } from '../../core/basics/types.ts';

/** A window ends at `until` and begins where the one before it ends. */
type Window = { readonly until: Milliseconds };

/**
 * Dollars that came or went without a trade within each window, by type of activity; the first
 * window begins at `since`. `wanted` is `ALL`, `NONE` or a list of types; only types that
 * occurred are named.
 */
export function cashflowOf(
  activities: ActivityList,
  since: Milliseconds,
  windows: readonly Window[],
  wanted: readonly string[],
): Record<string, readonly number[]> {
  const sums = new Map<string, Decimal[]>();
  let window = 0;
  for (let place = 0; place < activities.length; place += 1) {
    const activity = activities.at(place);
    if (activity?.kind !== 'non_trade' || activity.at < since) continue;
    if (!isWanted(activity, wanted)) continue;
    while (window < windows.length && (windows[window]?.until ?? 0) < activity.at) window += 1;
    if (window === windows.length) break;
    const sum = sums.get(activity.type) ?? windows.map(() => ZERO);
    sum[window] = (sum[window] ?? ZERO) + activity.netAmount;
    sums.set(activity.type, sum);
  }
  return Object.fromEntries([...sums].map(([type, amounts]) => [type, amounts.map(toNumber)]));
}

function isWanted({ type, status }: NonTradeActivity, wanted: readonly string[]): boolean {
  return status !== 'canceled' && (wanted.includes('ALL') || wanted.includes(type));
}
