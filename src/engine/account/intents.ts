import type { Json } from '../../domain/canonical.ts';
import { clientOrderId } from '../../domain/client-order-id.ts';
import type { Quantity } from '../../domain/decimal.ts';
import { parseDecimal, text, ZERO } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { ClientOrderId, EpisodeId, OrderId } from '../../domain/ids.ts';
import { orderId } from '../../domain/ids.ts';
import type { Order, OrderStatus } from '../../domain/order.ts';
import { isTerminal } from '../../domain/order.ts';
import type { IntentRecord, IntentState } from '../../domain/portfolio.ts';

/** A client order id with what it was derived from. */
export type OrderIdentity = {
  readonly key: string;
  readonly generation: number;
  readonly clientOrderId: ClientOrderId;
};

/** What an order of this account, episode and milestone (or cover slot) always means. */
export const keyFor = (accountNumber: string, episode: EpisodeId, meaning: string): string =>
  `${accountNumber}|${episode}|${meaning}`;

const belongsTo = (key: string, accountNumber: string, episode: EpisodeId): boolean =>
  key.startsWith(keyFor(accountNumber, episode, ''));

/** The part of a key that all keys of its account and episode begin with. */
export const episodeKey = (key: string): string =>
  key.slice(0, key.indexOf('|', key.indexOf('|') + 1) + 1);

/** What a key stands for, without account and episode. */
export const meaningOf = (key: string): string => {
  const start = episodeKey(key).length;
  return start === 0 ? '' : key.slice(start);
};

/**
 * The meaning of a sale's order: its milestone. An exit's also names the shares held when
 * it was sent, so that the same exit is never sent twice, not even while the position lags
 * behind its fills, but what it left over can be sold: it may have ended half way, or
 * others may have held the shares.
 */
export const saleMeaning = (milestone: string, held: Quantity): string =>
  milestone.startsWith('exit') ? `${milestone}/${text(held)}` : milestone;

const SLOTS = ['cover/', 'group/', 'rescue/'];

/**
 * True for a key that stands for a milestone such as `partial@2R`, false for a slot such
 * as `cover/whole`.
 *
 * A milestone's order counts as done with its first filled share, even when the rest was
 * canceled: half a profit is never topped up. A slot is a place where one order rests; its
 * order may be succeeded as soon as it has ended, or when this very plan replaces or
 * cancels it.
 */
export function isMilestone(key: string): boolean {
  const meaning = meaningOf(key);
  return !SLOTS.some((slot) => meaning.startsWith(slot));
}

/**
 * The identity of the next order under a key, or null when the key is spent, in flight or
 * its outcome unknown.
 *
 * @param intents what became of the newest order under each key
 * @param releasing client order ids that this plan replaces or cancels beforehand
 */
export function nextIdentity(
  key: string,
  intents: readonly IntentRecord[],
  releasing: ReadonlySet<string> = new Set(),
): OrderIdentity | null {
  const newest = newestUnder(key, intents);
  if (newest === null) return identity(key, 1);
  const released = releasing.has(newest.clientOrderId);
  return mayFollow(newest.state, isMilestone(key), released)
    ? identity(key, newest.generation + 1)
    : null;
}

function newestUnder(key: string, intents: readonly IntentRecord[]): IntentRecord | null {
  let newest: IntentRecord | null = null;
  for (const intent of intents) {
    if (intent.key !== key) continue;
    if (newest === null || intent.generation > newest.generation) newest = intent;
  }
  return newest;
}

function mayFollow(state: IntentState, isOnce: boolean, released: boolean): boolean {
  switch (state) {
    case 'intended':
    case 'unknown':
      return false;
    case 'live':
      return !isOnce && released;
    case 'filled':
    case 'partly_filled':
      return !isOnce;
    case 'dead':
      return true;
  }
}

const identity = (key: string, generation: number): OrderIdentity => ({
  key,
  generation,
  clientOrderId: clientOrderId(key, generation),
});

/** Milestones of an episode that an order has made true, if only with its first share. */
export function milestonesDone(
  intents: readonly IntentRecord[],
  accountNumber: string,
  episode: EpisodeId,
): string[] {
  return intents
    .filter(({ key }) => belongsTo(key, accountNumber, episode) && isMilestone(key))
    .filter(({ state }) => state === 'filled' || state === 'partly_filled')
    .map(({ key }) => meaningOf(key));
}

/**
 * Why a key cannot be used now, in words; null when it can.
 */
export function whySpent(key: string, intents: readonly IntentRecord[]): string | null {
  const newest = newestUnder(key, intents);
  if (newest === null || mayFollow(newest.state, isMilestone(key), false)) return null;
  const meaning = meaningOf(key);
  switch (newest.state) {
    case 'filled':
    case 'partly_filled':
      return `${meaning} is done already in this episode`;
    case 'unknown':
      return `what became of the order for ${meaning} is not known yet`;
    case 'intended':
    case 'live':
      return `the order for ${meaning} is on its way`;
    case 'dead':
      return null;
  }
}

/**
 * What became of the newest order under each idempotency key.
 *
 * @param records the journal, oldest first; other events than `step_…` are passed over
 * @param orders the broker's view, which decides where the journal does not know the end
 */
export function foldIntents(
  records: readonly JournalRecord[],
  orders: readonly Order[],
): IntentRecord[] {
  const byClientId = new Map<string, IntentRecord>();
  for (const { type, body } of records) {
    if (type === 'step_intended') rememberIntent(byClientId, body);
    else if (type === 'step_answered') applyAnswer(byClientId, body);
    else if (type === 'step_observed') applyObservation(byClientId, body);
  }
  for (const order of orders) applyOrder(byClientId, order);

  const newest = new Map<string, IntentRecord>();
  for (const intent of byClientId.values()) {
    const last = newest.get(intent.key);
    if (last === undefined || intent.generation >= last.generation) newest.set(intent.key, intent);
  }
  return [...newest.values()];
}

function rememberIntent(intents: Map<string, IntentRecord>, body: Json): void {
  const id = textAt(body, 'clientOrderId');
  const key = textAt(body, 'key');
  const generation = field(body, 'generation');
  if (id === null || key === null || typeof generation !== 'number') return; // A cancel.
  if (intents.has(id)) return; // Sent again under the same id: still one order.
  intents.set(id, { key, generation, clientOrderId: id, state: 'intended', orderId: null });
}

function applyAnswer(intents: Map<string, IntentRecord>, body: Json): void {
  const intent = intents.get(textAt(body, 'clientOrderId') ?? '');
  if (intent === undefined || hasEnded(intent.state)) return;
  const sent = textAt(body, 'orderId');
  const outcome = textAt(body, 'outcome');
  intents.set(intent.clientOrderId, {
    ...intent,
    state: outcome === 'acknowledged' ? 'live' : isNo(outcome) ? 'dead' : 'unknown',
    orderId: sent === null ? intent.orderId : orderId(sent),
  });
}

function applyObservation(intents: Map<string, IntentRecord>, body: Json): void {
  const intent = intents.get(textAt(body, 'clientOrderId') ?? '');
  const status = textAt(body, 'status');
  if (intent === undefined || status === null) return;
  const filled = textAt(body, 'filledQuantity');
  const id = textAt(body, 'orderId');
  settle(
    intents,
    intent,
    stateOf(status as OrderStatus, parseDecimal(filled ?? '')?.gt(ZERO) ?? false),
    id === null ? null : orderId(id),
  );
}

function applyOrder(intents: Map<string, IntentRecord>, order: Order): void {
  const intent = intents.get(order.clientOrderId);
  if (intent === undefined) return;
  settle(intents, intent, stateOf(order.status, order.filledQuantity.gt(ZERO)), order.id);
}

/** An order that has ended stays ended, whatever arrives late. */
function settle(
  intents: Map<string, IntentRecord>,
  intent: IntentRecord,
  state: IntentState,
  id: OrderId | null,
): void {
  if (hasEnded(intent.state) && !hasEnded(state)) return;
  intents.set(intent.clientOrderId, { ...intent, state, orderId: id ?? intent.orderId });
}

/** What was given up counts as refused: only protection is, and what outlived its position. */
const isNo = (outcome: string | null): boolean => outcome === 'rejected' || outcome === 'dropped';

const hasEnded = (state: IntentState): boolean =>
  state === 'filled' || state === 'partly_filled' || state === 'dead';

function stateOf(status: OrderStatus, anyFilled: boolean): IntentState {
  if (status === 'unrecognized') return 'unknown';
  if (!isTerminal(status)) return 'live';
  if (status === 'filled') return 'filled';
  return anyFilled ? 'partly_filled' : 'dead';
}

function field(body: Json, name: string): Json | undefined {
  return typeof body === 'object' && body !== null && !Array.isArray(body)
    ? (body as { readonly [key: string]: Json })[name]
    : undefined;
}

function textAt(body: Json, name: string): string | null {
  const value = field(body, name);
  return typeof value === 'string' ? value : null;
}
