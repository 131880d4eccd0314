import type { ApprovalText } from '../../domain/approval.ts';
import type { Json } from '../../domain/canonical.ts';
import { type Decimal, text } from '../../domain/decimal.ts';
import type { ActionPlan, OrderLine, PlanPart, Step } from '../../domain/plan.ts';
import { isoTime } from '../../domain/time.ts';
import { worstLossOf } from '../../domain/worst-loss.ts';
import { planText } from '../../engine/planning/plan-hash.ts';
import { soldShares } from '../../engine/review/approval-tier.ts';
import { planFrom } from './plan-revival.ts';

/** So many symbols are named in the short text; the details name all. */
const MOST_NAMED = 3;
const LONGEST_LINE = 300;

/**
 * What a person reads before saying yes, the same on every channel: read back out of the bytes
 * that the hash is over, and not out of what a host has sent or was told.
 *
 * @throws when the plan is not the one that its hash names
 */
export function approvalText(plan: ActionPlan): ApprovalText {
  const fields = JSON.parse(planText(plan)) as { readonly [name: string]: Json };
  const read = planFrom({ ...fields, hash: plan.hash });
  if (read === null) throw new TypeError(`the plan ${plan.id} is not the one of its hash`);
  const { parts, approval, environment, accountNumber } = read;
  const lines = [
    `${environment.toUpperCase()} account ${accountNumber}: ${titleOf(read)} (${approval.tier})`,
    `It ${named(parts, effectInWords)}`,
    `Orders before: ${named(parts, ({ ordersBefore }) => linesInWords(ordersBefore))}`,
    `Orders after: ${named(parts, ({ ordersAfter }) => linesInWords(ordersAfter))}`,
    `At worst it loses ${worstLossInWords(parts)}`,
    `You are asked because ${approval.because.join('; ')}`,
    `Expires ${isoTime(read.expiresAt)}; code of the plan: ${checkOf(read.hash)}`,
  ];
  const details = [
    `plan ${read.id}`,
    `hash ${read.hash}`,
    ...parts.flatMap((part) => [
      ...part.steps.map((step, index) => `${part.symbol} step ${index + 1}: ${stepInWords(step)}`),
      ...part.because.map((because) => `${part.symbol} because ${because}`),
      `${part.symbol} without a stop for ${part.naked.seconds} s: ${part.naked.because}`,
    ]),
  ];
  return { lines: lines.map(plain), details: details.map(plain) };
}

/** The beginning of a hash, for a person to compare two places by. */
export const checkOf = (hash: string): string => `${hash.slice(0, 4)}-${hash.slice(4, 8)}`;

const titleOf = ({ intent, origin }: ActionPlan): string => {
  const wanted = intent.kind.replace('_', ' ');
  return origin === 'host' ? `an agent asks to ${wanted}` : `BigBrother asks to ${wanted}`;
};

function named(parts: readonly PlanPart[], words: (part: PlanPart) => string): string {
  const first = parts.slice(0, MOST_NAMED).map(words);
  const left = parts.length - first.length;
  return [...first, ...(left > 0 ? [`and ${left} more symbols, see the details`] : [])].join('; ');
}

function effectInWords(part: PlanPart): string {
  const { symbol, basis, steps } = part;
  const sold = soldShares(part);
  if (!sold.gt('0')) return `changes the orders of ${symbol} in ${steps.length} steps`;
  const verb = basis.side === 'long' ? 'sells' : 'buys back';
  const all = sold.gte(basis.quantity) ? 'all' : `${text(sold)} of`;
  return (
    `${verb} ${all} ${text(basis.quantity)} ${symbol}, ` +
    `about ${dollars(basis.price.times(sold))} at ${dollars(basis.price)}`
  );
}

function worstLossInWords(parts: readonly PlanPart[]): string {
  const { atStop, withGap, gapPercent } = worstLossOf(parts);
  const held = atStop === null ? 'some shares have no stop' : `${dollars(atStop)} if stops hold`;
  return `${dollars(withGap)} with a gap of ${gapPercent} %; ${held}`;
}

const linesInWords = (lines: readonly OrderLine[]): string =>
  lines.length === 0 ? 'none' : lines.map(lineInWords).join(', ');

function lineInWords({ side, quantity, type, stopPrice, limitPrice, timeInForce }: OrderLine) {
  const stop = stopPrice === null ? [] : [`stop ${stopPrice}`];
  const limit = limitPrice === null ? [] : [`limit ${limitPrice}`];
  return [side, quantity, type, ...stop, ...limit, timeInForce].join(' ');
}

function stepInWords(step: Step): string {
  switch (step.kind) {
    case 'submit': {
      const { side, quantity, type, stopPrice, limitPrice, timeInForce } = step.order;
      const line = {
        side,
        type,
        timeInForce,
        quantity: text(quantity),
        owner: 'bigbrother',
      } as const;
      return `send ${lineInWords({ ...line, ...prices(stopPrice, limitPrice) })}`;
    }
    case 'replace': {
      const { before, change } = step;
      const to = [
        ...(change.quantity === null ? [] : [`quantity ${text(change.quantity)}`]),
        ...(change.stopPrice === null ? [] : [`stop ${text(change.stopPrice)}`]),
        ...(change.limitPrice === null ? [] : [`limit ${text(change.limitPrice)}`]),
      ];
      return `change ${before.side} ${before.type} ${step.orderId} to ${to.join(', ')}`;
    }
    case 'cancel':
      return `cancel ${step.before.side} ${step.before.type} ${step.orderId}`;
  }
}

const prices = (stopPrice: Decimal | null, limitPrice: Decimal | null) => ({
  stopPrice: stopPrice === null ? null : text(stopPrice),
  limitPrice: limitPrice === null ? null : text(limitPrice),
});

/** Rounded up: no amount is told smaller than it is. */
const dollars = (amount: Decimal): string => `$${amount.round(2, 3).toFixed(2)}`;

/** One line of what a terminal and a page show as it stands, and no more of it than fits. */
function plain(line: string): string {
  const clean = line.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
  return clean.length <= LONGEST_LINE ? clean : `${clean.slice(0, LONGEST_LINE - 1)}…`;
}
