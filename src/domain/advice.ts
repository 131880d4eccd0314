import type { Json } from './canonical.ts';
import { isTicker, type Ticker } from './ids.ts';
import { fieldAt, textAt } from './record-body.ts';
import type { EpochMs } from './time.ts';

/** What may be read about a symbol, news and announcements alike. */
export const MARKET_SIGNALS = [
  'earnings',
  'halt',
  'offering',
  'litigation',
  'merger',
  'macro',
  'none',
] as const;

/** Whatever anybody may say about a symbol. There is no word for buying or for waiting. */
export const ADVICE_SIGNALS = [...MARKET_SIGNALS, 'track_record'] as const;
type AdviceSignal = (typeof ADVICE_SIGNALS)[number];

/** `outcomes`: learned from this account's own journal; the others come from outside. */
export const ADVICE_SOURCES = ['alpaca', 'perplexity', 'memory', 'thinking', 'outcomes'] as const;
type AdviceSource = (typeof ADVICE_SOURCES)[number];

/** 0 changes nothing; 3 is the most that anybody can say. */
export const SEVERITIES = [0, 1, 2, 3] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What was learned, as whole percents; the owner's bounds hold whatever they say. */
export type LearnedFigures = {
  /** So much of the initial risk is taken back by a tighter stop. */
  readonly tightenPercent: number;
  /** The first profit is taken at so much of the gain that the owner set. */
  readonly partialPercent: number;
};

/**
 * One piece of advice on one symbol, in closed words, good until it expires. `hash` names the
 * text or the records that it was read from; none of them is in it.
 */
export type Advice = {
  readonly symbol: Ticker;
  readonly signal: AdviceSignal;
  readonly severity: Severity;
  readonly source: AdviceSource;
  readonly hash: string;
  readonly givenAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly learned?: LearnedFigures;
};

/** How far the owner lets advice go. */
export type AdviceBounds = {
  /** The most of the initial risk, in percent of it, that a tighter stop may take back. */
  readonly mostTightenPercent: number;
  /** A stop that advice tightens stays so many percent of the price away from it. */
  readonly leastRoomPercent: string;
};

/** Advice on a symbol that has not expired, in the order it was given. */
export const liveAdvice = (
  advice: readonly Advice[],
  symbol: Ticker,
  now: EpochMs,
): readonly Advice[] =>
  advice.filter((each) => each.symbol === symbol && each.givenAt <= now && now < each.expiresAt);

/** Out of a record; null for anything that is not advice, word for word. */
export function adviceIn(body: Json): Advice | null {
  const symbol = textAt(body, 'symbol');
  const hash = textAt(body, 'hash');
  const signal = ADVICE_SIGNALS.find((each) => each === fieldAt(body, 'signal'));
  const source = ADVICE_SOURCES.find((each) => each === fieldAt(body, 'source'));
  const severity = SEVERITIES.find((each) => each === fieldAt(body, 'severity'));
  const [givenAt, expiresAt] = [fieldAt(body, 'givenAt'), fieldAt(body, 'expiresAt')];
  if (symbol === null || !isTicker(symbol) || hash === null) return null;
  if (signal === undefined || source === undefined || severity === undefined) return null;
  if (typeof givenAt !== 'number' || typeof expiresAt !== 'number') return null;
  const learned = learnedIn(fieldAt(body, 'learned') ?? null);
  const said = { symbol, signal, severity, source, hash, givenAt, expiresAt };
  return learned === null ? said : { ...said, learned };
}

function learnedIn(body: Json): LearnedFigures | null {
  const tightenPercent = fieldAt(body, 'tightenPercent');
  const partialPercent = fieldAt(body, 'partialPercent');
  return typeof tightenPercent === 'number' && typeof partialPercent === 'number'
    ? { tightenPercent, partialPercent }
    : null;
}
