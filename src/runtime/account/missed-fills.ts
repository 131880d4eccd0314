import { type Decimal, decimal, ZERO } from '../../domain/decimal.ts';
import type { OrderId, Ticker } from '../../domain/ids.ts';
import type { RecordedExecution } from '../../domain/order.ts';
import type { Episode } from '../../domain/portfolio.ts';
import { textAt } from '../../domain/record-body.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf } from '../../ports/deadline.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { AccountReader } from './account-reader.ts';
import type { EpisodeKeeper } from './episode-keeper.ts';
import { logMissedFill } from './order-journal.ts';

/** For clocks that differ, and for executions that are recorded late. */
const OVERLAP_MS = 300_000;

/**
 * Finds what was executed while nobody listened. A position that was closed and opened again
 * meanwhile looks as if nothing had happened; only the account's record tells.
 */
export class MissedFills {
  readonly #reader: AccountReader;
  readonly #episodes: EpisodeKeeper;
  readonly #logger: EventLogger;
  readonly #clock: Clock;
  #found: readonly RecordedExecution[] = [];

  constructor(parts: {
    readonly reader: AccountReader;
    readonly episodes: EpisodeKeeper;
    readonly logger: EventLogger;
    readonly clock: Clock;
  }) {
    this.#reader = parts.reader;
    this.#episodes = parts.episodes;
    this.#logger = parts.logger;
    this.#clock = parts.clock;
  }

  /**
   * Ends the episodes of positions that were flat while nobody listened. To be called before the
   * account is read.
   *
   * @returns null, or in words why the record could not be read
   */
  async find(): Promise<string | null> {
    const since = this.#lastKnownAt();
    if (since === null) return null;
    try {
      this.#found = await this.#reader.readExecutions(since - OVERLAP_MS);
      const missed = this.#missed();
      for (const symbol of new Set(missed.map((each) => each.symbol))) {
        this.#closeWhereFlat(missed.filter((each) => each.symbol === symbol));
      }
      return null;
    } catch (error) {
      return reasonOf(error);
    }
  }

  /** Writes down what the journal does not hold, once. To be called when the account was read. */
  writeDown(): void {
    for (const { execution, shares } of this.#missed()) {
      logMissedFill(this.#logger, execution, shares);
    }
    this.#found = [];
  }

  /** Null in a new journal: all that came before is nothing that it could have missed. */
  #lastKnownAt(): EpochMs | null {
    const { records } = this.#logger.getHistory({ types: ['fill_received'], limit: 1 });
    const [earlier, thisOne] = this.#logger.recall(['started']);
    const known = records[0] ?? (thisOne === undefined ? undefined : earlier);
    return known === undefined ? null : Math.min(known.at, this.#clock.now());
  }

  /** The parts of executions that nobody knew of, by how far each order had come. */
  #missed(): readonly Missed[] {
    const known = new Map<OrderId, Decimal>();
    return this.#found.flatMap((execution) => {
      const { orderId, symbol, quantity, filledQuantity } = execution;
      const unknown = filledQuantity.minus(known.get(orderId) ?? this.#knownOf(orderId));
      if (unknown.lte(ZERO)) return [];
      known.set(orderId, filledQuantity);
      return [{ symbol, execution, shares: unknown.lt(quantity) ? unknown : quantity }];
    });
  }

  #knownOf(orderId: OrderId): Decimal {
    const query = { types: ['fill_received' as const], orderId, limit: 1 };
    const [last] = this.#logger.getHistory(query).records;
    return decimal((last && textAt(last.body, 'filledQuantity')) ?? '0');
  }

  #closeWhereFlat(missed: readonly Missed[]): void {
    const [first] = missed;
    const episode = first === undefined ? undefined : this.#episodes.open().get(first.symbol);
    if (episode === undefined) return;
    let held = signedQuantity(episode);
    for (const { execution, shares } of missed) {
      const after = execution.side === 'buy' ? held.plus(shares) : held.minus(shares);
      if (after.times(held).lte(ZERO)) {
        this.#episodes.close(episode.symbol);
        return;
      }
      held = after;
    }
  }
}

type Missed = {
  readonly symbol: Ticker;
  readonly execution: RecordedExecution;
  readonly shares: Decimal;
};

const signedQuantity = ({ side, quantity }: Episode): Decimal =>
  side === 'long' ? quantity : quantity.neg();
