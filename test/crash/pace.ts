import type { JournalRecord } from '../../src/domain/event.ts';
import { textAt } from '../../src/domain/record-body.ts';

/** What the guardrails let a policy sell in parts of one symbol, less what one life may take. */
const MOST_TRADES = 6 - 3;
/** For so long each of them counts. */
const WINDOW_MS = 600_000;

/**
 * Lives follow each other within a minute here. A policy that sells in each of them has not gone
 * wild, but would be switched off until a person comes, so that the next life waits.
 */
export class Pace {
  #trades: readonly number[] = [];

  /** Takes note of the sales of a part among the records, whoever wanted them. */
  note(records: readonly JournalRecord[]): void {
    const trades = records.filter(isTrade).map(({ at }) => at);
    this.#trades = [...this.#trades, ...trades].slice(-1 - MOST_TRADES);
  }

  /** How long the next life is to wait at that instant; in the journal's time. */
  restMs(now: number): number {
    const tooMany = this.#trades.at(-1 - MOST_TRADES);
    return tooMany === undefined ? 0 : Math.max(0, tooMany + WINDOW_MS - now);
  }
}

const isTrade = ({ type, body }: JournalRecord): boolean =>
  type === 'step_intended' &&
  textAt(body, 'kind') === 'submit' &&
  textAt(body, 'purpose') === 'reduce';
