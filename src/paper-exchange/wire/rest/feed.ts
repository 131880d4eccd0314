import { type Milliseconds, WireError } from '../../core/types.ts';
import type { QueryReader } from './params.ts';

const FEEDS = ['iex', 'sip', 'otc', 'boats', 'delayed_sip', 'overnight'] as const;
const SIP_DELAY_MS = 15 * 60_000;

/** A free account sees the consolidated feed only when it is fifteen minutes old. */
export function checkFeed(
  reader: QueryReader,
  end: Milliseconds,
  now: Milliseconds,
): WireError | null {
  const feed = reader.choice('feed', FEEDS, 'iex');
  if (reader.problem !== null) return reader.problem;
  if (feed !== 'sip' || end <= now - SIP_DELAY_MS) return null;
  return new WireError(403, {
    message: 'subscription does not permit querying recent SIP data',
  });
}
