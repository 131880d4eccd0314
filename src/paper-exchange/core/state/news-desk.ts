import type { Milliseconds } from '../basics/types.ts';

/** A message of the news: what is told to the exchange, and what it lists. */
export type NewsArticle = {
  readonly id: number;
  readonly at: Milliseconds;
  readonly headline: string;
  readonly summary: string;
  /** HTML, empty when there is none. */
  readonly content: string;
  readonly author: string;
  readonly source: string;
  readonly symbols: readonly string[];
  readonly url: string | null;
};

/** What must be said of an article; the rest has a default. */
export type NewsDraft = Pick<NewsArticle, 'headline'> & Partial<Omit<NewsArticle, 'id' | 'at'>>;

const MOST = 1_000;

/** The articles that were published, newest last; the oldest of over a thousand are forgotten. */
export class NewsDesk {
  private readonly published: NewsArticle[] = [];
  private lastId = 0;

  publish(draft: NewsDraft, at: Milliseconds): NewsArticle {
    this.lastId += 1;
    const article: NewsArticle = {
      summary: '',
      content: '',
      author: 'Paper Exchange',
      source: 'paper-exchange',
      symbols: [],
      url: null,
      ...draft,
      id: this.lastId,
      at,
    };
    this.published.push(article);
    if (this.published.length > MOST) this.published.shift();
    return article;
  }

  get articles(): readonly NewsArticle[] {
    return this.published;
  }
}
