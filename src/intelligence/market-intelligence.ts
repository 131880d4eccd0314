import type { Advice } from '../domain/advice.ts';
import { sha256 } from '../domain/canonical.ts';
import type { JournalEvent } from '../domain/event.ts';
import type { Ticker } from '../domain/ids.ts';
import { textAt } from '../domain/record-body.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Advisor } from '../ports/advisor.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import { reasonOf } from '../ports/deadline.ts';
import type { NewsSource } from '../ports/news.ts';
import { enveloped } from './envelope.ts';
import { signalsFrom } from './headlines.ts';
import { questionFor, signalsIn } from './market-answer.ts';
import { dayOf, type MarketSignal, worstOfEach } from './market-signal.ts';
import type { Spending } from './spending.ts';

const DAY_MS = 24 * 3_600_000;
const NEWS_DAYS = 3;
const EVENT_DAYS = 14;
const MOST_CACHED = 200;

/** What is known of a symbol from outside. `because` says what is missing, and why. */
export type MarketContext = {
  readonly symbol: Ticker;
  readonly signals: readonly MarketSignal[];
  readonly askedAt: EpochMs;
  readonly freshUntil: EpochMs;
  /** What was written, in an envelope; null where nothing was. Never for a program to read. */
  readonly quoted: string | null;
  readonly because: readonly string[];
};

type Parts = {
  /** Null where no key is set. */
  readonly server: Advisor | null;
  readonly news: NewsSource;
  readonly spending: Spending;
  readonly journal: { log(event: JournalEvent): void };
  readonly clock: Clock;
  readonly ids: Ids;
  /** Symbols that may be asked about: those that are held. */
  readonly held: () => readonly Ticker[];
  readonly freshMs: number;
  readonly timeoutMs: number;
  readonly dollarsPerCall: string;
};

type Heard = {
  readonly signals: readonly MarketSignal[];
  readonly text: string | null;
  readonly because: string | null;
};

/**
 * Asks outside what is going on with what is held, and puts it into closed words. What it asks
 * is fixed, what it costs is bounded, and whatever the answer says, all that can come of it is
 * advice: the signals that a parser of ours finds in it, each in the journal with its hash.
 */
export class MarketIntelligence {
  readonly #parts: Parts;
  readonly #known = new Map<Ticker, MarketContext>();
  readonly #asking = new Map<Ticker, Promise<MarketContext>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What was found out last about a symbol, fresh or not; null before it was asked about. */
  known(symbol: Ticker): MarketContext | null {
    return this.#known.get(symbol) ?? null;
  }

  /**
   * What is going on with a symbol; from the cache while that is fresh. Never fails: what could
   * not be found out is said in words.
   */
  getMarketContext(symbol: Ticker): Promise<MarketContext> {
    const { clock, held, freshMs } = this.#parts;
    const now = clock.now();
    const known = this.#known.get(symbol);
    if (known !== undefined && now < known.freshUntil) return Promise.resolve(known);
    if (!held().includes(symbol)) {
      const nothing = { symbol, signals: [], askedAt: now, freshUntil: now, quoted: null };
      return Promise.resolve({ ...nothing, because: ['it is not held: nothing is asked'] });
    }
    const asking = this.#asking.get(symbol) ?? this.#ask(symbol, now + freshMs);
    this.#asking.set(symbol, asking);
    return asking.finally(() => this.#asking.delete(symbol));
  }

  async #ask(symbol: Ticker, freshUntil: EpochMs): Promise<MarketContext> {
    const { clock, ids } = this.#parts;
    const [printed, answered] = await Promise.all([
      this.#readNews(symbol),
      this.#askServer(symbol),
    ]);
    const askedAt = clock.now();
    this.#advise(symbol, 'alpaca', printed, freshUntil);
    this.#advise(symbol, 'perplexity', answered, freshUntil);
    const texts = [printed.text, answered.text].filter((each) => each !== null);
    const context: MarketContext = {
      ...{ symbol, askedAt, freshUntil },
      signals: worstOfEach([...printed.signals, ...answered.signals]),
      quoted: texts.length === 0 ? null : enveloped(texts.join('\n\n'), 'news and web', ids),
      because: [printed.because, answered.because].filter((each) => each !== null),
    };
    for (const oldest of this.#known.keys()) {
      if (this.#known.size < MOST_CACHED) break;
      this.#known.delete(oldest);
    }
    this.#known.set(symbol, context);
    return context;
  }

  async #readNews(symbol: Ticker): Promise<Heard> {
    const { news, clock } = this.#parts;
    const now = clock.now();
    try {
      const [articles, events] = await Promise.all([
        news.readArticles([symbol], now - NEWS_DAYS * DAY_MS),
        news.readCorporateEvents([symbol], now - DAY_MS, now + EVENT_DAYS * DAY_MS),
      ]);
      const about = articles.filter(({ symbols }) => symbols.includes(symbol));
      const text = about.map(({ at, headline }) => `${dayOf(at)} ${headline}`).join('\n');
      const signals = signalsFrom(symbol, about, events);
      return { signals, text: text === '' ? null : text, because: null };
    } catch (error) {
      return { signals: [], text: null, because: `Alpaca's news: ${reasonOf(error)}` };
    }
  }

  async #askServer(symbol: Ticker): Promise<Heard> {
    const { server, spending, clock, journal, timeoutMs, dollarsPerCall } = this.#parts;
    const silent = (because: string): Heard => ({ signals: [], text: null, because });
    if (server === null) return silent('Perplexity is off: PERPLEXITY_API_KEY is not set');
    const spent = spending.whyNot(clock.now());
    if (spent !== null) return silent(`Perplexity is not asked: ${spent}`);
    const content = questionFor(symbol, clock.now());
    // Written before it is asked: a question that is cut off is paid for as well.
    const body = { server: 'market', tool: 'perplexity_ask', dollars: dollarsPerCall };
    journal.log({ type: 'advisor_asked', actor: 'system', symbol, body });
    try {
      const asked = { messages: [{ role: 'user', content }], search_recency_filter: 'week' };
      const answer = await server.call('perplexity_ask', asked, timeoutMs);
      const text = textAt(answer.structured, 'response') ?? answer.text;
      const signals = signalsIn(text, clock.now());
      const because = signals === null ? 'Perplexity gave no answer of the form asked for' : null;
      return { signals: signals ?? [], text, because };
    } catch (error) {
      return silent(reasonOf(error));
    }
  }

  #advise(symbol: Ticker, source: Advice['source'], heard: Heard, expiresAt: EpochMs): void {
    const { clock, journal } = this.#parts;
    const hash = sha256(heard.text ?? heard.signals.flatMap(({ sources }) => sources).join('\n'));
    for (const { signal, severity, date, sources } of heard.signals) {
      const advice: Advice = {
        ...{ symbol, signal, severity, source, hash, expiresAt },
        givenAt: clock.now(),
      };
      const body = { ...advice, date, sources };
      journal.log({ type: 'advice_given', actor: 'system', symbol, body });
    }
  }
}
