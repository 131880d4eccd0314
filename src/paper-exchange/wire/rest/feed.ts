import { type Milliseconds, type Venue, WireError } from '../../core/basics/types.ts';
import type { QueryReader } from './params.ts';
import type { RestSettings } from './settings.ts';

const HISTORICAL_FEEDS = ['iex', 'sip', 'otc', 'boats'] as const;
const LATEST_FEEDS = ['iex', 'sip', 'otc', 'boats', 'delayed_sip', 'overnight'] as const;
const DELAY_MS = 15 * 60_000;
const NO_RECENT_SIP = new WireError(403, {
  message: 'subscription does not permit querying recent SIP data',
});

const NO_RECENT_BOATS = new WireError(403, {
  message: 'subscription does not permit querying recent BOATS data',
});

/** Where a feed has its prices from, and what it is behind with. */
export type LatestFeed = {
  readonly venue: Venue;
  readonly delayMs: number;
  /** The same of trades alone. */
  readonly tradeDelayMs: number;
};

/**
 * The feed that a request for the newest quote, trade or bar names. The consolidated one and that
 * of the night's venue are for those who pay; the free one of the night has quotes of now and
 * trades of a quarter of an hour ago ("24/5 Trading").
 */
export function readLatestFeed(
  reader: QueryReader,
  settings: RestSettings,
): LatestFeed | WireError {
  const feed = reader.choice('feed', LATEST_FEEDS, 'iex');
  if (reader.problem !== null) return reader.problem;
  if (settings.marketDataPlan === 'basic') {
    if (feed === 'sip') return NO_RECENT_SIP;
    if (feed === 'boats') return NO_RECENT_BOATS;
  }
  const venue = feed === 'boats' || feed === 'overnight' ? 'night' : 'day';
  const delayMs = feed === 'delayed_sip' ? DELAY_MS : 0;
  return { venue, delayMs, tradeDelayMs: feed === 'overnight' ? DELAY_MS : delayMs };
}

/** The venue that a historical request asks about. */
export function historicalVenue(reader: QueryReader): Venue {
  return reader.text('feed') === 'boats' ? 'night' : 'day';
}

/**
 * The end of a historical request. A free account sees the consolidated feed, and that of the
 * night, only when it is fifteen minutes old: so far it goes without an `end`, and a later one is
 * refused.
 */
export function historicalEnd(
  reader: QueryReader,
  settings: RestSettings,
  now: Milliseconds,
): Milliseconds | WireError {
  const feed = reader.choice('feed', HISTORICAL_FEEDS, settings.historicalFeedDefault);
  const end = reader.time('end');
  if (reader.problem !== null) return reader.problem;
  const isDelayed = feed === 'sip' || feed === 'boats';
  if (!isDelayed || settings.marketDataPlan === 'unlimited') return end ?? now;
  const newest = now - DELAY_MS;
  if (end === null) return newest;
  if (end <= newest) return end;
  return feed === 'sip' ? NO_RECENT_SIP : NO_RECENT_BOATS;
}
