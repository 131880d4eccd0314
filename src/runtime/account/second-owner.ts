import type { JournalRecord } from '../../domain/event.ts';
import type { OrderId } from '../../domain/ids.ts';
import { isOurs, isTerminal, type Order } from '../../domain/order.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import { type EpochMs, isoTime } from '../../domain/time.ts';
import type { AlertBoard } from '../journal/alert-board.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { TradingStateLevels } from './trading-state.ts';

/** Ids kept at hand; older ones are looked for in the journal, which forgets none. */
const KEPT_IDS = 20_000;
const CLEARED_BY = 'a person with "bigbrother adopt", once no other BigBrother acts on the account';

const ANOTHER_OWNER = 'another_owner';
const JOURNAL_LOST = 'journal_lost';

type Parts = {
  readonly logger: EventLogger;
  readonly tradingState: TradingStateLevels;
  readonly alerts: AlertBoard;
};

/**
 * Notices orders that carry our mark and that this journal knows nothing of. Each order of
 * ours is in the journal before it is sent, so somebody else who is BigBrother sent it: on
 * another machine, in another data directory, or here before the journal was lost. Two guards
 * of one account undo each other's work, so nothing is sent until a person has said that this
 * one may go on.
 */
export class SecondOwnerWatch {
  readonly #parts: Parts;
  readonly #known = new Set<string>();
  readonly #adopted = new Set<string>();
  readonly #strangers = new Map<OrderId, Order>();
  #beganAt: EpochMs | null = null;
  /** False when the journal knows of more orders than those kept at hand. */
  #isWhole = true;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes note of a journal record; others than `step_intended` and `orders_adopted` pass. */
  remember(record: JournalRecord): void {
    if (record.type === 'step_intended') this.#know(textAt(record.body, 'clientOrderId'));
    if (record.type !== 'orders_adopted') return;
    const ids = fieldAt(record.body, 'clientOrderIds');
    for (const id of Array.isArray(ids) ? ids : []) this.#adopted.add(String(id));
  }

  /** To be called when it was given only the newer records: the others are looked up. */
  lookUpOlder(): void {
    this.#isWhole = false;
  }

  /** Looks at an order as the broker tells of it for the first time. */
  see(order: Order): void {
    if (!isOurs(order) || this.#isKnown(order)) return;
    this.#beganAt ??= this.#parts.logger.beganAt();
    const isOlder = this.#beganAt !== null && order.createdAt < this.#beganAt;
    // What ended before this journal began does no more harm, whoever sent it.
    if (isOlder && isTerminal(order.status)) return;
    this.#strangers.set(order.id, order);
    this.#tell(order, isOlder ? JOURNAL_LOST : ANOTHER_OWNER);
  }

  /** Orders with our mark that nobody here sent, and that no person has adopted. */
  strangers(): readonly Order[] {
    return [...this.#strangers.values()];
  }

  /**
   * A person has said that these orders are ours from now on, and that nobody else acts.
   *
   * @param by who said so, in words
   * @returns how many orders that were
   */
  adopt(by: string): number {
    const { logger, tradingState, alerts } = this.#parts;
    const orders = this.strangers();
    if (orders.length === 0) return 0;
    const clientOrderIds = orders.map(({ clientOrderId }) => clientOrderId);
    logger.log({ type: 'orders_adopted', actor: 'person', body: { by, clientOrderIds } });
    this.#strangers.clear();
    for (const code of [ANOTHER_OWNER, JOURNAL_LOST]) {
      tradingState.clear(code);
      alerts.replace([code], []);
    }
    logger.commit();
    return orders.length;
  }

  #tell(order: Order, code: typeof ANOTHER_OWNER | typeof JOURNAL_LOST): void {
    const { tradingState, alerts } = this.#parts;
    const because = `${wordsOf(order)} ${explanations[code]}`;
    tradingState.raise({ state: 'halted', code, because, clearedBy: CLEARED_BY });
    alerts.raise({ code, symbol: order.symbol, because });
  }

  #know(clientOrderId: string | null): void {
    if (clientOrderId === null) return;
    this.#known.add(clientOrderId);
    if (this.#known.size <= KEPT_IDS) return;
    this.#isWhole = false;
    const [oldest] = this.#known;
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  #isKnown({ id, clientOrderId, symbol }: Order): boolean {
    if (this.#known.has(clientOrderId) || this.#adopted.has(clientOrderId)) return true;
    if (this.#isWhole) return false;
    const { logger } = this.#parts;
    // Most were answered for, and are found by the id that the broker gave them.
    const types = ['step_answered', 'step_observed'] as const;
    if (logger.getHistory({ types, orderId: id, limit: 1 }).records.length > 0) return true;
    let beforeSeq: number | undefined;
    for (;;) {
      const page = logger.getHistory({ types: ['step_intended'], symbol, beforeSeq, limit: 1_000 });
      if (page.records.some(({ body }) => textAt(body, 'clientOrderId') === clientOrderId)) {
        return true;
      }
      if (page.nextBeforeSeq === null) return false;
      beforeSeq = page.nextBeforeSeq;
    }
  }
}

/** An order as a person finds it at the broker. */
export const wordsOf = ({ id, clientOrderId, symbol, side, createdAt }: Order): string =>
  `order ${id} (${side} ${symbol}, client order id ${clientOrderId}, of ${isoTime(createdAt)})`;

const explanations = {
  [ANOTHER_OWNER]:
    'was placed by a BigBrother, but not by this one: another one acts on this account, on ' +
    'another machine or with another data directory; stop it there',
  [JOURNAL_LOST]:
    'is of a BigBrother from before this journal began: either the journal it was written in ' +
    'was lost or lies elsewhere, or another machine guarded this account; make sure that none ' +
    'does now',
} as const;
