import { MARKET_SIGNALS, type Severity } from '../domain/advice.ts';
import type { EpochMs } from '../domain/time.ts';

/** What may be going on with a company, in closed words; `none` says that nothing is known of. */
export type MarketSignal = {
  readonly signal: (typeof MARKET_SIGNALS)[number];
  readonly severity: Severity;
  /** The day it is about. */
  readonly date: string;
  /** Where it was read, as addresses without their parameters. */
  readonly sources: readonly string[];
};

export const dayOf = (at: EpochMs): string => new Date(at).toISOString().slice(0, 10);

const LONGEST_SOURCE = 160;
const MOST_SOURCES = 5;

/** Addresses for people to look at: what a page put behind them stays away. */
export function cleanSources(addresses: readonly string[]): readonly string[] {
  const clean = addresses.flatMap((address) => {
    if (!URL.canParse(address)) return [];
    const { protocol, hostname, pathname, username } = new URL(address);
    const isPlain = /^[a-z0-9.-]+$/.test(hostname) && username === '';
    if (protocol !== 'https:' || !isPlain) return [];
    const path = /^[\w./-]*$/.test(pathname) ? pathname : '/';
    return [`https://${hostname}${path}`.slice(0, LONGEST_SOURCE)];
  });
  return [...new Set(clean)].slice(0, MOST_SOURCES);
}

export const hostsOf = (sources: readonly string[]): ReadonlySet<string> =>
  new Set(sources.map((source) => new URL(source).hostname.replace(/^www\./, '')));

/** Of several on one signal the worst; `none` only where there is nothing else. */
export function worstOfEach(signals: readonly MarketSignal[]): readonly MarketSignal[] {
  return MARKET_SIGNALS.flatMap((signal) => {
    const [first, ...others] = signals.filter((each) => each.signal === signal);
    if (first === undefined) return [];
    return [others.reduce((worst, each) => (each.severity > worst.severity ? each : worst), first)];
  }).filter(({ signal }, _, all) => signal !== 'none' || all.length === 1);
}
