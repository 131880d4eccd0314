import { text } from '../../domain/decimal.ts';
import { fingerprintOf } from '../../domain/fingerprint.ts';
import type { Order } from '../../domain/order.ts';
import type { PartBasis, PlanPart, Step } from '../../domain/plan.ts';
import type { RejectionClass } from '../../domain/report.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { UnsettledStep } from './unsettled-steps.ts';

/** How the broker took one request, as far as its answer tells. */
export type StepAnswer = {
  readonly outcome: 'acknowledged' | 'rejected' | 'unknown';
  readonly order: Order | null;
  readonly rejection: RejectionClass | null;
  readonly status: number | null;
  readonly code: number | null;
  readonly because: string;
};

const identityOf = (step: Step) =>
  step.kind === 'cancel'
    ? { key: null, generation: null, clientOrderId: null }
    : { key: step.key, generation: step.generation, clientOrderId: step.clientOrderId };

const requestOf = (step: Step): unknown => {
  switch (step.kind) {
    case 'submit':
      return step.order;
    case 'replace':
      return step.change;
    case 'cancel':
      return { cancel: step.orderId };
  }
};

/**
 * Durable when it returns: from here on a crash leaves a trace of what may have been sent.
 *
 * @param basis what the step is sent into, by which a later repeat tells whether it still fits
 * @throws JournalBrokenError when it cannot be written; then nothing may be sent
 */
export function logIntended(
  logger: EventLogger,
  planId: string,
  part: PlanPart,
  stepIndex: number,
  step: Step,
  basis: PartBasis | null,
): void {
  logger.logDurably({
    type: 'step_intended',
    actor: 'system',
    symbol: step.symbol,
    planId,
    orderId: step.kind === 'submit' ? null : step.orderId,
    body: {
      planId,
      symbol: step.symbol,
      episodeId: part.episodeId,
      stepIndex,
      kind: step.kind,
      purpose: step.purpose,
      wantedBy: part.wantedBy ?? [],
      ...identityOf(step),
      fingerprint: fingerprintOf(step),
      request: requestOf(step),
      basis,
    },
  });
}

/** Buffered: losing it in a crash leaves the intent unanswered, which counts as unknown. */
export function logAnswered(
  logger: EventLogger,
  planId: string,
  step: Step,
  answer: StepAnswer,
): void {
  const { outcome, order, rejection, status, code, because } = answer;
  const id = order?.id ?? (step.kind === 'cancel' ? step.orderId : null);
  logger.log({
    type: 'step_answered',
    actor: 'broker',
    symbol: step.symbol,
    planId,
    orderId: id,
    body: {
      clientOrderId: identityOf(step).clientOrderId,
      outcome,
      orderId: id,
      rejection,
      status,
      code,
      because,
    },
  });
}

/** What was seen of one of our orders at the broker. */
export function logObserved(logger: EventLogger, planId: string | null, order: Order): void {
  logger.log({
    type: 'step_observed',
    actor: 'broker',
    symbol: order.symbol,
    planId,
    orderId: order.id,
    body: {
      clientOrderId: order.clientOrderId,
      orderId: order.id,
      status: order.status,
      filledQuantity: text(order.filledQuantity),
    },
  });
}

/** A step that an earlier process intended and never answered for: it may have been sent. */
export function logLeftBehind(logger: EventLogger, step: UnsettledStep): void {
  const because = 'the process ended before the broker answered';
  logFoundOut(logger, step, { outcome: 'unknown', because });
}

/** A step that is not pursued any more, since what it was for has ended; it may still arrive. */
export function logDropped(logger: EventLogger, step: UnsettledStep, because: string): void {
  logFoundOut(logger, step, { outcome: 'dropped', because });
}

/** A change or cancel of which what it was to act on shows that it had no effect. */
export function logNoEffect(logger: EventLogger, step: UnsettledStep, because: string): void {
  logFoundOut(logger, step, { outcome: 'rejected', rejection: 'order_state', because });
}

/** What is known of a step by other ways than the broker's answer to it. */
function logFoundOut(
  logger: EventLogger,
  step: UnsettledStep,
  found: {
    readonly outcome: 'unknown' | 'dropped' | 'rejected';
    readonly rejection?: RejectionClass;
    readonly because: string;
  },
): void {
  const { clientOrderId, orderId, symbol, planId } = step;
  const { outcome, rejection = null, because } = found;
  logger.log({
    type: 'step_answered',
    actor: 'system',
    ...{ symbol, planId, orderId },
    body: {
      clientOrderId,
      outcome,
      // A refused one made no order.
      orderId: outcome === 'rejected' ? null : orderId,
      rejection,
      status: null,
      code: null,
      because,
    },
  });
}
