import { text } from '../../domain/decimal.ts';
import type { Halt, HaltLevel } from '../../domain/halt.ts';
import { type Order, remainingQuantity } from '../../domain/order.ts';
import type { HaltReport } from './halt.ts';
import type { Clearing } from './halt-orders.ts';

const BLOCKED: Readonly<Record<HaltLevel, string>> = {
  entries: 'nothing that adds risk is sent; protection and exits go on',
  everything: 'no order is sent at all; stops that protect stay at the broker',
  flatten: 'no order is sent but to close every position, and nothing may rest',
};

/** What a halt forbids, and who asked for it. */
export const haltInWords = ({ level, by, because }: Halt): string =>
  `halted (${level}) by ${by}: ${because}; ${BLOCKED[level]}`;

/** How far a halt has come, with everything that is left, a line each. */
export function reportInWords(report: HaltReport): readonly string[] {
  const { outcome, clearing, canceled, closed, latchFailure, failure } = report;
  return [
    ...(latchFailure === null ? [] : [`NOT LATCHED ON DISK: ${latchFailure}`]),
    ...(canceled.length === 0 ? [] : [`the broker took ${canceled.length} cancels`]),
    ...(closed.length === 0 ? [] : [`the broker took orders to close ${closed.join(', ')}`]),
    ...(clearing === null ? [] : clearingInWords(clearing)),
    ...(failure === null ? [] : [`the broker: ${failure}`]),
    OUTCOMES[outcome],
  ];
}

const OUTCOMES: Readonly<Record<HaltReport['outcome'], string>> = {
  verified: 'VERIFIED: nothing is left that has to end',
  at_work: 'NOT VERIFIED yet',
  lifted: 'the halt was lifted meanwhile',
};

function clearingInWords(clearing: Clearing): readonly string[] {
  const { unwanted, foreign, undecided, kept, held, uncovered } = clearing;
  return [
    ...lines('still there', unwanted),
    ...lines('not placed by BigBrother, for a person to cancel', foreign),
    ...lines('waits for a second look at what is held', undecided),
    ...held.map(({ symbol, side, quantity }) => `still held: ${symbol} ${side} ${text(quantity)}`),
    ...lines('goes on resting', kept),
    ...uncovered.map((words) => `WITHOUT A STOP: ${words}`),
  ];
}

const lines = (what: string, orders: readonly Order[]): string[] =>
  orders.map((order) => `${what}: ${orderInWords(order)}`);

function orderInWords(order: Order): string {
  const { id, symbol, side, type, stopPrice, limitPrice, status } = order;
  const remaining = remainingQuantity(order);
  return [
    `${side} ${remaining === null ? 'dollars' : text(remaining)} ${symbol} ${type}`,
    stopPrice === null ? '' : ` stop ${text(stopPrice)}`,
    limitPrice === null ? '' : ` limit ${text(limitPrice)}`,
    ` (${status}, ${id})`,
  ].join('');
}
