import type { Ticker } from '../domain/ids.ts';
import type { Article, CorporateEvent } from '../ports/news.ts';
import { dayOf, type MarketSignal, worstOfEach } from './market-signal.ts';

/** Words in which a headline tells of a signal; whoever writes headlines can write these, too. */
const WORDS: readonly (readonly [MarketSignal['signal'], RegExp])[] = [
  ['halt', /\b(trading|shares|stock) (is |are |was |were )?halted\b|\bhalts? trading\b/i],
  ['merger', /\b(merger|to merge|takeover|to acquire|to be acquired|buyout|tender offer)\b/i],
  ['offering', /\b((public|secondary|share|stock|equity) offering|prices offering|dilution)\b/i],
  ['litigation', /\b(lawsuit|class action|sues|sued|sec charges|indicted|investigation)\b/i],
  ['earnings', /\b(earnings|quarterly results|q[1-4] results|guidance)\b/i],
];

/** By what Alpaca calls it, from its record of what companies do to their shares. */
const EVENTS: Readonly<Record<string, MarketSignal['signal']>> = {
  cash_mergers: 'merger',
  stock_mergers: 'merger',
  stock_and_cash_mergers: 'merger',
  rights_distributions: 'offering',
  worthless_removals: 'halt',
};
const SEVERE_EVENTS: ReadonlySet<string> = new Set(['worthless_removals']);

/**
 * What headlines and corporate actions say of one symbol. A headline is never more than small:
 * anybody can have one printed. The broker's record is large, and extreme where shares end.
 */
export function signalsFrom(
  symbol: Ticker,
  articles: readonly Article[],
  events: readonly CorporateEvent[],
): readonly MarketSignal[] {
  const printed = articles
    .filter(({ symbols }) => symbols.includes(symbol))
    .flatMap(({ headline, at, id }) =>
      WORDS.filter(([, words]) => words.test(headline)).map(
        ([signal]): MarketSignal => ({
          ...{ signal, severity: 1, date: dayOf(at) },
          sources: [`alpaca news ${/^\w+$/.test(id) ? id : ''}`.trim()],
        }),
      ),
    );
  const recorded = events.flatMap((event): MarketSignal[] => {
    const signal = event.symbol === symbol ? EVENTS[event.kind] : undefined;
    if (signal === undefined) return [];
    const severity = SEVERE_EVENTS.has(event.kind) ? 3 : 2;
    return [{ signal, severity, date: event.date, sources: [`alpaca ${event.kind}`] }];
  });
  return worstOfEach([...recorded, ...printed]);
}
