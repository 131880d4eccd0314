import { askAt } from './fills.ts';

/** Who buys, and when: the guard never does it by itself. */
export type EntryPlan =
  /** With all the money of the symbol: at the open of `firstBar`, and again so long after. */
  | { readonly kind: 'always'; readonly firstBar: number; readonly againAfterBars: number }
  | { readonly kind: 'listed'; readonly entries: readonly ListedEntry[] };

/** A purchase at the open of a bar. */
export type ListedEntry = {
  readonly bar: number;
  readonly size: { readonly shares: number } | { readonly dollars: number };
};

/**
 * The first bar at whose open something is to be bought; null when nothing is any more.
 *
 * @param flatSince the bar in which the last position ended; null when there was none yet
 * @param from no bar before this one
 */
export function nextEntryBar(
  plan: EntryPlan,
  flatSince: number | null,
  from: number,
): number | null {
  switch (plan.kind) {
    case 'always': {
      const due = flatSince === null ? plan.firstBar : flatSince + plan.againAfterBars;
      return Math.max(due, from);
    }
    case 'listed':
      return plan.entries.find(({ bar }) => bar >= from)?.bar ?? null;
  }
}

/** Whole shares, as many as the money pays at the ask; 0 where a listed purchase is beyond it. */
export function entryShares(
  plan: EntryPlan,
  bar: number,
  money: { readonly cash: number; readonly open: number },
  { spreadBps, costBps }: { readonly spreadBps: number; readonly costBps: number },
): number {
  const ask = askAt(money.open, spreadBps);
  const affordable = Math.max(0, Math.floor((money.cash * 10_000) / (ask * (10_000 + costBps))));
  if (plan.kind === 'always') return affordable;
  const size = plan.entries.find((entry) => entry.bar === bar)?.size;
  if (size === undefined) return 0;
  const wanted = 'shares' in size ? size.shares : Math.floor((size.dollars * 10_000) / ask);
  return wanted <= affordable ? wanted : 0;
}
