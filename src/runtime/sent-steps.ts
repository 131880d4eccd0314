import type { JournalRecord } from '../domain/event.ts';
import type { SentStep } from '../domain/guardrail.ts';
import type { EpochMs } from '../domain/time.ts';
import { textAt } from './intent-ledger.ts';

/** What the guardrail against duplicates may look back on. */
const KEPT_MS = 15 * 60_000;

/** What was sent lately, or was about to be; from the journal, so that a restart forgets nothing. */
export class SentSteps {
  #sent: SentStep[] = [];

  /** Takes note of a journal record; others than `step_intended` are passed over. */
  remember(record: JournalRecord): void {
    if (record.type !== 'step_intended') return;
    this.#sent.push({
      at: record.at,
      symbol: record.symbol ?? '',
      clientOrderId: textAt(record.body, 'clientOrderId'),
      fingerprint: textAt(record.body, 'fingerprint') ?? '',
      planId: record.planId ?? '',
    });
  }

  lately(now: EpochMs): readonly SentStep[] {
    this.#sent = this.#sent.filter(({ at }) => at >= now - KEPT_MS);
    return this.#sent;
  }
}
