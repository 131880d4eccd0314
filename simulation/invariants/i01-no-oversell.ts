import { claimedIn, exitGroupsOf, remainingOf } from './exits.ts';
import type { Rule, Watch } from './rule.ts';
import type { Scene } from './scene.ts';
import type { Write } from './traffic.ts';
import { CountedTime, unguardedWatch } from './unguarded-time.ts';
import { digitsOf, larger, magnitude, unitsOf } from './units.ts';

/** As long as it takes to see it and to cancel what is too much. */
const TOO_MUCH_MS = 30_000;
/** The exchange itself executes more than it may: both exits of a group, or too many shares. */
const BROKERS_OWN_FAULTS = ['B17', 'B21'] as const;
const BROKERS_FAULT_MS = 15_000;
const NEVER = Number.NEGATIVE_INFINITY;

/** No exits for more than is held, and never short by an order of ours. */
export const noOversell: Rule = {
  number: 1,
  sentence:
    'Live and unknown exits of a symbol, those of one group counted once, never exceed what is ' +
    'held; no order of ours turns a position around, and only an entry opens one.',

  watch(scene, tell) {
    const tooMuch = tooMuchWatch(scene, tell);
    const countedTime = new CountedTime(scene);
    /** When the exchange itself last executed more in a symbol than it may. */
    const overdone = new Map<string, number>();
    const strange = new Map<string, Strange>();
    /** The position moved beside our plans, and this process may not have put our exits right yet. */
    const hasStrangeNews = (symbol: string): boolean => {
      const at = Math.max(scene.books.lastStrange(symbol), overdone.get(symbol) ?? NEVER);
      if (at === NEVER) return false;
      const { current: life } = scene.lives;
      const known = strange.get(symbol);
      if (known?.at !== at || known.life !== life) {
        strange.set(symbol, { at, life });
        countedTime.look(symbol, false);
      }
      return countedTime.look(symbol, true) <= TOO_MUCH_MS;
    };
    return {
      on: {
        request_sent() {
          const { write } = scene;
          if (write?.symbol == null || !write.request.isOwner) return;
          const excess = excessWith(scene, write);
          if (excess !== null) tell(write.symbol, excess);
        },
        exchange_event({ event }) {
          if (event.kind !== 'trade_update' || event.execution === null) return;
          if (event.event !== 'fill' && event.event !== 'partial_fill') return;
          if (!scene.books.isOurs(event.order)) return;
          const { symbol, side } = event.order;
          if (scene.hadFault(BROKERS_OWN_FAULTS, 0)) overdone.set(symbol, scene.now);
          // What was told before it may already stand in the books with what came after.
          const { id, qty } = event.execution;
          const before = scene.books.heldBefore(id);
          const after = before + (side === 'buy' ? qty : -qty);
          // An entry is there to open; that it has its stop is the tenth one's to see.
          const isMeant = event.order.positionIntent?.endsWith('_to_open') === true;
          const isOpening =
            !isMeant && (side === 'buy' ? after > 0n && before >= 0n : after < 0n && before <= 0n);
          const turns = before !== 0n && after !== 0n && before > 0n !== after > 0n;
          if (!(isOpening || turns) || isBrokersFault(scene) || hasStrangeNews(symbol)) return;
          tell(
            symbol,
            `our order ${event.order.clientOrderId} executed ${digitsOf(qty)} and ` +
              `left ${digitsOf(after)} where ${digitsOf(before)} was held`,
          );
        },
      },
      onBook(symbol) {
        hasStrangeNews(symbol);
        tooMuch.onBook?.(symbol);
      },
    };
  },
};

/**
 * What keeps a stop from its place keeps an exit from being made smaller or taken back, too, and
 * out of hours the broker takes no change and ends no order.
 */
const tooMuchWatch = (scene: Scene, tell: Parameters<Rule['watch']>[1]): Watch =>
  unguardedWatch(scene, {
    longestMs: TOO_MUCH_MS,
    sharesIn(book) {
      const ours = exitGroupsOf(book).filter(
        // A cancel that the broker keeps pending was all that could be done.
        ({ orders }) =>
          orders.some((order) => scene.books.isOurs(order)) &&
          !orders.some(({ status }) => status === 'pending_cancel'),
      );
      return book.quantity === 0n ? 0n : claimedIn(ours) - magnitude(book.quantity);
    },
    onTooLong: (symbol, excess, ms) =>
      tell(
        symbol,
        `exits for ${digitsOf(excess)} shares more than are held have rested for ${ms} ms with ` +
          'the broker in reach',
      ),
  });

type Strange = { readonly at: number; readonly life: number | null };

/** In words, how much more than is held could be sold once `write` is done. */
function excessWith(scene: Scene, write: Write): string | null {
  const { symbol } = write;
  if (symbol === null || write.kind === 'cancel') return null;
  if (isBrokersFault(scene) || scene.hasNews(symbol)) return null;
  const book = scene.books.of(symbol);
  const held = magnitude(book.quantity);
  const side = book.quantity > 0n ? 'sell' : 'buy';
  let claimed = claimedIn(exitGroupsOf(book));
  for (const other of scene.traffic.underWay(symbol, scene.now)) {
    claimed += sharesAdded(scene, other, side);
  }
  if (sharesAdded(scene, write, side) === 0n) return null;
  if (claimed <= held) return null;
  return (
    `with ${write.request.method} ${write.clientOrderId} exits for ${digitsOf(claimed)} shares ` +
    `are live or on their way, and ${digitsOf(book.quantity)} are held`
  );
}

/** Shares by which a write raises what may be sold: one id counts once, however often sent. */
function sharesAdded(scene: Scene, write: Write, side: 'buy' | 'sell'): bigint {
  const { kind, body, orderId, clientOrderId } = write;
  if (clientOrderId !== null && isKnown(scene, clientOrderId)) return 0n;
  if (!isFirstCopy(scene, write)) return 0n;
  const quantity = unitsOf(body.qty);
  if (kind === 'submit') {
    if (body.side !== side || String(body.position_intent).endsWith('_to_open')) return 0n;
    return quantity ?? 0n;
  }
  const order = orderId === null ? null : scene.books.order(orderId);
  if (kind !== 'replace' || order === null || quantity === null || order.side !== side) return 0n;
  // What has ended is not replaced any more: the broker refuses it.
  if (!scene.books.of(order.symbol).orders.some(({ id }) => id === order.id)) return 0n;
  return larger(quantity - order.filledQty - (remainingOf(order) ?? 0n), 0n);
}

const isKnown = ({ world }: Scene, clientOrderId: string): boolean =>
  world.core.orderByClientOrderId(world.accountId, clientOrderId) !== null;

function isFirstCopy(scene: Scene, write: Write): boolean {
  const copies = scene.traffic
    .underWay(write.symbol ?? '', scene.now)
    .filter(({ clientOrderId }) => clientOrderId === write.clientOrderId);
  return copies[0] === write;
}

const isBrokersFault = (scene: Scene): boolean =>
  scene.hadFault(BROKERS_OWN_FAULTS, BROKERS_FAULT_MS);
