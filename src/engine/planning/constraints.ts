import type { Order } from '../../domain/order.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import type { PlanningSettings } from '../planning-settings.ts';
import type { Book } from './book.ts';
import { booksAlong } from './book.ts';
import type { Draft } from './candidate.ts';
import { CANCEL_RULES } from './rules/cancel.ts';
import { REPLACE_RULES } from './rules/replace.ts';
import type { Rule, Scene } from './rules/shared.ts';
import { SUBMIT_RULES } from './rules/submit.ts';

/** Why the symbol takes no plan at all before its own orders are known; null when they are. */
export function whyUnsettled({ intents, orders, position }: PositionContext): string | null {
  const unknown = intents.find(
    ({ state, clientOrderId }) =>
      state === 'unknown' && !orders.some((order) => order.clientOrderId === clientOrderId),
  );
  if (unknown) return `what became of order ${unknown.clientOrderId} is not known yet`;
  const strange = orders.find(({ status }) => status === 'unrecognized');
  if (strange) return `order ${strange.id} has a status that BigBrother does not know`;
  if (position.assetClass !== 'us_equity') return `${position.symbol} is not a US equity`;
  return null;
}

/**
 * Every rule of Alpaca's, and of ours, that the steps would break in turn. Each step is
 * judged against the symbol as the steps before it leave it.
 *
 * @param books the book before the first step and after each, where they are known already
 */
export function brokenRules(
  drafts: readonly Draft[],
  context: PositionContext,
  settings: PlanningSettings,
  books: readonly Book[] = booksAlong(drafts, context),
): string[] {
  const broken: string[] = [];
  const canceled: Order[] = [];
  for (const [index, draft] of drafts.entries()) {
    const [book, after] = [books[index], books[index + 1]];
    if (book === undefined || after === undefined) throw new RangeError('a book for each draft');
    broken.push(...rulesBrokenBy(draft, { context, settings, book, canceled }));
    if (draft.kind === 'cancel') {
      canceled.push(...book.cover.stops.filter((stop) => !after.orders.includes(stop)));
    }
  }
  return broken.length < 2 ? broken : [...new Set(broken)];
}

function rulesBrokenBy(draft: Draft, scene: Scene): readonly string[] {
  switch (draft.kind) {
    case 'submit':
      return check(SUBMIT_RULES, draft, scene);
    case 'replace':
      return check(REPLACE_RULES, draft, scene);
    case 'cancel':
      return check(CANCEL_RULES, draft, scene);
  }
}

function check<D extends Draft>(
  rules: readonly Rule<D>[],
  draft: D,
  scene: Scene,
): readonly string[] {
  const broken: string[] = [];
  for (const rule of rules) {
    const because = rule(draft, scene);
    if (because !== null) broken.push(because);
  }
  return broken;
}
