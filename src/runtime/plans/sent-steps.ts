import type { Json } from '../../domain/canonical.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { SentStep } from '../../domain/guardrail.ts';
import { isTerminal, type OrderStatus } from '../../domain/order.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { EpochMs } from '../../domain/time.ts';

/** What the guardrail against duplicates may look back on. */
const KEPT_MS = 15 * 60_000;

/**
 * What was sent lately, or was about to be, for positions that are still held; from the journal,
 * so that a restart forgets nothing. Who comes back to a symbol at the same price needs the same
 * stop again, at once.
 */
export class SentSteps {
  #sent: readonly (SentStep & { readonly episodeId: string | null })[] = [];

  /** Takes note of a journal record: a step's intent, an order's and an episode's end. */
  remember(record: JournalRecord): void {
    if (record.type === 'episode_closed') {
      const ended = textAt(fieldAt(record.body, 'episode') ?? null, 'id');
      this.#sent = this.#sent.filter(({ episodeId }) => episodeId !== ended);
    }
    if (record.type === 'step_observed') this.#observe(record.body);
    if (record.type === 'step_answered' && textAt(record.body, 'outcome') === 'rejected') {
      this.#markDead(textAt(record.body, 'clientOrderId'));
    }
    if (record.type !== 'step_intended') return;
    const step = {
      episodeId: textAt(record.body, 'episodeId'),
      at: record.at,
      symbol: record.symbol ?? '',
      clientOrderId: textAt(record.body, 'clientOrderId'),
      fingerprint: textAt(record.body, 'fingerprint') ?? '',
      planId: record.planId ?? '',
    };
    this.#sent = [...this.#sent, step];
  }

  lately(now: EpochMs): readonly SentStep[] {
    const kept = this.#sent.filter(({ at }) => at >= now - KEPT_MS);
    // As long as nothing has changed it is the same list, which nobody has to look through again.
    if (kept.length < this.#sent.length) this.#sent = kept;
    return this.#sent;
  }

  #observe(body: Json): void {
    const status = textAt(body, 'status');
    if (status === null || !isTerminal(status as OrderStatus)) return;
    if (textAt(body, 'filledQuantity') === '0') this.#markDead(textAt(body, 'clientOrderId'));
  }

  #markDead(id: string | null): void {
    const isNews = (one: SentStep) => one.clientOrderId === id && one.isDead !== true;
    if (id === null || !this.#sent.some(isNews)) return;
    this.#sent = this.#sent.map((one) => (isNews(one) ? { ...one, isDead: true } : one));
  }
}
