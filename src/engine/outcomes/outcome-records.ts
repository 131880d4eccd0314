import type { Json } from '../../domain/canonical.ts';
import {
  type Decimal,
  NO_SHARES,
  type Price,
  parseDecimal,
  price,
  type Quantity,
  quantity,
} from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { OrderType } from '../../domain/order.ts';
import type { PositionSide } from '../../domain/portfolio.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import { tightest } from '../../domain/side.ts';
import type { ExitedPosition, PlanCause } from './outcomes.ts';

/** A position from its first look to its last, as records of it tell. */
export type Life = ExitedPosition & {
  /** Shares that are held as far as fills and looks at the account tell. */
  held: Quantity;
  isOver: boolean;
};

/** What an order says of how it is to be filled. */
export type Terms = {
  readonly type: OrderType | null;
  readonly stopPrice: Price | null;
  readonly limitPrice: Price | null;
};

/** Our own record, checked by the chain it stands in; early ones lack the worst price. */
export function lifeIn(body: Json, isOver: boolean): Life | null {
  const episode = fieldAt(body, 'episode') ?? null;
  const id = textAt(episode, 'id');
  const side = textAt(episode, 'side') as PositionSide | null;
  const entryPrice = priceAt(episode, 'entryPrice');
  const openedAt = fieldAt(episode, 'openedAt');
  if (id === null || side === null || entryPrice === null || typeof openedAt !== 'number') {
    return null;
  }
  const isKnown = (each: Price | null): each is Price => each !== null;
  const best = [priceAt(episode, 'highWaterPrice'), entryPrice].filter(isKnown);
  const worst = [priceAt(body, 'worstPrice'), entryPrice].filter(isKnown);
  return {
    ...{ episodeId: id, side, openedAt, entryPrice, isOver },
    initialStopPrice: priceAt(episode, 'initialStopPrice'),
    bestPrice: tightest(side, best) ?? entryPrice,
    worstPrice: tightest(side === 'long' ? 'short' : 'long', worst) ?? entryPrice,
    held: quantity(amountAt(episode, 'quantity') ?? NO_SHARES),
  };
}

/** A change of an order does not repeat its type: one with a stop price is of a stop. */
export function termsIn(request: Json): Terms {
  const stopPrice = priceAt(request, 'stopPrice');
  const type = textAt(request, 'type') as OrderType | null;
  return {
    type: type ?? (stopPrice === null ? null : 'stop_limit'),
    ...{ stopPrice, limitPrice: priceAt(request, 'limitPrice') },
  };
}

/**
 * What a plan was made from in one symbol.
 *
 * @param proposed its proposal, whole or of the part in that symbol; null where it is not known
 * @param decided the last decision in the symbol before that
 */
export function causeIn(
  planId: string,
  proposed: Pick<JournalRecord, 'symbol' | 'body'> | null,
  decided: Pick<JournalRecord, 'seq' | 'body'> | null,
): PlanCause {
  const part = proposed === null ? null : partIn(proposed);
  const decision = decided === null ? null : (fieldAt(decided.body, 'decision') ?? null);
  return {
    planId,
    decisionSeq: decided?.seq ?? null,
    decisionPrice: priceAt(fieldAt(part, 'basis') ?? null, 'price'),
    wishes: listIn(decision, 'chosen').map((each) => ({
      policy: textAt(each, 'policy') ?? 'unknown',
      kind: textAt(fieldAt(each, 'action') ?? null, 'kind') ?? 'unknown',
    })),
  };
}

function partIn({ symbol, body }: Pick<JournalRecord, 'symbol' | 'body'>): Json {
  const alone = fieldAt(body, 'part');
  if (alone !== undefined) return alone;
  const parts = listIn(fieldAt(body, 'plan') ?? null, 'parts');
  return parts.find((part) => textAt(part, 'symbol') === symbol) ?? null;
}

function listIn(body: Json, name: string): readonly Json[] {
  const list = fieldAt(body, name);
  return Array.isArray(list) ? list : [];
}

/** A decimal of a record; null where there is none. */
export const amountAt = (body: Json, name: string): Decimal | null =>
  parseDecimal(textAt(body, name) ?? '');

export function priceAt(body: Json, name: string): Price | null {
  const digits = amountAt(body, name);
  return digits === null ? null : price(digits);
}
