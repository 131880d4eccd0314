import type { ExchangeEvent, Milliseconds } from '../core/basics/types.ts';
import type { Facts } from '../faults/rule.ts';
import type { Outcome } from '../protocol/outcome.ts';
import type { RestRequest } from '../protocol/request.ts';
import { publicationsOf } from '../wire/data-messages.ts';
import { tradeUpdateJson } from '../wire/rest/trade-update-json.ts';

/** One line of the journal. Keys are never written down, only whose they are. */
export type JournalEntry = {
  readonly sequence: number;
  readonly at: Milliseconds;
  readonly kind: 'request' | 'reply' | 'event' | 'fault' | 'command';
  readonly what: Readonly<Record<string, unknown>>;
};

/** Every request, reply and event, as the exchange saw them: the newest, the rest is forgotten. */
export class Journal {
  readonly #now: () => Milliseconds;
  readonly #capacity: number;
  #entries: JournalEntry[] = [];
  #sequence = 0;

  constructor(now: () => Milliseconds, capacity: number) {
    this.#now = now;
    this.#capacity = capacity;
  }

  /** Gives back its number, for `reply`. */
  request({ method, path, query, body }: RestRequest, { account = [] }: Facts): number {
    const [accountId = null] = account;
    return this.note('request', { method, path, query: query.toString(), body, accountId });
  }

  /** Null: it was never answered. */
  reply(request: number, outcome: Outcome | null): void {
    const kind = outcome?.kind ?? 'none';
    if (outcome === null || outcome.kind === 'closed' || outcome.kind === 'reset') {
      this.note('reply', { request, outcome: kind });
      return;
    }
    const { status, body } = outcome.response;
    this.note('reply', { request, outcome: kind, status, body });
  }

  event(event: ExchangeEvent): void {
    if (event.kind === 'trade_update') {
      const { accountId } = event;
      this.note('event', { stream: 'trade_updates', accountId, data: tradeUpdateJson(event) });
      return;
    }
    for (const { channel, message } of publicationsOf(event)) {
      this.note('event', { stream: channel, data: message });
    }
  }

  note(kind: JournalEntry['kind'], what: JournalEntry['what']): number {
    this.#sequence += 1;
    this.#entries.push({ sequence: this.#sequence, at: this.#now(), kind, what });
    if (this.#entries.length >= 2 * this.#capacity) {
      this.#entries = this.#entries.slice(-this.#capacity);
    }
    return this.#sequence;
  }

  /** Those after a sequence number, oldest first, at most `limit`. */
  after(sequence: number, limit: number): readonly JournalEntry[] {
    const kept = this.#entries.slice(-this.#capacity);
    return kept.filter((entry) => entry.sequence > sequence).slice(0, limit);
  }

  clear(): void {
    this.#entries = [];
  }
}
