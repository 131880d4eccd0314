import {
  basisPointsOf,
  type Decimal,
  type Price,
  price,
  smaller,
  ZERO,
} from '../../domain/decimal.ts';
import { isThrough, isTighter } from '../../domain/side.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Courses } from './course.ts';
import type { Deed, DeedKind } from './deeds.ts';
import type { Wish } from './wishes.ts';

/**
 * matched: the other did the same, near in time. missed: it did not. conflicting: it did the
 * opposite, or the same so that less is guarded.
 */
export type Verdict = 'matched' | 'missed' | 'conflicting';

export type Score = {
  readonly wish: Wish;
  readonly verdict: Verdict;
  readonly deed: Deed | null;
  /** From the wish to the deed; negative where the other was first. */
  readonly delayMs: number | null;
  /** Dollars that the wish would have left more, or less, than what was done. */
  readonly money: Decimal;
  readonly because: string;
};

export type Scoring = {
  /** How long before a wish, and after its end, a deed still answers it. */
  readonly beforeMs: number;
  readonly afterMs: number;
  /** A stop looser than wanted by more than this guards less. */
  readonly priceBps: number;
};

export const usualScoring: Scoring = { beforeMs: 15_000, afterMs: 60_000, priceBps: 50 };

const ANSWERS: Readonly<Record<Wish['kind'], readonly DeedKind[]>> = {
  protect: ['stop'],
  reduce: ['reduce', 'exit'],
  exit: ['exit', 'reduce'],
  take_profit: ['take_profit'],
  reprice: ['exit', 'reduce'],
};

const OPPOSES: Readonly<Record<Wish['kind'], readonly DeedKind[]>> = {
  protect: ['unprotect', 'exit', 'reduce'],
  reduce: ['entry'],
  exit: ['entry'],
  take_profit: ['entry'],
  reprice: ['entry', 'unprotect'],
};

/**
 * Scores each wish against what was done, and tells what is left over. A deed answers one wish of
 * a policy, and may answer several policies that wanted the same of the same shares.
 */
export function scoreAll(
  wishes: readonly Wish[],
  deeds: readonly Deed[],
  courses: Courses,
  scoring: Scoring = usualScoring,
): { readonly scores: readonly Score[]; readonly extra: readonly Deed[] } {
  const used = new Map<Deed, Set<string>>();
  const scores = wishes.map((wish) => {
    const isFree = (deed: Deed): boolean => used.get(deed)?.has(wish.policy) !== true;
    const near = deeds.filter((deed) => isFree(deed) && isNear(deed, wish, scoring));
    const score = scoreOf(wish, near, courses, scoring);
    if (score.deed !== null) {
      used.set(score.deed, new Set([...(used.get(score.deed) ?? []), wish.policy]));
    }
    return { ...score, money: moneyOf(wish, score, deeds, courses) };
  });
  return { scores, extra: deeds.filter((deed) => !used.has(deed)) };
}

const isNear = ({ symbol, at }: Deed, wish: Wish, { beforeMs, afterMs }: Scoring): boolean =>
  symbol === wish.symbol && at >= wish.from - beforeMs && at <= wish.until + afterMs;

type Found = Omit<Score, 'money'>;

function scoreOf(wish: Wish, near: readonly Deed[], courses: Courses, scoring: Scoring): Found {
  const answers = near.filter(({ kind }) => ANSWERS[wish.kind].includes(kind));
  const enough = answers.find((deed) => !isLooser(wish, deed, scoring));
  if (enough !== undefined) {
    return told(wish, 'matched', enough, `the other did the same (${enough.kind})`);
  }
  const [looser] = answers;
  if (looser !== undefined) {
    return told(wish, 'conflicting', looser, 'the stop of the other guards less');
  }
  // What was done before is what the wish may have been about.
  const opposed = near.find(
    ({ kind, at }) => OPPOSES[wish.kind].includes(kind) && at > wish.from && at <= wish.until,
  );
  if (opposed !== undefined) {
    return told(wish, 'conflicting', opposed, `the other did the opposite (${opposed.kind})`);
  }
  const seen = courses.between(wish.symbol, wish.from, wish.until).length;
  return {
    ...{ wish, verdict: 'missed', deed: null, delayMs: null },
    because: `the other did nothing of the kind (${seen} prices seen meanwhile)`,
  };
}

const told = (wish: Wish, verdict: Verdict, deed: Deed, because: string): Found => ({
  ...{ wish, verdict, deed, because },
  delayMs: deed.at - wish.from,
});

function isLooser({ side, stopPrice }: Wish, deed: Deed, { priceBps }: Scoring): boolean {
  if (deed.kind !== 'stop' || stopPrice === null || deed.price === null) return false;
  const room = basisPointsOf(stopPrice, priceBps);
  const loosest = price(side === 'long' ? stopPrice.minus(room) : stopPrice.plus(room));
  return isTighter(side, loosest, deed.price);
}

/** Against what became of the same shares, or against the last price where they are still held. */
function moneyOf(wish: Wish, found: Found, deeds: readonly Deed[], courses: Courses): Decimal {
  const last = courses.last(wish.symbol);
  const sold = deeds.find(({ symbol, kind, at, price: at$ }) => {
    const isSale = kind === 'reduce' || kind === 'exit';
    return symbol === wish.symbol && isSale && at >= wish.from && at$ !== null;
  });
  const later = sold?.price ?? last;
  switch (wish.kind) {
    case 'reduce':
    case 'exit':
    case 'reprice': {
      const actual = found.verdict === 'matched' ? (found.deed?.price ?? later) : later;
      const shares =
        found.verdict === 'matched' && found.deed !== null
          ? smaller(wish.quantity, found.deed.quantity)
          : wish.quantity;
      return actual === null ? ZERO : gainOver(wish, wish.price, actual).times(shares);
    }
    case 'protect': {
      const left = wouldHaveLeftAt(wish, found, courses);
      return left === null || later === null
        ? ZERO
        : gainOver(wish, left, later).times(wish.quantity);
    }
    // Whether a limit that was never placed would have filled is not known.
    case 'take_profit':
      return ZERO;
  }
}

const gainOver = ({ side }: Wish, one: Price, other: Price): Decimal =>
  side === 'long' ? one.minus(other) : other.minus(one);

/** Where the wanted stop would have sold: at its limit at worst; null where it never triggered. */
function wouldHaveLeftAt(wish: Wish, { verdict, deed }: Found, courses: Courses): Price | null {
  const { symbol, side, stopPrice, from, until } = wish;
  if (verdict === 'matched' || stopPrice === null) return null;
  const end: EpochMs = deed?.kind === 'stop' ? deed.at : until;
  const isHit = courses
    .between(symbol, from, end)
    .some((mark) => isThrough(side, stopPrice, mark.price));
  return isHit ? (wish.limitPrice ?? stopPrice) : null;
}
