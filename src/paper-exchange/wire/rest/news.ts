import { toNumber } from '../../core/basics/decimal.ts';
import type { Asset, Bar, Milliseconds, WireError } from '../../core/basics/types.ts';
import type { ExchangeCore } from '../../core/exchange-core.ts';
import type { NewsArticle } from '../../core/state/news-desk.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';
import { utcText } from './times.ts';

const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 50;
const DAY_MS = 86_400_000;
const WRITING_MS = 5 * 60_000;
const SORTS = ['desc', 'asc'] as const;

/** News: what was published, and a headline for each day on which a price moved far. */
export const newsRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1beta1/news', answer: getNews },
];

function getNews({ core, settings, query }: Call): Reply | WireError {
  const reader = new QueryReader(query, 'data');
  const [start, end] = [reader.time('start') ?? 0, reader.time('end') ?? core.now];
  const symbols = reader.list('symbols');
  const limit = reader.wholeNumber('limit', LIMIT_DEFAULT, LIMIT_MAX);
  const isDescending = reader.choice('sort', SORTS, 'desc') === 'desc';
  const [withContent, withoutEmpty] = [
    reader.flag('include_content'),
    reader.flag('exclude_contentless'),
  ];
  const last = readToken(reader);
  if (reader.problem !== null) return reader.problem;
  const found = [...core.news, ...moves(core, settings.newsMovePercent, start, end)].filter(
    (article) =>
      article.at >= start &&
      article.at <= end &&
      (symbols === null || article.symbols.some((symbol) => symbols.includes(symbol))) &&
      !(withoutEmpty && article.content === ''),
  );
  found.sort(inOrder);
  if (isDescending) found.reverse();
  const from = found.findIndex(({ id }) => id === last) + 1;
  const page = found.slice(from, from + limit);
  const isCut = from + page.length < found.length;
  return ok({
    news: page.map((article) => newsJson(article, withContent)),
    next_page_token: isCut ? writeToken(page.at(-1)) : null,
  });
}

function inOrder(one: NewsArticle, other: NewsArticle): number {
  return one.at - other.at || one.id - other.id;
}

/** Every listed asset whose close moved by at least so many percent has an article that evening. */
function moves(
  core: ExchangeCore,
  percent: number,
  start: Milliseconds,
  end: Milliseconds,
): readonly NewsArticle[] {
  const articles: NewsArticle[] = [];
  const from = Math.max(0, start - 10 * DAY_MS);
  for (const [place, asset] of core.assets.entries()) {
    let before: Bar | null = null;
    for (const bar of core.bars(asset.symbol, { count: 1, unit: 'day' }, from, end)) {
      const article = before && articleOn(core, place, asset, percent, before, bar);
      if (article !== null && article.at <= core.now) articles.push(article);
      before = bar;
    }
  }
  return articles;
}

function articleOn(
  core: ExchangeCore,
  place: number,
  asset: Asset,
  percent: number,
  before: Bar,
  bar: Bar,
): NewsArticle | null {
  const [from, to] = [toNumber(before.close), toNumber(bar.close)];
  const move = (to / from - 1) * 100;
  if (Math.abs(move) < percent) return null;
  const date = core.calendar.dateOf(bar.at);
  const closeAt = core.calendar.tradingDay(date)?.closeAt ?? bar.at + DAY_MS;
  const verb = move > 0 ? 'gains' : 'loses';
  const headline = `${asset.symbol} ${verb} ${Math.abs(move).toFixed(1)}% in a day`;
  const summary = `${asset.name} went from ${from} to ${to} between the last two closes.`;
  return {
    // Larger than the ids of published articles, and the same whoever asks.
    id: Number(date.replaceAll('-', '')) * 100_000 + place,
    at: closeAt + WRITING_MS,
    headline,
    summary,
    content: `<p>${summary}</p>`,
    author: 'Paper Exchange',
    source: 'paper-exchange',
    symbols: [asset.symbol],
    url: null,
  };
}

function newsJson(article: NewsArticle, withContent: boolean): object {
  return {
    id: article.id,
    headline: article.headline,
    author: article.author,
    created_at: utcText(article.at),
    updated_at: utcText(article.at),
    summary: article.summary,
    content: withContent ? article.content : '',
    images: [],
    symbols: article.symbols,
    source: article.source,
    url: article.url,
  };
}

function readToken(reader: QueryReader): number | null {
  const text = reader.text('page_token');
  if (text === null) return null;
  const id = Number(Buffer.from(text, 'base64url').toString());
  if (Number.isSafeInteger(id)) return id;
  reader.refuse(`invalid page_token: ${text}`);
  return null;
}

function writeToken(article: NewsArticle | undefined): string {
  return Buffer.from(String(article?.id ?? 0)).toString('base64url');
}
