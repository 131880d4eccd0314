import {
  decimal,
  isWhole,
  parseDecimal,
  type Quantity,
  quantity,
  shareFraction,
  text,
  wholeShares,
} from '../domain/decimal.ts';
import type { CoordinatedIntent, Intent, OpenIntent } from '../domain/plan.ts';
import type { Action, Evaluation } from '../domain/policy.ts';
import type { Position, PositionContext } from '../domain/portfolio.ts';

/** What the engine is to think about for an intent, or why it cannot be meant. */
export type Choice =
  | {
      readonly outcome: 'chosen';
      readonly choose: (evaluations: readonly Evaluation[]) => readonly Evaluation[];
    }
  | { readonly outcome: 'impossible'; readonly code: string; readonly because: string };

/** An intent that is about positions. */
export type PositionIntent = Exclude<Intent, { kind: 'halt' }>;

/** One that asks the same of each position it is about. */
export type TradingIntent = Exclude<PositionIntent, CoordinatedIntent | OpenIntent>;

/** Who wants it, and why; a policy over several positions speaks for each of them. */
export type WantedBy = { readonly policy: string; readonly because: string };

const HOST: WantedBy = { policy: 'host', because: 'the host wants to close the position' };

/**
 * Turns an intent into evaluations. A host's wish is one more of them, so that it meets the
 * same precedence, planning and guardrails as a policy's.
 *
 * @param mark makes the milestone of a one-time wish its own; the same wish uttered twice is
 *   two wishes
 */
export function choiceFor(
  intent: TradingIntent,
  context: PositionContext,
  mark: string,
  by: WantedBy = HOST,
): Choice {
  switch (intent.kind) {
    case 'manage':
      return { outcome: 'chosen', choose: (all) => all };
    case 'protect':
      return { outcome: 'chosen', choose: (all) => all.filter(protects) };
    case 'exit': {
      const action = { kind: 'exit', milestone: `exit@${by.policy}` } as const;
      return wish(context, action, by);
    }
    case 'reduce': {
      const amount = amountOf(intent.amount, context.position);
      if (typeof amount === 'string') {
        return { outcome: 'impossible', code: 'amount_invalid', because: amount };
      }
      const action = { kind: 'reduce', quantity: amount, milestone: `reduce@${mark}` } as const;
      const because = `the host wants ${text(amount)} shares less`;
      return wish(context, action, { ...by, because });
    }
  }
}

/** Protection comes along with a wish of the host's; other one-time sales wait. */
function wish(context: PositionContext, action: Action, { policy, because }: WantedBy): Choice {
  const { symbol } = context.position;
  const asked: Evaluation = {
    outcome: 'recommends',
    recommendation: { policy, symbol, action, urgency: 'high', because },
  };
  const isCompatible = (each: Evaluation) =>
    each.outcome === 'abstains' || each.recommendation.action.kind !== 'reduce';
  return { outcome: 'chosen', choose: (all) => [asked, ...all.filter(isCompatible)] };
}

const protects = (each: Evaluation): boolean =>
  each.outcome === 'abstains' ||
  each.recommendation.action.kind === 'protect' ||
  each.recommendation.action.kind === 'reprice';

type Amount = Extract<Intent, { kind: 'reduce' }>['amount'];

/** Shares to give up, or in words why the amount makes no sense. */
function amountOf(amount: Amount, position: Position): Quantity | string {
  const held = position.quantity;
  const digits = amount.kind === 'fraction' ? amount.fraction : amount.quantity;
  const value = parseDecimal(digits);
  if (value === null || value.lte('0')) return `${digits} is no amount above zero`;
  if (amount.kind === 'fraction' && value.gt('1')) {
    return `the fraction ${digits} is above 1, which is the whole position`;
  }
  const wanted = amount.kind === 'fraction' ? shareFraction(held, decimal(value)) : quantity(value);
  if (wanted.gt(held)) return `${text(wanted)} shares are more than the ${text(held)} held`;
  // A whole position stays whole: fractions take only day stops at Alpaca.
  const shares = isWhole(held) ? wholeShares(wanted) : wanted;
  if (shares.gt('0')) return shares;
  return `${digits} of ${text(held)} shares comes to less than one whole share`;
}
