import type { Json } from '../../domain/canonical.ts';
import { NO_SHARES, type Price, type Quantity, quantity } from '../../domain/decimal.ts';
import type { Mode } from '../../domain/environment.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { Action } from '../../domain/policy.ts';
import type { PositionSide } from '../../domain/portfolio.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { EpochMs } from '../../domain/time.ts';
import { amountAt, priceAt } from '../outcomes/outcome-records.ts';

/** Something that BigBrother wanted and did not do, from the first look to the last. */
export type Wish = {
  readonly symbol: string;
  readonly episodeId: string;
  readonly side: PositionSide;
  readonly policy: string;
  readonly kind: Action['kind'];
  /** Number of the decision's record. */
  readonly seq: number;
  readonly from: EpochMs;
  /** The last decision that had it, or the one that had it no more. */
  readonly until: EpochMs;
  /** Shares to sell or to cover. */
  readonly quantity: Quantity;
  /** The price when it was first wanted. */
  readonly price: Price;
  readonly stopPrice: Price | null;
  readonly limitPrice: Price | null;
};

type Kept = { -readonly [Name in keyof Wish]: Wish[Name] } & { isOpen: boolean };

/**
 * Collects from decisions what was wanted while BigBrother only looked on: all of it in a mode
 * that sends nothing by itself, and in any mode what a policy in shadow wanted.
 */
export class WishBook {
  readonly #wishes: Kept[] = [];
  readonly #open = new Map<string, Kept>();
  #mode: Mode | null = null;
  #isStoodDown = false;
  #decisions = 0;

  /** Decisions that could have had a wish. */
  get decisions(): number {
    return this.#decisions;
  }

  get all(): readonly Wish[] {
    return this.#wishes;
  }

  read(record: JournalRecord): void {
    const { type, symbol, at } = record;
    const mode = modeIn(record);
    if (mode !== null) this.#mode = mode;
    if (type === 'stood_down' || type === 'stood_up') this.#isStoodDown = type === 'stood_down';
    else if (type === 'decision_made' && symbol !== null) this.#decided(record, symbol);
    else if (type === 'episode_closed' && symbol !== null) this.#closeAll(symbol, at, new Set());
  }

  #decided({ seq, at, body }: JournalRecord, symbol: string): void {
    const decision = fieldAt(body, 'decision') ?? null;
    const context = fieldAt(fieldAt(body, 'inputs') ?? null, 'context') ?? null;
    const onlyLooks = this.#isStoodDown || this.#mode === 'observe' || this.#mode === 'propose';
    const shadowing = listAt(decision, 'evaluations')
      .filter((each) => textAt(each, 'outcome') === 'shadows')
      .map((each) => fieldAt(each, 'recommendation') ?? null);
    const wanted = [...(onlyLooks ? listAt(decision, 'chosen') : []), ...shadowing];
    if (onlyLooks || shadowing.length > 0) this.#decisions += 1;
    const keys = new Set(wanted.flatMap((each) => this.#keep(each, context, { symbol, seq, at })));
    this.#closeAll(symbol, at, keys);
  }

  /** @returns its key */
  #keep(
    recommendation: Json,
    context: Json,
    where: { readonly symbol: string; readonly seq: number; readonly at: EpochMs },
  ): readonly string[] {
    const action = fieldAt(recommendation, 'action') ?? null;
    const episode = fieldAt(context, 'episode') ?? null;
    const [policy, kind] = [textAt(recommendation, 'policy'), textAt(action, 'kind')];
    const [episodeId, side] = [textAt(episode, 'id'), textAt(episode, 'side')];
    const market = priceAt(context, 'price');
    if (policy === null || kind === null || episodeId === null || market === null) return [];
    const key = [where.symbol, episodeId, policy, kind, textAt(action, 'milestone')].join('|');
    const prices = {
      stopPrice: priceAt(action, 'stopPrice'),
      limitPrice: priceAt(action, 'limitPrice'),
    };
    const known = this.#open.get(key);
    if (known !== undefined) {
      Object.assign(known, prices, { until: where.at });
      return [key];
    }
    const wish: Kept = {
      ...{ symbol: where.symbol, seq: where.seq, from: where.at, until: where.at },
      ...{ episodeId, policy, price: market, ...prices, isOpen: true },
      side: side === 'short' ? 'short' : 'long',
      kind: kind as Action['kind'],
      quantity: sharesOf(kind, action, context),
    };
    this.#wishes.push(wish);
    this.#open.set(key, wish);
    return [key];
  }

  #closeAll(symbol: string, at: EpochMs, but: ReadonlySet<string>): void {
    for (const [key, wish] of this.#open) {
      if (wish.symbol !== symbol || but.has(key)) continue;
      wish.until = at;
      wish.isOpen = false;
      this.#open.delete(key);
    }
  }

  /** What was never decided otherwise is wanted up to the end. */
  endAt(at: EpochMs): void {
    for (const wish of this.#open.values()) wish.until = at;
  }
}

/** The mode that holds from a record on; null for one that says nothing of it. */
function modeIn({ type, body }: JournalRecord): Mode | null {
  if (type === 'started') return textAt(body, 'mode') as Mode | null;
  if (type !== 'settings_loaded' && type !== 'settings_changed') return null;
  return textAt(fieldAt(body, 'rules') ?? null, 'mode') as Mode | null;
}

function sharesOf(kind: string, action: Json, context: Json): Quantity {
  const position = fieldAt(context, 'position') ?? null;
  const held = quantity(amountAt(position, 'quantity') ?? NO_SHARES);
  if (kind === 'reduce' || kind === 'take_profit') {
    return quantity(amountAt(action, 'quantity') ?? NO_SHARES);
  }
  if (kind !== 'protect') return held;
  const bare = amountAt(fieldAt(context, 'cover') ?? null, 'nakedQuantity');
  return bare === null || bare.eq('0') ? held : quantity(bare);
}

function listAt(body: Json, name: string): readonly Json[] {
  const list = fieldAt(body, name);
  return Array.isArray(list) ? list : [];
}
