import type { Alert, NakedTime } from '../../domain/answers.ts';
import { addShares, NO_SHARES, type Quantity, text } from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { PortfolioSnapshot, PositionContext } from '../../domain/portfolio.ts';
import { type EpochMs, isoTime, msBetween } from '../../domain/time.ts';

/** A position that is protected at once was never worth an alert; a person knows within 5 s. */
const NAKED_ALERT_MS = 4_000;
/** A cancel takes its time; then somebody should know, and later somebody should act. */
const CANCEL_SLOW_MS = 4_000;
const CANCEL_STUCK_MS = 60_000;
/** More symbols than this are told of in one alert: nobody reads hundreds. */
const MOST_ALERTS = 10;
const MOST_NAMES = 5;

export const PROTECTION_CODES = [
  'naked_position',
  'unprotectable',
  'cancel_slow',
  'cancel_stuck',
] as const;

export type ProtectionLevel = Omit<Alert, 'since'> & {
  readonly code: (typeof PROTECTION_CODES)[number];
};

/** What the alerts are made from. */
export type ProtectionFacts = {
  readonly snapshot: PortfolioSnapshot;
  readonly now: EpochMs;
  readonly contextOf: (symbol: Ticker) => PositionContext | null;
  readonly nakedTimeOf: (symbol: Ticker) => NakedTime;
  /** Whether a person was told that shares of the symbol are bare. */
  readonly isTold: (symbol: Ticker) => boolean;
};

/** Shares that have no stop, and exits that do not end, as levels of the moment. */
export function protectionLevels(facts: ProtectionFacts): ProtectionLevel[] {
  const bare = bareSymbols(facts);
  return [
    ...folded('naked_position', bare.filter(isWorthTelling(facts)), nakedWords),
    ...folded(
      'unprotectable',
      bare.filter(({ opensAt }) => opensAt !== null),
      closedWords,
    ),
    ...slowCancels(facts),
  ];
}

/** When the next level comes due if nothing happens until then; null for none. */
export function nextProtectionLevelAt(facts: ProtectionFacts): EpochMs | null {
  const dues = [
    ...bareSymbols(facts).flatMap(({ since }) => (since === null ? [] : [since + NAKED_ALERT_MS])),
    ...pendingCancels(facts).flatMap(({ updatedAt }) => [
      updatedAt + CANCEL_SLOW_MS,
      updatedAt + CANCEL_STUCK_MS,
    ]),
  ].filter((at) => at > facts.now);
  return dues.length === 0 ? null : Math.min(...dues);
}

type Bare = {
  readonly symbol: Ticker;
  readonly shares: Quantity;
  /** Since when the naked time runs; null where a stop could not trigger now anyway. */
  readonly since: EpochMs | null;
  /** Set while the session is closed. */
  readonly opensAt: EpochMs | null;
};

function bareSymbols({ snapshot, contextOf, nakedTimeOf }: ProtectionFacts): Bare[] {
  const { positions, session } = snapshot;
  return positions.flatMap(({ symbol, assetClass }): Bare[] => {
    const shares = contextOf(symbol)?.cover.nakedQuantity ?? NO_SHARES;
    if (shares.eq(NO_SHARES)) return [];
    const { nakedSince: since } = nakedTimeOf(symbol);
    const isClosed = !session.isOpen && assetClass === 'us_equity';
    return [{ symbol, shares, since, opensAt: isClosed ? session.nextOpenAt : null }];
  });
}

const isWorthTelling =
  ({ now, isTold }: ProtectionFacts) =>
  ({ symbol, since, opensAt }: Bare): boolean => {
    // What was told holds until the shares have their stop: while the broker cannot be asked no
    // naked time runs, and afterwards it begins anew.
    if (opensAt === null && isTold(symbol)) return true;
    // A clock that was set back makes the beginning lie ahead, and the shares no less bare.
    return since !== null && msBetween(now, since) >= NAKED_ALERT_MS;
  };

/** One level for each, or one for all where there are too many to read. */
function folded(
  code: ProtectionLevel['code'],
  bare: readonly Bare[],
  words: (shares: Quantity, opensAt: EpochMs) => string,
): ProtectionLevel[] {
  if (bare.length <= MOST_ALERTS) {
    return bare.map(({ symbol, shares, opensAt }) => {
      return { code, symbol, because: words(shares, opensAt ?? 0) };
    });
  }
  const shares = bare.reduce((sum, one) => addShares(sum, one.shares), NO_SHARES);
  const names = bare.slice(0, MOST_NAMES).map(({ symbol }) => symbol);
  const because =
    `${names.join(', ')} and ${bare.length - MOST_NAMES} more positions: together ` +
    words(shares, bare[0]?.opensAt ?? 0);
  return [{ code, symbol: null, because }];
}

const nakedWords = (shares: Quantity): string =>
  `${text(shares)} shares have had no confirmed stop for over 4 s`;

const closedWords = (shares: Quantity, opensAt: EpochMs): string =>
  `${text(shares)} shares are without a stop while the market is closed: unprotectable until ` +
  isoTime(opensAt);

const pendingCancels = ({ snapshot: { orders } }: ProtectionFacts) =>
  orders.filter(({ status }) => status === 'pending_cancel');

function slowCancels(facts: ProtectionFacts): ProtectionLevel[] {
  return pendingCancels(facts).flatMap(({ id, symbol, updatedAt }): ProtectionLevel[] => {
    const forMs = facts.now - updatedAt;
    if (forMs < CANCEL_SLOW_MS) return [];
    const isStuck = forMs >= CANCEL_STUCK_MS;
    const seconds = (isStuck ? CANCEL_STUCK_MS : CANCEL_SLOW_MS) / 1_000;
    const because =
      `order ${id} has been pending_cancel for over ${seconds} s: it holds its shares and ` +
      'protects nothing, and no other exit is placed for them';
    if (!isStuck) return [{ code: 'cancel_slow', symbol, because }];
    const ask = facts.snapshot.session.isOpen
      ? 'ask the broker what became of it'
      : 'it may stay so until the market opens';
    return [{ code: 'cancel_stuck', symbol, because: `${because}; ${ask}` }];
  });
}
