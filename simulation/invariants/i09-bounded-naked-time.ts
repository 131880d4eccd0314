import { claimedIn, exitGroupsOf } from './exits.ts';
import type { Rule } from './rule.ts';
import type { Scene } from './scene.ts';
import { digitsOf, magnitude } from './units.ts';

/** With the session open and the broker in reach. */
const LONGEST_NAKED_MS = 10_000;
/** A new process takes up the journal and reads the broker first. */
const TAKING_UP_MS = 15_000;
/** A write that failed is tried again with the next cycle. */
const NEXT_TRY_MS = 10_000;

/** No share stays free of every exit for longer than the bound. */
export const boundedNakedTime: Rule = {
  number: 9,
  sentence:
    'In an open session, with the broker in reach, no part of a position is without any live ' +
    'exit for more than 10 s.',

  watch(scene, tell) {
    const counted = new Map<string, { ms: number; reach: number; told: boolean }>();
    return {
      onBook(symbol) {
        const book = scene.books.of(symbol);
        // Shares that an order holds cannot have another exit, whatever becomes of that order.
        const free = magnitude(book.quantity) - claimedIn(exitGroupsOf(book));
        const { reachMs } = scene.lives;
        if (free <= 0n || !scene.isRegularSession) {
          counted.delete(symbol);
          return;
        }
        const stretch = counted.get(symbol) ?? { ms: 0, reach: reachMs, told: false };
        counted.set(symbol, stretch);
        if (!isExcused(scene, symbol)) stretch.ms += reachMs - stretch.reach;
        stretch.reach = reachMs;
        if (stretch.ms <= LONGEST_NAKED_MS || stretch.told) return;
        stretch.told = true;
        tell(symbol, `${digitsOf(free)} shares have been without any exit for ${stretch.ms} ms`);
      },
    };
  },
};

/** Why nobody could have placed a stop just now; each reason passes by itself. */
function isExcused(scene: Scene, symbol: string): boolean {
  const { lives, traffic, now, world } = scene;
  const life = lives.current === null ? null : lives.of(lives.current);
  if (life === null || life.mode !== 'execute' || now - life.startedAt <= TAKING_UP_MS) return true;
  if (lives.halt?.level === 'everything') return true;
  const account = world.core.account(world.accountId);
  if (account.tradingBlocked || account.accountBlocked || account.configuration.suspendTrade) {
    return true;
  }
  if (world.core.asset(symbol)?.tradable !== true) return true;
  const move = scene.books.lastMove(symbol);
  if (move !== null && !lives.hasLookedSince(move.at)) return true;
  return traffic.isWaiting(symbol, now) || now - traffic.failedAt(symbol) <= NEXT_TRY_MS;
}
