import { type Adjustment, type AssetFlags, adjust, changeAsset } from './adjustments.ts';
import { type Decimal, smaller, ZERO } from './basics/decimal.ts';
import {
  type AccountBlocks,
  type Asset,
  type CorporateAction,
  type Latencies,
  type MarketNotice,
  type Milliseconds,
  type OrderWithLegs,
  type Switches,
  WireError,
} from './basics/types.ts';
import {
  type Announcement,
  announce,
  announceAtOnce,
  delist,
  makeKnown,
} from './corporate-actions/corporate-actions.ts';
import {
  bustTrade,
  correctTrade,
  type TradeCorrection,
} from './corporate-actions/trade-corrections.ts';
import { ExchangeViews } from './exchange-views.ts';
import { halt, resume } from './matching/halts.ts';
import { fillQuantity } from './matching/matching.ts';
import { perform } from './perform.ts';
import { closeByHand } from './positions.ts';
import type { Account } from './state/account.ts';
import type { Interference } from './state/interference.ts';
import type { NewsArticle, NewsDraft } from './state/news-desk.ts';
import type { OrderRecord } from './state/order-record.ts';
import { act, type VenueAction } from './venue.ts';

/** How long a limit up - limit down pause lasts. */
const VOLATILITY_PAUSE_MS = 5 * 60_000;

/** What happens to an exchange from outside: by its operator, by venues, by companies. */
export class ExchangeControls extends ExchangeViews {
  /** Lets everything happen that is due by `at`, each thing at its own time. Never goes back. */
  advanceTo(at: Milliseconds): void {
    const { kernel } = this;
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

  /** Tells the data stream; a bar takes the place of the one with its time. */
  notify(notice: MarketNotice): void {
    this.tick(this.now, () => {
      if (notice.kind === 'updated_bar') this.kernel.market(notice.bar.symbol).bars.add(notice.bar);
      this.kernel.emit({ kind: 'notice', at: this.now, notice });
    });
  }

  /** Nothing executes in a halted symbol; orders are still accepted. */
  halt(symbol: string, reason = 'News Pending'): void {
    this.tick(this.now, () => halt(this.kernel, symbol, 'H', reason));
  }

  /** A volatility pause (limit up - limit down); it ends by itself after `pauseMs`. */
  pause(symbol: string, pauseMs = VOLATILITY_PAUSE_MS): void {
    this.tick(this.now, () => {
      halt(this.kernel, symbol, 'P', 'Volatility Trading Pause');
      this.kernel.later(pauseMs, { kind: 'resume', symbol });
    });
  }

  resume(symbol: string, reason = 'Trading Resumption'): void {
    this.tick(this.now, () => resume(this.kernel, symbol, reason));
  }

  /** A share split that takes effect now. What becomes of open orders is a switch. */
  applySplit(symbol: string, newShares: number, oldShares: number): void {
    const kind = newShares > oldShares ? 'forward_split' : 'reverse_split';
    const exDate = this.calendar.dateOf(this.now);
    const terms = { kind, symbol, newRate: newShares, oldRate: oldShares } as const;
    this.tick(this.now, () => announceAtOnce(this.kernel, { terms, exDate }));
  }

  /**
   * Makes a corporate action known; it takes effect in the morning of its ex-date.
   * @throws when its symbol is not listed, or its new symbol is listed already
   */
  announce(announcement: Announcement): CorporateAction {
    return this.command(() => announce(this.kernel, announcement));
  }

  /** Lists a corporate action of before the exchange began: it has had its effect. */
  loadCorporateAction(announcement: Announcement): CorporateAction {
    return makeKnown(this.kernel, announcement);
  }

  /** Ends trading in a symbol for good. @throws when it is not listed */
  delist(symbol: string): void {
    this.command(() => delist(this.kernel, symbol));
  }

  /** An article as of now, beside those that the exchange writes about large moves itself. */
  publishNews(draft: NewsDraft): NewsArticle {
    return this.kernel.newsDesk.publish(draft, this.now);
  }

  /**
   * Executes part of an open order now, whatever the quote: the way to test what a partial fill
   * or a fill during a cancel does. False when the order cannot execute.
   */
  executePart(accountId: string, orderId: string, qty: Decimal, price: Decimal): boolean {
    return this.command(() => {
      const record = this.kernel.orders.find(this.accountOf(accountId), orderId);
      const isExecutable = record?.working === true || record?.order.status === 'stopped';
      if (record === null || !isExecutable || qty <= ZERO) return false;
      record.working = true;
      fillQuantity(this.kernel, record, smaller(qty, record.remaining), price);
      return true;
    });
  }

  /** Sells or covers at the market what is held, also when open orders hold the shares. */
  closeByHand(accountId: string, symbol: string): OrderWithLegs | WireError {
    return this.ordered((account) => closeByHand(this.kernel, account, symbol), accountId);
  }

  /** From now on the broker errs as told. */
  interfere(interference: Interference): void {
    this.kernel.interfere(interference);
  }

  /** @throws when a position names no asset */
  adjustAccount(accountId: string, adjustment: Adjustment): void {
    this.command(() => adjust(this.kernel, this.accountOf(accountId), adjustment));
  }

  /** Null when no such asset is listed. */
  changeAsset(symbol: string, flags: AssetFlags): Asset | null {
    return this.command(() => changeAsset(this.kernel, symbol, flags));
  }

  /** Lets the venue or the broker's desk do something rare. False when the order is not in a state for it. */
  actOnOrder(accountId: string, orderId: string, action: VenueAction): boolean {
    return this.command(() => {
      const record = this.kernel.orders.find(this.accountOf(accountId), orderId);
      return record !== null && act(this.kernel, record, action);
    });
  }

  /** Takes an execution back. False when there is no such execution, or not any more. */
  bustTrade(accountId: string, executionId: string): boolean {
    return this.command(() => bustTrade(this.kernel, this.accountOf(accountId), executionId));
  }

  /** Gives an execution another price or quantity. False when there is no such execution. */
  correctTrade(accountId: string, executionId: string, correction: TradeCorrection): boolean {
    const account = this.accountOf(accountId);
    return this.command(() => correctTrade(this.kernel, account, executionId, correction));
  }

  /** Sets what the broker forbids; what is left out stays. */
  blockAccount(accountId: string, blocks: Partial<AccountBlocks>): void {
    const account = this.accountOf(accountId);
    account.blocks = { ...account.blocks, ...blocks };
  }

  /** Lets an account open positions again that had one of over 600 % of its equity. */
  liftClosingOnly(accountId: string): void {
    this.accountOf(accountId).closingOnly = false;
  }

  /** From now on; what is left out stays. */
  changeSwitches(switches: Partial<Switches>): void {
    this.kernel.switches = { ...this.kernel.switches, ...switches };
  }

  /** For what begins from now on; what is left out stays. */
  changeLatencies(latencies: Partial<Latencies>): void {
    this.kernel.latencies = { ...this.kernel.latencies, ...latencies };
  }

  // ---- Within --------------------------------------------------------------------------------

  protected ordered(
    command: (account: Account) => OrderRecord | WireError,
    accountId: string,
  ): OrderWithLegs | WireError {
    return this.command(() => this.shown(command(this.accountOf(accountId))));
  }

  protected shown(outcome: OrderRecord | WireError): OrderWithLegs | WireError {
    return outcome instanceof WireError ? outcome : this.kernel.orders.withLegs(outcome);
  }

  protected tick(at: Milliseconds, input: () => void): void {
    this.advanceTo(at);
    this.command(input);
  }

  /** The answer is what holds before anything follows from the command. */
  protected command<Answer>(command: () => Answer): Answer {
    const answer = command();
    this.kernel.settle();
    this.kernel.deliver();
    return answer;
  }
}
