import { type Advice, adviceIn } from '../../domain/advice.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { forgettingIn } from '../../domain/forgetting.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { EventLogger } from '../journal/event-logger.ts';

/** From what became of earlier decisions, and not from news. */
const LEARNED: ReadonlySet<Advice['source']> = new Set<Advice['source']>(['outcomes', 'memory']);
/** Of each symbol; who says more than that is not heard any further. */
const MOST_PER_SYMBOL = 8;
/** Nothing that was said holds longer, whatever it says of itself. */
export const LONGEST_LIFE_MS = 7 * 24 * 3_600_000;

/**
 * What was said of each symbol and may still hold: one word for each source and signal, the
 * newest. Filled from the journal alone, so that a replay knows what the loop knew.
 */
export class AdviceBook {
  readonly #bySymbol = new Map<Ticker, readonly Advice[]>();

  /** Takes note of a journal record; what is neither said nor forgotten is passed over. */
  remember(record: JournalRecord): void {
    const { type, at } = record;
    const forgetting = forgettingIn(record);
    if (forgetting !== null) this.#forget(forgetting.symbol);
    if (type !== 'advice_given') return;
    const said = adviceIn(record.body);
    if (said === null) return;
    const advice = {
      ...said,
      givenAt: at,
      expiresAt: Math.min(said.expiresAt, at + LONGEST_LIFE_MS),
    };
    const others = this.on(advice.symbol).filter(
      (each) =>
        each.expiresAt > at && (each.source !== advice.source || each.signal !== advice.signal),
    );
    this.#bySymbol.set(advice.symbol, [...others.slice(1 - MOST_PER_SYMBOL), advice]);
  }

  /** What was learned of one symbol, or of any for null; the rest is learned anew and said again. */
  #forget(symbol: string | null): void {
    for (const [each, advice] of this.#bySymbol) {
      if (symbol !== null && symbol !== each) continue;
      const others = advice.filter(({ source }) => !LEARNED.has(source));
      this.#bySymbol.set(each, others);
    }
  }

  /** What was said of one symbol, expired or not. */
  on(symbol: Ticker): readonly Advice[] {
    return this.#bySymbol.get(symbol) ?? [];
  }

  all(): readonly Advice[] {
    return [...this.#bySymbol.values()].flat();
  }
}

/** Brings back what was said before and holds on, and hears of more from here on. */
export function restoreAdvice(logger: EventLogger, now: EpochMs, book: AdviceBook): void {
  const types = ['advice_given', 'learning_forgotten'] as const;
  const query = { types, sinceAt: now - LONGEST_LIFE_MS, limit: 10_000 };
  const { records } = logger.getHistory(query);
  for (const record of [...records].reverse()) book.remember(record);
  logger.onRecord((record) => book.remember(record));
}
