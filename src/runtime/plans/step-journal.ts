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
  logger.log({
    type: 'step_answered',
    actor: 'system',
    symbol: step.symbol,
    planId: step.planId,
    orderId: step.orderId,
    body: {
      clientOrderId: step.clientOrderId,
      outcome: 'unknown',
      orderId: step.orderId,
      rejection: null,
      status: null,
      code: null,
      because: 'the process ended before the broker answered',
    },
  });
}

/** A step that is not pursued any more, since what it was for has ended; it may still arrive. */
export function logDropped(logger: EventLogger, step: UnsettledStep, because: string): void {
  logger.log({
    type: 'step_answered',
    actor: 'system',
    symbol: step.symbol,
    planId: step.planId,
    orderId: step.orderId,
    body: {
      clientOrderId: step.clientOrderId,
      outcome: 'dropped',
      orderId: step.orderId,
      rejection: null,
      status: null,
      code: null,
      because,
    },
  });
}
