import { type Milliseconds, WireError } from '../../core/types.ts';
import type { QueryReader } from './params.ts';
import type { RestSettings } from './settings.ts';

const HISTORICAL_FEEDS = ['iex', 'sip', 'otc', 'boats'] as const;
const LATEST_FEEDS = ['iex', 'sip', 'otc', 'boats', 'delayed_sip', 'overnight'] as const;
const SIP_DELAY_MS = 15 * 60_000;
const NO_RECENT_SIP = new WireError(403, {
  message: 'subscription does not permit querying recent SIP data',
});

/** The newest consolidated quote, trade or bar is for those who pay. */
export function checkLatestFeed(reader: QueryReader, settings: RestSettings): WireError | null {
  const feed = reader.choice('feed', LATEST_FEEDS, 'iex');
  if (reader.problem !== null) return reader.problem;
  return feed === 'sip' && settings.marketDataPlan === 'basic' ? NO_RECENT_SIP : null;
}

/**
 * The end of a historical request. A free account sees the consolidated feed only when it is
 * fifteen minutes old: so far it goes without an `end`, and a later one is refused.
 */
export function historicalEnd(
  reader: QueryReader,
  settings: RestSettings,
  now: Milliseconds,
): Milliseconds | WireError {
  const feed = reader.choice('feed', HISTORICAL_FEEDS, settings.historicalFeedDefault);
  const end = reader.time('end');
  if (reader.problem !== null) return reader.problem;
  if (feed !== 'sip' || settings.marketDataPlan === 'unlimited') return end ?? now;
  const newest = now - SIP_DELAY_MS;
  if (end === null) return newest;
  return end > newest ? NO_RECENT_SIP : end;
}
