import type { Order } from '../../src/paper-exchange/core/basics/types.ts';
import { claimedIn, exitGroupsOf } from './exits.ts';
import type { Scene } from './scene.ts';
import { magnitude, unitsOf } from './units.ts';

const ONE_SHARE = unitsOf('1') ?? 0n;

/** A new process takes up the journal and reads the broker first. */
const TAKING_UP_MS = 15_000;
/** A clock that was set sends a process through its recovery. */
const CLOCK_SET = ['C01'] as const;
/** Nothing is sent that cannot be written down: the process ends, and another takes up its work. */
const DISK_FAULTS = ['P16', 'P17'] as const;
/** A cycle, and half of one: then the last reading has failed. */
const OLDEST_READING_MS = 15_000;
/** A write that failed is tried again with the next cycle. */
const NEXT_TRY_MS = 10_000;

/** As many as one reading of the account has parts. */
const MANY_FAILED_READS = 3;

/** Alpaca's own lag between positions and orders, and the cycle after it. */
const COHERENT_AGAIN_MS = 20_000;

/** Looked for over 7.5 s, and sent again with the cycle after. */
const SEARCH_MS = 20_000;
/** One that may not be sent again is waited for for as long as any request can be under way. */
const UNDER_WAY_MS = 34_000;
/** An answer that takes longer than this does not come soon. */
const SOON_MS = 2_000;

/** The way of the news from the broker to here: the broker's part of a stretch, no hindrance. */
export const NEWS_ON_ITS_WAY = 'the news of it is on its way';

/** Why nobody could place a stop just now, in words; each reason passes by itself. */
export function cannotProtect(scene: Scene, symbol: string): string | null {
  const isWaiting = scene.traffic.waitingSince(symbol, scene.now) !== null;
  return isWaiting ? 'the broker has not answered a write yet' : whyHindered(scene, symbol);
}

/** What is wrong just now, in words, that keeps a stop from its place; null when nothing is. */
export function whyHindered(scene: Scene, symbol: string): string | null {
  const { lives, chronicle, now } = scene;
  const life = lives.current === null ? null : lives.of(lives.current);
  const begunAt = Math.max(life?.startedAt ?? 0, lives.wokeAt);
  if (now - begunAt <= TAKING_UP_MS) return 'the process has just begun, or stood still';
  if (scene.hadFault(CLOCK_SET, TAKING_UP_MS + NEXT_TRY_MS)) return 'somebody set its clock';
  if (now - lives.liftedAt <= NEXT_TRY_MS) return 'a person has just lifted a halt';
  if (now - chronicle.adoptedAt <= NEXT_TRY_MS) return 'a person has just said to go on';
  if (now - chronicle.unknownAt(symbol) <= (isStuck(scene, symbol) ? UNDER_WAY_MS : SEARCH_MS))
    return 'an order is being looked for';
  return whyOutOfReach(scene, symbol);
}

/** Why the broker could not be asked, or would not hear of it, in words; null while it could. */
export function whyOutOfReach(scene: Scene, symbol: string): string | null {
  const { lives, traffic, now } = scene;
  const life = lives.current === null ? null : lives.of(lives.current);
  if (life === null || lives.standsStill(now)) return 'no process is at work';
  if (life.mode !== 'execute') return 'the process may only look';
  if (scene.hadFault(DISK_FAULTS, now - life.startedAt)) return 'its journal cannot be written';
  if (lives.halt !== null && lives.halt.level !== 'entries') return 'a person halted everything';
  if (scene.hasFalseAnswers(COHERENT_AGAIN_MS)) return 'the broker showed what is not so';
  const known = life.knownSince;
  if (known === null || now - known > OLDEST_READING_MS) return 'the account cannot be read';
  if (lives.misses(now, SOON_MS)) return 'the broker does not answer a read';
  if (lives.readsFailedWithin(NEXT_TRY_MS, now) >= MANY_FAILED_READS)
    return 'the broker fails reads';
  const since = traffic.waitingSince(symbol, now);
  if (since !== null && now - since > SOON_MS) return 'the broker does not answer a write';
  if (now - traffic.failedAt(symbol) <= NEXT_TRY_MS) return 'the broker failed a write';
  return whyNotTaken(scene, symbol) ?? whyUnknown(scene, symbol);
}

/** What was done in the symbol takes as long as this to be heard of here. */
function whyUnknown({ lives, books, now }: Scene, symbol: string): string | null {
  const move = books.lastMove(symbol);
  if (move === null) return null;
  const isTold = move.cause !== 'corporate_action' && move.cause !== 'taken_back';
  if (isTold ? lives.hasLookedSince(move.at) : lives.hasReadSince(move.at)) return null;
  return now - move.at <= SOON_MS ? NEWS_ON_ITS_WAY : 'nobody can know of it yet';
}

function whyNotTaken(scene: Scene, symbol: string): string | null {
  const { world, books, chronicle } = scene;
  const alerts = [...chronicle.alerts.values()];
  const isAsked = alerts.some(
    (alert) => alert.code === 'snapshot_incoherent' && alert.symbol === symbol,
  );
  // Two guards would undo each other's work: a person says first that there is only one.
  if (alerts.some(({ code }) => code === 'another_owner')) return 'another BigBrother acts here';
  if (books.wasRenamed(symbol) && isAsked) return 'a person was asked what the shares are';
  // Nothing is sent where a status says nothing that can be relied on.
  if (books.of(symbol).orders.some(isAside)) return 'the venue has set an order aside';
  const { tradingBlocked, accountBlocked, configuration } = world.core.account(world.accountId);
  if (tradingBlocked || accountBlocked || configuration.suspendTrade)
    return 'the account is blocked';
  if (isFractionFaced(scene, symbol)) return 'beside an order of somebody else it is a wash trade';
  return world.core.asset(symbol)?.tradable === true ? null : 'the share is not traded any more';
}

/** A person was told that nobody can tell what became of an order. */
const isStuck = ({ chronicle }: Scene, symbol: string): boolean =>
  [...chronicle.alerts.values()].some(
    (alert) => alert.code === 'order_stuck' && alert.symbol === symbol,
  );

const isAside = ({ status }: Order): boolean => status === 'stopped' || status === 'calculated';

/**
 * A part of a share takes only simple orders, and the broker none of those that could trade with
 * a simple order of the same account.
 */
function isFractionFaced({ books }: Scene, symbol: string): boolean {
  const book = books.of(symbol);
  const free = magnitude(book.quantity) - claimedIn(exitGroupsOf(book));
  const opening = book.quantity > 0n ? 'buy' : 'sell';
  return (
    free > 0n &&
    free < ONE_SHARE &&
    book.orders.some(
      (order) =>
        order.side === opening &&
        order.orderClass === '' &&
        order.type !== 'trailing_stop' &&
        !books.isOurs(order),
    )
  );
}
