import type { EventType, JournalRecord } from '../../domain/event.ts';
import { isTerminal, type OrderStatus } from '../../domain/order.ts';
import { textAt } from '../../domain/record-body.ts';

/** Kinds that grow with time and trade. Of every other one all records stay, however old. */
const BULK: ReadonlySet<EventType> = new Set<EventType>([
  'started',
  'stopped',
  'settings_loaded',
  'snapshot_taken',
  'decision_made',
  'plan_proposed',
  'plan_not_made',
  'plan_refused',
  'plan_spent',
  'plan_reviewed',
  'plan_finished',
  'part_proposed',
  'part_reviewed',
  'part_refused',
  'part_finished',
  'step_intended',
  'step_answered',
  'step_observed',
  'order_update_received',
  'fill_received',
  'stream_changed',
  'episode_opened',
  'episode_changed',
  'naked_time_measured',
  'trading_state_changed',
  'alert_raised',
  'alert_cleared',
  'checkpoint_signed',
  'advisor_asked',
  'scenario_analyzed',
  'opinion_noted',
  'tool_called',
  'cycle_failed',
]);
const ANSWERED_FOR_GOOD: ReadonlySet<string | null> = new Set(['rejected', 'dropped']);

/**
 * Chooses what of the older records has to stay where the runtime finds it, although it is in an
 * archive as well: steps of open episodes, orders that have not ended, the beginning of the
 * journal, and the newest record of each kind and symbol, out of which numbers and latches are
 * taken up again. Takes every record of the journal, oldest first.
 */
export class ArchiveKeep {
  readonly #always = new Set<number>();
  readonly #firstOfType = new Map<string, number>();
  readonly #newest = new Map<string, number>();
  /** Steps and changes since the end of the last episode, by symbol. */
  readonly #sinceFlat = new Map<string, number[]>();
  /** Steps about orders that may still rest, by client order id or by what a cancel ends. */
  readonly #unended = new Map<string, number[]>();

  take(record: JournalRecord): void {
    const { seq, type, symbol } = record;
    if (!BULK.has(type)) this.#always.add(seq);
    if (!this.#firstOfType.has(type)) this.#firstOfType.set(type, seq);
    this.#newest.set(`${type} ${symbol ?? ''}`, seq);
    if (type === 'episode_closed') this.#sinceFlat.delete(symbol ?? '');
    else if (type.startsWith('step_') || type.startsWith('episode_')) {
      push(this.#sinceFlat, symbol ?? '', seq);
    }
    this.#followOrder(record);
  }

  /** Sequence numbers of what stays. */
  kept(): ReadonlySet<number> {
    return new Set([
      ...this.#always,
      ...this.#firstOfType.values(),
      ...this.#newest.values(),
      ...[...this.#sinceFlat.values()].flat(),
      ...[...this.#unended.values()].flat(),
    ]);
  }

  #followOrder({ seq, type, orderId, body }: JournalRecord): void {
    const id = textAt(body, 'clientOrderId') ?? `cancel ${orderId}`;
    if (type === 'step_intended') {
      push(this.#unended, id, seq);
      return;
    }
    if (!this.#unended.has(id)) return;
    const status = textAt(body, 'status');
    const hasEnded = status !== null && isTerminal(status as OrderStatus);
    const wasCancelled = id.startsWith('cancel ') && textAt(body, 'outcome') === 'acknowledged';
    if (hasEnded || wasCancelled || ANSWERED_FOR_GOOD.has(textAt(body, 'outcome'))) {
      this.#unended.delete(id);
    } else if (type.startsWith('step_')) push(this.#unended, id, seq);
  }
}

function push(map: Map<string, number[]>, key: string, seq: number): void {
  const seqs = map.get(key);
  if (seqs === undefined) map.set(key, [seq]);
  else seqs.push(seq);
}
