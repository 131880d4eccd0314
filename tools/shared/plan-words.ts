import { type Decimal, text } from '../../src/domain/decimal.ts';
import type { Verdict } from '../../src/domain/guardrail.ts';
import type { OrderRequest } from '../../src/domain/order.ts';
import type { OrderLine, PlanPart, Step, WorstLoss } from '../../src/domain/plan.ts';
import type { Action } from '../../src/domain/policy.ts';

/** One part of a plan, as a person reads it. */
export function partInWords(part: PlanPart) {
  return {
    symbol: part.symbol,
    recipe: part.recipe,
    because: [...part.because],
    steps: part.steps.map(stepInWords),
    orders_before: part.ordersBefore.map(orderLineInWords),
    orders_after: part.ordersAfter.map(orderLineInWords),
    worst_loss: worstLossInWords(part.worstLoss),
    naked: {
      seconds: part.naked.seconds,
      share_seconds: text(part.naked.shareSeconds),
      dollar_seconds: text(part.naked.dollarSeconds),
      because: part.naked.because,
    },
  };
}

export const worstLossInWords = ({ atStop, withGap, gapPercent }: WorstLoss) => ({
  at_stop: atStop === null ? null : text(atStop),
  with_gap: text(withGap),
  gap_percent: gapPercent,
});

export function stepInWords(step: Step): string {
  switch (step.kind) {
    case 'submit':
      return `submit to ${step.purpose}: ${requestInWords(step.order)}; wait until ${step.until}`;
    case 'replace': {
      const { change, before } = step;
      const changes = [
        changeInWords('quantity', before.quantity, change.quantity),
        changeInWords('stop', before.stopPrice, change.stopPrice),
        changeInWords('limit', before.limitPrice, change.limitPrice),
      ].filter((words) => words !== null);
      const name = `${step.before.side} ${step.before.type} ${step.orderId}`;
      return `replace to ${step.purpose}: ${name} gets ${changes.join(', ')}`;
    }
    case 'cancel':
      return `cancel to ${step.purpose}: ${step.before.side} ${step.before.type} ${step.orderId}; wait until terminal`;
  }
}

/** Null when it stays as it is, said or not: a PATCH may repeat what is there. */
const changeInWords = (name: string, from: Decimal | null, to: Decimal | null): string | null =>
  to === null || from?.eq(to) === true ? null : `${name} ${text(to)}`;

function requestInWords(order: OrderRequest): string {
  const { stopPrice, limitPrice, takeProfitLimitPrice, stopLoss, orderClass } = order;
  const words = [
    `${order.side} ${text(order.quantity)} ${order.symbol}`,
    typeInWords(order.type, stopPrice && text(stopPrice), limitPrice && text(limitPrice)),
    order.timeInForce,
    orderClass === 'simple' ? null : orderClass,
    takeProfitLimitPrice === null ? null : `take profit ${text(takeProfitLimitPrice)}`,
    stopLoss === null ? null : `stop loss ${text(stopLoss.stopPrice)}`,
  ];
  return words.filter((word) => word !== null).join(' ');
}

function orderLineInWords(line: OrderLine): string {
  const type = typeInWords(line.type, line.stopPrice, line.limitPrice);
  const owner = line.owner === 'foreign' ? ' (foreign)' : '';
  return `${line.side} ${line.quantity} ${type} ${line.timeInForce}${owner}`;
}

/** A type that is named like its one price says both at once: `limit 109.5`. */
function typeInWords(type: string, stop: string | null, limit: string | null): string {
  const prices = [
    stop === null ? null : `stop ${stop}`,
    limit === null ? null : `limit ${limit}`,
  ].filter((price) => price !== null);
  const isSaid = prices.length === 1 && (type === 'stop' || type === 'limit');
  return [...(isSaid ? [] : [type]), ...prices].join(' ');
}

export function actionInWords(action: Action): string {
  switch (action.kind) {
    case 'protect':
      return `protect: stop ${text(action.stopPrice)} limit ${text(action.limitPrice)}`;
    case 'reduce':
      return `reduce by ${text(action.quantity)} (${action.milestone})`;
    case 'take_profit':
      return (
        `take profit: limit ${text(action.limitPrice)} for ${text(action.quantity)} ` +
        `(${action.milestone})`
      );
    case 'reprice':
      return `reprice: limit ${text(action.limitPrice)}`;
    case 'exit':
      return `exit (${action.milestone})`;
  }
}

/** The denials whole: they say what would pass. */
export const denialsOf = (verdicts: readonly Verdict[]) =>
  verdicts
    .filter((verdict) => verdict.outcome === 'deny')
    .map((verdict) => ({
      guardrail: verdict.guardrail,
      symbol: verdict.symbol,
      code: verdict.code,
      measured: verdict.measured,
      limit: verdict.limit,
      because: verdict.because,
      would_pass: verdict.wouldPass,
    }));

export type Denial = ReturnType<typeof denialsOf>[number];

export const denialInOneLine = (denial: Denial): string =>
  `${denial.symbol} ${denial.code ?? denial.guardrail}: ${denial.because}`;

/** The names of the guardrails that let everything pass, once each. */
export function passedGuardrails(verdicts: readonly Verdict[]): string[] {
  const denied = new Set(
    verdicts.filter((verdict) => verdict.outcome === 'deny').map((verdict) => verdict.guardrail),
  );
  const names = new Set(verdicts.map((verdict) => verdict.guardrail));
  return [...names].filter((name) => !denied.has(name));
}
