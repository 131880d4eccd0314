import type { Account, EquitySample } from './account.ts';
import { accountView, changeConfiguration } from './account-view.ts';
import { type Adjustment, type AssetFlags, adjust, changeAsset } from './adjustments.ts';
import { type CancelResult, cancel, cancelAll } from './cancellation.ts';
import { type Decimal, smaller, ZERO } from './decimal.ts';
import { addAccount, addAsset } from './founding.ts';
import { halt, resume } from './halts.ts';
import type { Interference } from './interference.ts';
import { Kernel } from './kernel.ts';
import { type LocateQuote, locateQuote, requestLocate } from './locates.ts';
import { barsBetween, dailyBars, loadHistory, type Timeframe } from './market-data.ts';
import { fillQuantity, onQuote, onTrade } from './matching.ts';
import type { NewsArticle, NewsDraft } from './news-desk.ts';
import { listOrders, type OrderFilter } from './order-queries.ts';
import type { OrderRecord } from './order-record.ts';
import { perform } from './perform.ts';
import {
  type ClosePart,
  closeAllPositions,
  closeByHand,
  closePosition,
  positionOf,
  positionsOf,
} from './positions.ts';
import { replace } from './replacement.ts';
import { scheduleSessions } from './sessions.ts';
import { applySplit } from './splits.ts';
import { submit } from './submission.ts';
import {
  type AccountConfiguration,
  type AccountView,
  type ActivityList,
  type Asset,
  type Bar,
  type Calendar,
  type ExchangeCoreOptions,
  type ExchangeListener,
  type FillActivity,
  type JsonValue,
  type Latencies,
  type Locate,
  type MarketNotice,
  type Milliseconds,
  type OrderWithLegs,
  type PositionView,
  type Quote,
  type Resumable,
  type Switches,
  type Trade,
  WireError,
} from './types.ts';

/** How long a limit up - limit down pause lasts. */
const VOLATILITY_PAUSE_MS = 5 * 60_000;

/** The answer for one symbol when all positions are closed. */
export type CloseResult = { readonly symbol: string; readonly outcome: OrderWithLegs | WireError };

/**
 * The exchange itself: single-threaded, without a clock of its own. Each command and each market
 * tick yields its events in one order; the same seed and the same inputs yield the same events.
 * Refusals come back as WireError. An account id that is not of this exchange throws.
 */
export class ExchangeCore implements Resumable {
  readonly #kernel: Kernel;

  constructor(options: ExchangeCoreOptions) {
    this.#kernel = new Kernel(options, perform);
    for (const asset of options.assets) addAsset(this.#kernel, asset);
    for (const account of options.accounts) addAccount(this.#kernel, account);
    scheduleSessions(this.#kernel);
  }

  // ---- Time ----------------------------------------------------------------------------------

  get now(): Milliseconds {
    return this.#kernel.now;
  }

  get calendar(): Calendar {
    return this.#kernel.calendar;
  }

  get switches(): Switches {
    return this.#kernel.switches;
  }

  get latencies(): Latencies {
    return this.#kernel.latencies;
  }

  /** When something happens by itself next, at the latest the next session boundary. */
  nextDueAt(): Milliseconds | null {
    return this.#kernel.scheduler.nextDueAt();
  }

  /** Lets everything happen that is due by `at`, each thing at its own time. Never goes back. */
  advanceTo(at: Milliseconds): void {
    const kernel = this.#kernel;
    for (;;) {
      const due = kernel.scheduler.takeDue(at);
      if (due === null) break;
      kernel.now = Math.max(kernel.now, due.dueAt);
      perform(kernel, due.task);
      kernel.settle();
      kernel.deliver();
    }
    kernel.now = Math.max(kernel.now, at);
  }

  /** Every event, in order. The returned function ends the subscription. */
  subscribe(listener: ExchangeListener): () => void {
    return this.#kernel.subscribe(listener);
  }

  // ---- Saving --------------------------------------------------------------------------------

  /** @throws from within a listener */
  save(): JsonValue {
    return this.#kernel.save();
  }

  /** Goes on from a saved state, its accounts, switches and orders included; listeners stay. */
  restore(state: JsonValue): void {
    this.#kernel.restore(state);
  }

  // ---- Market --------------------------------------------------------------------------------

  /** Bars of the past, before any order; the last close becomes yesterday's. */
  loadHistory(bars: readonly Bar[]): void {
    loadHistory(this.#kernel, bars);
  }

  onQuote(quote: Quote): void {
    this.#at(quote.at, () => {
      this.#kernel.emit({ kind: 'quote', at: quote.at, quote });
      onQuote(this.#kernel, quote);
    });
  }

  onTrade(trade: Trade): void {
    this.#at(trade.at, () => {
      this.#kernel.emit({ kind: 'trade', at: trade.at, trade });
      onTrade(this.#kernel, trade);
    });
  }

  /** A finished bar. It is published now and moves no order: quotes and trades do. */
  onBar(bar: Bar): void {
    this.#at(this.now, () => {
      const kernel = this.#kernel;
      kernel.market(bar.symbol).bars.add(bar);
      for (const account of kernel.accounts) account.sampleEquity(kernel.now);
      kernel.emit({ kind: 'bar', at: kernel.now, bar });
    });
  }

  /** Tells the data stream; a bar takes the place of the one with its time. */
  notify(notice: MarketNotice): void {
    this.#at(this.now, () => {
      if (notice.kind === 'updated_bar')
        this.#kernel.market(notice.bar.symbol).bars.add(notice.bar);
      this.#kernel.emit({ kind: 'notice', at: this.now, notice });
    });
  }

  /** Nothing executes in a halted symbol; orders are still accepted. */
  halt(symbol: string, reason = 'News Pending'): void {
    this.#at(this.now, () => halt(this.#kernel, symbol, 'H', reason));
  }

  /** A volatility pause (limit up - limit down); it ends by itself after `pauseMs`. */
  pause(symbol: string, pauseMs = VOLATILITY_PAUSE_MS): void {
    this.#at(this.now, () => {
      halt(this.#kernel, symbol, 'P', 'Volatility Trading Pause');
      this.#kernel.later(pauseMs, { kind: 'resume', symbol });
    });
  }

  resume(symbol: string, reason = 'Trading Resumption'): void {
    this.#at(this.now, () => resume(this.#kernel, symbol, reason));
  }

  /** A share split: positions are multiplied, open orders of the symbol are cancelled. */
  applySplit(symbol: string, newShares: number, oldShares: number): void {
    this.#at(this.now, () => applySplit(this.#kernel, symbol, newShares, oldShares));
  }

  /** An article as of now, beside those that the exchange writes about large moves itself. */
  publishNews(draft: NewsDraft): NewsArticle {
    return this.#kernel.newsDesk.publish(draft, this.now);
  }

  /** What was published, oldest first. */
  get news(): readonly NewsArticle[] {
    return this.#kernel.newsDesk.articles;
  }

  // ---- Orders --------------------------------------------------------------------------------

  /** POST /v2/orders. The answer is the order as accepted; what becomes of it are events. */
  submitOrder(accountId: string, body: unknown): OrderWithLegs | WireError {
    return this.#order((account) => submit(this.#kernel, account, body), accountId);
  }

  /** PATCH /v2/orders/{id}. The answer is the successor, which does not work yet. */
  replaceOrder(accountId: string, orderId: string, body: unknown): OrderWithLegs | WireError {
    return this.#order((account) => replace(this.#kernel, account, orderId, body), accountId);
  }

  /** DELETE /v2/orders/{id}. Null: accepted, which is not yet canceled. */
  cancelOrder(accountId: string, orderId: string): WireError | null {
    return this.#command(() => cancel(this.#kernel, this.#account(accountId), orderId));
  }

  cancelAllOrders(accountId: string): readonly CancelResult[] {
    return this.#command(() => cancelAll(this.#kernel, this.#account(accountId)));
  }

  /** DELETE /v2/positions/{symbol}: a market order for the whole or a part. */
  closePosition(
    accountId: string,
    symbol: string,
    part: ClosePart = {},
  ): OrderWithLegs | WireError {
    return this.#order((account) => closePosition(this.#kernel, account, symbol, part), accountId);
  }

  closeAllPositions(accountId: string, cancelOrders: boolean): readonly CloseResult[] {
    return this.#command(() =>
      closeAllPositions(this.#kernel, this.#account(accountId), cancelOrders).map(
        ({ symbol, outcome }) => ({ symbol, outcome: this.#shown(outcome) }),
      ),
    );
  }

  /**
   * Executes part of an open order now, whatever the quote: the way to test what a partial fill
   * or a fill during a cancel does. False when the order cannot execute.
   */
  executePart(accountId: string, orderId: string, qty: Decimal, price: Decimal): boolean {
    return this.#command(() => {
      const record = this.#kernel.orders.find(this.#account(accountId), orderId);
      if (record === null || !record.working || qty <= ZERO) return false;
      fillQuantity(this.#kernel, record, smaller(qty, record.remaining), price);
      return true;
    });
  }

  /** Sells or covers at the market what is held, also when open orders hold the shares. */
  closeByHand(accountId: string, symbol: string): OrderWithLegs | WireError {
    return this.#order((account) => closeByHand(this.#kernel, account, symbol), accountId);
  }

  /** From now on the broker errs as told. */
  interfere(interference: Interference): void {
    this.#kernel.interfere(interference);
  }

  order(accountId: string, orderId: string): OrderWithLegs | null {
    const record = this.#kernel.orders.find(this.#account(accountId), orderId);
    return record === null ? null : this.#kernel.orders.withLegs(record);
  }

  orderByClientOrderId(accountId: string, clientOrderId: string): OrderWithLegs | null {
    const { orders } = this.#kernel;
    const record = orders.findByClientOrderId(this.#account(accountId), clientOrderId);
    return record === null ? null : orders.withLegs(record);
  }

  listOrders(accountId: string, filter: OrderFilter): readonly OrderWithLegs[] {
    return listOrders(this.#kernel, this.#account(accountId), filter);
  }

  // ---- Accounts ------------------------------------------------------------------------------

  /** POST /v1/locates. */
  requestLocate(accountId: string, body: unknown): Locate | WireError {
    return this.#command(() => requestLocate(this.#kernel, this.#account(accountId), body));
  }

  /** Oldest first. */
  locates(accountId: string): readonly Locate[] {
    return this.#account(accountId).locates;
  }

  /** Null for a symbol that is not listed. */
  locateQuote(symbol: string): LocateQuote | null {
    return locateQuote(this.#kernel, symbol);
  }

  /** Null when the pair is wrong. */
  authenticate(keyId: string, secretKey: string): string | null {
    const account = this.#kernel.accounts.find((candidate) => candidate.keyId === keyId);
    return account !== undefined && account.secretKey === secretKey ? account.id : null;
  }

  get accountIds(): readonly string[] {
    return this.#kernel.accounts.map((account) => account.id);
  }

  account(accountId: string): AccountView {
    return accountView(this.#kernel, this.#account(accountId));
  }

  /** PATCH /v2/account/configurations: the fields of the body, the others as they are. */
  changeConfiguration(accountId: string, body: unknown): AccountConfiguration | WireError {
    return changeConfiguration(this.#account(accountId), body);
  }

  /** @throws when a position names no asset */
  adjustAccount(accountId: string, adjustment: Adjustment): void {
    this.#command(() => adjust(this.#kernel, this.#account(accountId), adjustment));
  }

  positions(accountId: string): readonly PositionView[] {
    return positionsOf(this.#kernel, this.#account(accountId));
  }

  position(accountId: string, symbol: string): PositionView | null {
    return positionOf(this.#kernel, this.#account(accountId), symbol);
  }

  /** Executions and everything else that moved cash or shares, oldest first. */
  activities(accountId: string): ActivityList {
    return this.#account(accountId).activities;
  }

  /** Every execution of the account, oldest first. */
  fills(accountId: string): readonly FillActivity[] {
    const { activities } = this.#account(accountId);
    const all = Array.from({ length: activities.length }, (_, place) => activities.at(place));
    return all.filter((activity) => activity?.kind === 'fill');
  }

  /** Equity over time, oldest first: at the start, with each bar and at each close. */
  equitySamples(accountId: string): readonly EquitySample[] {
    return this.#account(accountId).equitySamples;
  }

  // ---- Data ----------------------------------------------------------------------------------

  get assets(): readonly Asset[] {
    return [...this.#kernel.assets.values()];
  }

  /** By symbol or by id; null when it is not listed. */
  asset(symbolOrId: string): Asset | null {
    const bySymbol = this.#kernel.assetOf(symbolOrId);
    return bySymbol ?? this.assets.find((asset) => asset.id === symbolOrId) ?? null;
  }

  /** Null when no such asset is listed. */
  changeAsset(symbol: string, flags: AssetFlags): Asset | null {
    return changeAsset(this.#kernel, symbol, flags);
  }

  latestQuote(symbol: string): Quote | null {
    return this.#known(symbol)?.quote ?? null;
  }

  latestTrade(symbol: string): Trade | null {
    return this.#known(symbol)?.trade ?? null;
  }

  latestBar(symbol: string): Bar | null {
    return this.#known(symbol)?.bars.latest ?? null;
  }

  /** Finished bars that begin in `start`..`end`, oldest first; none for an unknown symbol. */
  bars(symbol: string, timeframe: Timeframe, start: Milliseconds, end: Milliseconds) {
    if (this.#known(symbol) === null) return [];
    return barsBetween(this.#kernel, symbol, timeframe, start, end);
  }

  /** The quotes that are kept, in `start`..`end`, both included, oldest first. */
  quotes(symbol: string, start: Milliseconds, end: Milliseconds): readonly Quote[] {
    return this.#known(symbol)?.quotes.between(start, end) ?? [];
  }

  /** As `quotes`. */
  trades(symbol: string, start: Milliseconds, end: Milliseconds): readonly Trade[] {
    return this.#known(symbol)?.trades.between(start, end) ?? [];
  }

  dailyBars(symbol: string): { readonly today: Bar | null; readonly before: Bar | null } {
    if (this.#known(symbol) === null) return { today: null, before: null };
    return dailyBars(this.#kernel, symbol);
  }

  // ---- Within --------------------------------------------------------------------------------

  #known(symbol: string) {
    return this.#kernel.assets.has(symbol) ? this.#kernel.market(symbol) : null;
  }

  #account(accountId: string): Account {
    const account = this.#kernel.accounts.find((candidate) => candidate.id === accountId);
    if (account === undefined) throw new Error(`this exchange has no account ${accountId}`);
    return account;
  }

  #order(command: (account: Account) => OrderRecord | WireError, accountId: string) {
    return this.#command(() => this.#shown(command(this.#account(accountId))));
  }

  #shown(outcome: OrderRecord | WireError): OrderWithLegs | WireError {
    return outcome instanceof WireError ? outcome : this.#kernel.orders.withLegs(outcome);
  }

  #at(at: Milliseconds, input: () => void): void {
    this.advanceTo(at);
    this.#command(input);
  }

  /** The answer is what holds before anything follows from the command. */
  #command<Answer>(command: () => Answer): Answer {
    const answer = command();
    this.#kernel.settle();
    this.#kernel.deliver();
    return answer;
  }
}
