import type { Json } from '../../domain/canonical.ts';
import { parseDecimal, type Quantity } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { isTicker, type OrderId, orderId, type Ticker } from '../../domain/ids.ts';
import { isTerminal, type Order, type OrderSide, type OrderStatus } from '../../domain/order.ts';
import type { PartBasis } from '../../domain/plan.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { basisFrom } from './plan-revival.ts';

/** A step of which nobody can tell whether the broker took it. */
export type UnsettledStep = {
  readonly symbol: Ticker;
  readonly kind: 'submit' | 'replace' | 'cancel';
  readonly planId: string | null;
  /** The order that the step wanted to place; null for a cancel. */
  readonly clientOrderId: string | null;
  /** The order that the step wanted to change; null for a submit. */
  readonly orderId: OrderId | null;
  /** When it was sent, or was about to be, the last time. */
  readonly since: EpochMs;
  /** How often that was, by whichever process. */
  readonly timesSent: number;
  /** Its place in its plan's part; null where the journal does not tell. */
  readonly stepIndex: number | null;
  /** What it was sent into. */
  readonly basis: PartBasis | null;
  /** What it would sell or buy; null where the journal does not tell. */
  readonly quantity: Quantity | null;
  readonly side: OrderSide | null;
};

type Known = UnsettledStep & {
  readonly state: 'intended' | 'unknown';
  /** The record that first told of it. */
  readonly seq: number;
  /** How far the time of day was ahead of time itself when it was told; 0 where nobody knows. */
  readonly wallAheadMs: number;
};

/** Wall time that moves otherwise than time itself by more than this was set. */
const JUMP_MS = 2_000;

/**
 * Steps whose outcome is unknown. Their symbols take no new plan until it is known: an
 * order that nobody finds is not proven dead.
 */
export class UnsettledSteps {
  readonly #open = new Map<string, Known>();
  readonly #clock: Clock | null;

  /** @param clock where given, no step is older or younger for a time of day that was set */
  constructor(clock: Clock | null = null) {
    this.#clock = clock;
  }

  /** Takes note of a journal record; others than `step_…` are passed over. */
  remember(record: JournalRecord): void {
    if (record.type === 'step_intended') this.#intend(record);
    else if (record.type === 'step_answered') this.#answer(record);
    else if (record.type === 'step_observed') this.#observe(record);
  }

  isUnsettled(symbol: Ticker): boolean {
    return this.list().some((step) => step.symbol === symbol);
  }

  in(symbol: Ticker): readonly UnsettledStep[] {
    return this.list().filter((step) => step.symbol === symbol);
  }

  list(): readonly UnsettledStep[] {
    const aheadMs = this.#wallAheadMs();
    return [...this.#open.values()].flatMap((step) =>
      step.state === 'unknown' ? aged(step, aheadMs) : [],
    );
  }

  /** Steps without any answer: at start, those that the last process left behind. */
  unanswered(): readonly UnsettledStep[] {
    return [...this.#open.values()].filter(({ state }) => state === 'intended');
  }

  /** The record since which a step is open; null when none is. */
  openSinceSeq(): number | null {
    const seqs = [...this.#open.values()].map(({ seq }) => seq);
    return seqs.length === 0 ? null : Math.min(...seqs);
  }

  /** The open step of this name: the id of the order it places, or `cancel` and the order's. */
  find(name: string): UnsettledStep | null {
    const step = this.#open.get(name);
    return step === undefined ? null : aged(step, this.#wallAheadMs());
  }

  /** The open step that `order` settles, if there is one. */
  settledBy(order: Order): UnsettledStep | null {
    const step = this.#open.get(order.clientOrderId);
    return step?.state === 'unknown' ? step : null;
  }

  #intend(record: JournalRecord): void {
    const kind = textAt(record.body, 'kind');
    if (kind !== 'submit' && kind !== 'replace' && kind !== 'cancel') return;
    if (record.symbol === null || !isTicker(record.symbol)) return;
    const stepIndex = fieldAt(record.body, 'stepIndex');
    const before = this.#open.get(nameOf(record));
    this.#open.set(nameOf(record), {
      seq: before?.seq ?? record.seq,
      timesSent: (before?.timesSent ?? 0) + 1,
      symbol: record.symbol,
      kind,
      planId: record.planId,
      clientOrderId: textAt(record.body, 'clientOrderId'),
      orderId: record.orderId === null ? null : orderId(record.orderId),
      since: record.at,
      wallAheadMs: this.#wallAheadMs(),
      stepIndex: typeof stepIndex === 'number' ? stepIndex : null,
      basis: basisFrom(fieldAt(record.body, 'basis')),
      ...asked(fieldAt(record.body, 'request')),
      state: 'intended',
    });
  }

  #wallAheadMs(): number {
    return this.#clock === null ? 0 : this.#clock.now() - this.#clock.monotonicMs();
  }

  #observe(record: JournalRecord): void {
    this.#open.delete(nameOf(record));
    const status = textAt(record.body, 'status');
    if (status !== null && isTerminal(status as OrderStatus)) {
      this.#open.delete(`cancel ${record.orderId}`);
    }
  }

  #answer(record: JournalRecord): void {
    const name = nameOf(record);
    const step = this.#open.get(name);
    if (step === undefined) return;
    if (textAt(record.body, 'outcome') === 'unknown') {
      this.#open.set(name, { ...step, state: 'unknown' });
    } else this.#open.delete(name);
  }
}

/** The step with the time it was sent at as the clock would tell it now. */
function aged(step: Known, wallAheadMs: number): Known {
  const setByMs = Math.round(wallAheadMs - step.wallAheadMs);
  return Math.abs(setByMs) <= JUMP_MS ? step : { ...step, since: step.since + setByMs };
}

/** A step is known by the id of the order it places; a cancel by the order it ends. */
const nameOf = ({ body, orderId: id }: JournalRecord): string =>
  textAt(body, 'clientOrderId') ?? `cancel ${id}`;

/** The side and the shares of the order that was asked for. */
function asked(request: Json | undefined): Pick<UnsettledStep, 'side' | 'quantity'> {
  if (request === undefined) return { side: null, quantity: null };
  const side = textAt(request, 'side');
  const quantity = parseDecimal(textAt(request, 'quantity') ?? '') as Quantity | null;
  return { side: side === 'buy' || side === 'sell' ? side : null, quantity };
}
