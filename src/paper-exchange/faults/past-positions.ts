import type { ExchangeEvent, Milliseconds } from '../core/basics/types.ts';
import { type Json, parsed } from '../protocol/json.ts';
import { isObject } from './display.ts';
import type { FaultBook } from './fault-book.ts';

type Past = { readonly at: Milliseconds; readonly positions: Json };

const MOST_KEPT = 1_000;

/** What GET /v2/positions showed earlier, for rules that let it lag. */
export class PastPositions {
  readonly #faults: FaultBook;
  /** The body of GET /v2/positions now. */
  readonly #read: (accountId: string) => string;
  readonly #pasts = new Map<string, Past[]>();

  constructor(faults: FaultBook, read: (accountId: string) => string) {
    this.#faults = faults;
    this.#read = read;
  }

  /** Begins to remember; a rule sees nothing older than this. */
  begin(accountIds: readonly string[], now: Milliseconds): void {
    if (!this.#faults.has('positions_lag')) return;
    for (const accountId of accountIds) {
      if (!this.#pasts.has(accountId)) this.#note(accountId, now);
    }
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind !== 'trade_update' || event.execution === null) return;
    if (this.#faults.has('positions_lag')) this.#note(event.accountId, event.at);
  }

  /** All positions of then, or the one that the path names; null when there was none. */
  at(accountId: string, path: string, instant: Milliseconds): Json {
    const pasts = this.#pasts.get(accountId) ?? [];
    const positions = (pasts.findLast(({ at }) => at <= instant) ?? pasts[0])?.positions ?? [];
    const [, , , wanted] = path.split('/');
    if (wanted === undefined || !Array.isArray(positions)) return positions;
    const isWanted = (one: Json): boolean =>
      isObject(one) && (one.symbol === wanted || one.asset_id === wanted);
    return positions.find(isWanted) ?? null;
  }

  #note(accountId: string, at: Milliseconds): void {
    const pasts = this.#pasts.get(accountId) ?? [];
    pasts.push({ at, positions: parsed(this.#read(accountId)) ?? [] });
    if (pasts.length > MOST_KEPT) pasts.shift();
    this.#pasts.set(accountId, pasts);
  }
}
