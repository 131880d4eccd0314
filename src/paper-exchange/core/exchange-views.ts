import { accountView } from './account-view.ts';
import type {
  AccountView,
  ActivityList,
  Asset,
  Bar,
  Calendar,
  CorporateAction,
  ExchangeCoreOptions,
  ExchangeListener,
  FillActivity,
  Latencies,
  Locate,
  Milliseconds,
  OrderWithLegs,
  PositionView,
  Quote,
  Switches,
  Trade,
  Venue,
} from './basics/types.ts';
import { barsBetween, dailyBars, latestBar, type Timeframe, venueAt } from './market-data.ts';
import { listOrders, type OrderFilter } from './orders/order-queries.ts';
import { perform } from './perform.ts';
import { positionOf, positionsOf } from './positions.ts';
import { type LocateQuote, locateQuote } from './rules/locates.ts';
import { isHaltedOvernight } from './rules/overnight.ts';
import type { Account } from './state/account.ts';
import type { EquitySample } from './state/equity-history.ts';
import { Kernel } from './state/kernel.ts';
import type { NewsArticle } from './state/news-desk.ts';

/** Everything that can be asked of an exchange; nothing here changes it. */
export class ExchangeViews {
  protected readonly kernel: Kernel;

  constructor(options: ExchangeCoreOptions) {
    this.kernel = new Kernel(options, perform);
  }

  get now(): Milliseconds {
    return this.kernel.now;
  }

  get calendar(): Calendar {
    return this.kernel.calendar;
  }

  get switches(): Switches {
    return this.kernel.switches;
  }

  get latencies(): Latencies {
    return this.kernel.latencies;
  }

  /** When something happens by itself next, at the latest the next session boundary. */
  nextDueAt(): Milliseconds | null {
    return this.kernel.scheduler.nextDueAt();
  }

  /** Every event, in order. The returned function ends the subscription. */
  subscribe(listener: ExchangeListener): () => void {
    return this.kernel.subscribe(listener);
  }

  /** What was published, oldest first. */
  get news(): readonly NewsArticle[] {
    return this.kernel.newsDesk.articles;
  }

  order(accountId: string, orderId: string): OrderWithLegs | null {
    const record = this.kernel.orders.find(this.accountOf(accountId), orderId);
    return record === null ? null : this.kernel.orders.withLegs(record);
  }

  orderByClientOrderId(accountId: string, clientOrderId: string): OrderWithLegs | null {
    const { orders } = this.kernel;
    const record = orders.findByClientOrderId(this.accountOf(accountId), clientOrderId);
    return record === null ? null : orders.withLegs(record);
  }

  listOrders(accountId: string, filter: OrderFilter): readonly OrderWithLegs[] {
    return listOrders(this.kernel, this.accountOf(accountId), filter);
  }

  /** Oldest first. */
  locates(accountId: string): readonly Locate[] {
    return this.accountOf(accountId).locates;
  }

  /** Null for a symbol that is not listed. */
  locateQuote(symbol: string): LocateQuote | null {
    return locateQuote(this.kernel, symbol);
  }

  /** Null when the pair is wrong. */
  authenticate(keyId: string, secretKey: string): string | null {
    const account = this.kernel.accounts.find((candidate) => candidate.keyId === keyId);
    return account !== undefined && account.secretKey === secretKey ? account.id : null;
  }

  get accountIds(): readonly string[] {
    return this.kernel.accounts.map((account) => account.id);
  }

  account(accountId: string): AccountView {
    return accountView(this.kernel, this.accountOf(accountId));
  }

  positions(accountId: string): readonly PositionView[] {
    return positionsOf(this.kernel, this.accountOf(accountId));
  }

  position(accountId: string, symbol: string): PositionView | null {
    return positionOf(this.kernel, this.accountOf(accountId), symbol);
  }

  /** Executions and everything else that moved cash or shares, oldest first. */
  activities(accountId: string): ActivityList {
    return this.accountOf(accountId).activities;
  }

  /** Every execution of the account, oldest first. */
  fills(accountId: string): readonly FillActivity[] {
    const { activities } = this.accountOf(accountId);
    const all = Array.from({ length: activities.length }, (_, place) => activities.at(place));
    return all.filter((activity) => activity?.kind === 'fill');
  }

  /** Equity over time, oldest first: with each bar and at each close; long ago only the closes. */
  equitySamples(accountId: string): readonly EquitySample[] {
    return this.accountOf(accountId).equityHistory.samples;
  }

  get assets(): readonly Asset[] {
    return [...this.kernel.assets.values()];
  }

  /** By symbol or by id; null when it is not listed. */
  asset(symbolOrId: string): Asset | null {
    const bySymbol = this.kernel.assetOf(symbolOrId);
    return bySymbol ?? this.assets.find((asset) => asset.id === symbolOrId) ?? null;
  }

  /** Whether the coming night, or this one, has no trading in it. */
  isHaltedOvernight(asset: Asset): boolean {
    return isHaltedOvernight(this.kernel, asset);
  }

  /** Of one venue, or the newest of all when none is named. */
  latestQuote(symbol: string, venue?: Venue): Quote | null {
    const market = this.known(symbol);
    return (venue === undefined ? market : market?.newest[venue])?.quote ?? null;
  }

  /** As `latestQuote`. */
  latestTrade(symbol: string, venue?: Venue): Trade | null {
    const market = this.known(symbol);
    return (venue === undefined ? market : market?.newest[venue])?.trade ?? null;
  }

  /** The newest minute that had ended by `until`. */
  latestBar(symbol: string, venue: Venue, until: Milliseconds): Bar | null {
    return this.known(symbol) === null ? null : latestBar(this.kernel, symbol, venue, until);
  }

  /** Finished bars that begin in `start`..`end`, oldest first; none for an unknown symbol. */
  bars(
    symbol: string,
    timeframe: Timeframe,
    start: Milliseconds,
    end: Milliseconds,
    venue: Venue = 'day',
  ): readonly Bar[] {
    if (this.known(symbol) === null) return [];
    return barsBetween(this.kernel, symbol, timeframe, start, end, venue);
  }

  /** The quotes that are kept, in `start`..`end`, both included, oldest first. */
  quotes(
    symbol: string,
    start: Milliseconds,
    end: Milliseconds,
    venue: Venue = 'day',
  ): readonly Quote[] {
    const quotes = this.known(symbol)?.quotes.between(start, end) ?? [];
    return this.ofVenue(symbol, quotes, venue);
  }

  /** As `quotes`. */
  trades(
    symbol: string,
    start: Milliseconds,
    end: Milliseconds,
    venue: Venue = 'day',
  ): readonly Trade[] {
    const trades = this.known(symbol)?.trades.between(start, end) ?? [];
    return this.ofVenue(symbol, trades, venue);
  }

  private ofVenue<Tick extends { readonly at: Milliseconds }>(
    symbol: string,
    ticks: readonly Tick[],
    venue: Venue,
  ): readonly Tick[] {
    if (this.known(symbol)?.isAroundTheClock === true) return ticks;
    return ticks.filter(({ at }) => venueAt(this.calendar, at) === venue);
  }

  dailyBars(symbol: string): { readonly newest: Bar | null; readonly before: Bar | null } {
    if (this.known(symbol) === null) return { newest: null, before: null };
    return dailyBars(this.kernel, symbol);
  }

  private known(symbol: string) {
    return this.kernel.assets.has(symbol) ? this.kernel.market(symbol) : null;
  }

  /** Every corporate action that was announced, the coming ones included, oldest first. */
  get corporateActions(): readonly CorporateAction[] {
    return this.kernel.corporateActions;
  }

  protected accountOf(accountId: string): Account {
    const account = this.kernel.accounts.find((candidate) => candidate.id === accountId);
    if (account === undefined) throw new Error(`this exchange has no account ${accountId}`);
    return account;
  }
}
