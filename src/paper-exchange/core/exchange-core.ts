import { changeConfiguration } from './account-view.ts';
import type {
  AccountConfiguration,
  Bar,
  ExchangeCoreOptions,
  JsonValue,
  Locate,
  OrderWithLegs,
  Quote,
  Resumable,
  Trade,
  WireError,
} from './basics/types.ts';
import { ExchangeControls } from './exchange-controls.ts';
import { addAccount, addAsset } from './founding.ts';
import { loadHistory } from './market-data.ts';
import { onQuote, onTrade, seekAgain } from './matching/matching.ts';
import { type CancelResult, cancel, cancelAll } from './orders/cancellation.ts';
import { replace } from './orders/replacement.ts';
import { submit } from './orders/submission.ts';
import { type ClosePart, closeAllPositions, closePosition } from './positions.ts';
import { requestLocate } from './rules/locates.ts';
import { scheduleSessions } from './sessions.ts';

/** The answer for one symbol when all positions are closed. */
export type CloseResult = { readonly symbol: string; readonly outcome: OrderWithLegs | WireError };

/**
 * The exchange itself: single-threaded, without a clock of its own. Each command and each market
 * tick yields its events in one order; the same seed and the same inputs yield the same events.
 * Refusals come back as WireError. An account id that is not of this exchange throws.
 */
export class ExchangeCore extends ExchangeControls implements Resumable {
  constructor(options: ExchangeCoreOptions) {
    super(options);
    for (const asset of options.assets) addAsset(this.kernel, asset);
    for (const account of options.accounts) addAccount(this.kernel, account);
    scheduleSessions(this.kernel);
  }

  // ---- Saving --------------------------------------------------------------------------------

  /** @throws from within a listener */
  save(): JsonValue {
    return this.kernel.save();
  }

  /** Goes on from a saved state, its accounts, switches and orders included; listeners stay. */
  restore(state: JsonValue): void {
    this.kernel.restore(state);
  }

  // ---- Market --------------------------------------------------------------------------------

  /** Bars of the past, before any order; the last close becomes yesterday's. */
  loadHistory(bars: readonly Bar[]): void {
    loadHistory(this.kernel, bars);
  }

  onQuote(quote: Quote): void {
    this.tick(quote.at, () => {
      this.kernel.emit({ kind: 'quote', at: quote.at, quote });
      onQuote(this.kernel, quote);
    });
  }

  onTrade(trade: Trade): void {
    this.tick(trade.at, () => {
      this.kernel.emit({ kind: 'trade', at: trade.at, trade });
      onTrade(this.kernel, trade);
    });
  }

  /** A finished bar. It is published now and moves no order: quotes and trades do. */
  onBar(bar: Bar): void {
    this.tick(this.now, () => {
      const kernel = this.kernel;
      kernel.market(bar.symbol).bars.add(bar);
      for (const account of kernel.accounts) account.sampleEquity(kernel.now);
      kernel.emit({ kind: 'bar', at: kernel.now, bar });
    });
  }

  // ---- Orders --------------------------------------------------------------------------------

  /** POST /v2/orders. The answer is the order as accepted; what becomes of it are events. */
  submitOrder(accountId: string, body: unknown): OrderWithLegs | WireError {
    return this.ordered((account) => submit(this.kernel, account, body), accountId);
  }

  /** PATCH /v2/orders/{id}. The answer is the successor, which does not work yet. */
  replaceOrder(accountId: string, orderId: string, body: unknown): OrderWithLegs | WireError {
    return this.ordered((account) => replace(this.kernel, account, orderId, body), accountId);
  }

  /** DELETE /v2/orders/{id}. Null: accepted, which is not yet canceled. */
  cancelOrder(accountId: string, orderId: string): WireError | null {
    return this.command(() => cancel(this.kernel, this.accountOf(accountId), orderId));
  }

  cancelAllOrders(accountId: string): readonly CancelResult[] {
    return this.command(() => cancelAll(this.kernel, this.accountOf(accountId)));
  }

  /** DELETE /v2/positions/{symbol}: a market order for the whole or a part. */
  closePosition(
    accountId: string,
    symbol: string,
    part: ClosePart = {},
  ): OrderWithLegs | WireError {
    return this.ordered((account) => closePosition(this.kernel, account, symbol, part), accountId);
  }

  closeAllPositions(accountId: string, cancelOrders: boolean): readonly CloseResult[] {
    return this.command(() =>
      closeAllPositions(this.kernel, this.accountOf(accountId), cancelOrders).map(
        ({ symbol, outcome }) => ({ symbol, outcome: this.shown(outcome) }),
      ),
    );
  }

  // ---- Accounts ------------------------------------------------------------------------------

  /** POST /v1/locates. */
  requestLocate(accountId: string, body: unknown): Locate | WireError {
    return this.command(() => requestLocate(this.kernel, this.accountOf(accountId), body));
  }

  /** PATCH /v2/account/configurations: the fields of the body, the others as they are. */
  changeConfiguration(accountId: string, body: unknown): AccountConfiguration | WireError {
    return this.command(() => {
      const account = this.accountOf(accountId);
      const changed = changeConfiguration(account, body);
      seekAgain(this.kernel, [...account.openOrders()]);
      return changed;
    });
  }
}
