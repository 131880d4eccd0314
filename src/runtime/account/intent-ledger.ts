import { text } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { Order } from '../../domain/order.ts';
import type { IntentRecord } from '../../domain/portfolio.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import { foldIntents } from '../../engine/account/intents.ts';

type Entry = {
  readonly episode: string;
  generation: number;
  clientOrderId: string;
  records: JournalRecord[];
  order: Order | null;
  folded: IntentRecord | null;
};

/**
 * What became of the newest order under each idempotency key, folded anew only for the keys
 * that something was heard about.
 */
export class IntentLedger {
  readonly #byKey = new Map<string, Entry>();
  readonly #byClientOrderId = new Map<string, Entry>();
  #list: readonly IntentRecord[] | null = [];
  readonly #byEpisode = new Map<string, Map<string, Entry>>();
  readonly #listOf = new Map<string, readonly IntentRecord[]>();
  #revision = 0;

  /** How many times anything changed here. */
  get revision(): number {
    return this.#revision;
  }

  /** Takes note of a journal record; others than `step_…` are passed over. */
  remember(record: JournalRecord): void {
    if (record.type === 'step_intended') this.#open(record);
    else if (record.type === 'step_answered' || record.type === 'step_observed') {
      const entry = this.#byClientOrderId.get(textAt(record.body, 'clientOrderId') ?? '');
      if (entry === undefined) return;
      entry.records.push(record);
      this.#touch(entry);
    }
  }

  observe(order: Order): void {
    const entry = this.#byClientOrderId.get(order.clientOrderId);
    if (entry === undefined || entry.order === order) return;
    entry.order = order;
    this.#touch(entry);
  }

  /** True for an order that was sent under one of the keys. */
  knows(clientOrderId: string): boolean {
    return this.#byClientOrderId.has(clientOrderId);
  }

  /** True where the journal says of the order already, in its newest word, what is seen now. */
  hasObserved({ id, clientOrderId, status, filledQuantity }: Order): boolean {
    const records = this.#byClientOrderId.get(clientOrderId)?.records ?? [];
    const last = records.findLast(({ type }) => type === 'step_observed');
    return (
      last?.orderId === id &&
      textAt(last.body, 'status') === status &&
      textAt(last.body, 'filledQuantity') === text(filledQuantity)
    );
  }

  /** The plan that sent an order; null for an order that is not known here. */
  planOf(clientOrderId: string): string | null {
    return this.#byClientOrderId.get(clientOrderId)?.records[0]?.planId ?? null;
  }

  /** Drops the keys of an episode that has ended; they can never be used again. */
  forget(episode: string): void {
    for (const [key, entry] of this.#byEpisode.get(episode) ?? []) {
      this.#byKey.delete(key);
      this.#byClientOrderId.delete(entry.clientOrderId);
      this.#dropList();
    }
    this.#byEpisode.delete(episode);
    this.#listOf.delete(episode);
  }

  intents(): readonly IntentRecord[] {
    this.#list ??= foldedOf(this.#byKey.values());
    return this.#list;
  }

  /** The same list until something is heard of one of them. */
  intentsOf(episode: string): readonly IntentRecord[] {
    const known = this.#listOf.get(episode);
    if (known !== undefined) return known;
    const list = foldedOf(this.#byEpisode.get(episode)?.values() ?? []);
    this.#listOf.set(episode, list);
    return list;
  }

  #open(record: JournalRecord): void {
    const key = textAt(record.body, 'key');
    const clientOrderId = textAt(record.body, 'clientOrderId');
    const generation = fieldAt(record.body, 'generation');
    if (key === null || clientOrderId === null || typeof generation !== 'number') return;
    const before = this.#byKey.get(key);
    if (before !== undefined && before.generation > generation) return;
    if (before?.clientOrderId === clientOrderId) {
      before.records.push(record);
      this.#touch(before);
      return;
    }
    // Only the newest generation decides, so the ones before it need not be kept.
    if (before !== undefined) this.#byClientOrderId.delete(before.clientOrderId);
    const episode = episodeIn(key);
    const told = { records: [record], order: null, folded: null };
    const entry = { episode, generation, clientOrderId, ...told };
    this.#byKey.set(key, entry);
    const others = this.#byEpisode.get(episode);
    if (others === undefined) this.#byEpisode.set(episode, new Map([[key, entry]]));
    else others.set(key, entry);
    this.#byClientOrderId.set(clientOrderId, entry);
    this.#touch(entry);
  }

  #touch(entry: Entry): void {
    entry.folded = null;
    this.#listOf.delete(entry.episode);
    this.#dropList();
  }

  #dropList(): void {
    this.#list = null;
    this.#revision += 1;
  }
}

function foldedOf(entries: Iterable<Entry>): readonly IntentRecord[] {
  const found: IntentRecord[] = [];
  for (const entry of entries) {
    entry.folded ??= folded(entry);
    if (entry.folded !== null) found.push(entry.folded);
  }
  return found;
}

const folded = ({ records, order }: Entry): IntentRecord | null =>
  foldIntents(records, order === null ? [] : [order])[0] ?? null;

/** A key names its account, its episode and what it means, in this order. */
const episodeIn = (key: string): string => key.split('|')[1] ?? '';
