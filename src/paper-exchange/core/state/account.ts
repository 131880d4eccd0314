import { absolute, type Decimal, divide, multiply, smaller, ZERO } from '../basics/decimal.ts';
import type {
  AccountBlocks,
  AccountConfiguration,
  AccountParts,
  DateText,
  Locate,
  Milliseconds,
  Side,
} from '../basics/types.ts';
import { ActivityLog } from './activity-log.ts';
import { EquityHistory } from './equity-history.ts';
import { maintenanceOf } from './margin.ts';
import type { OrderRecord } from './order-record.ts';
import { flatPosition, type Position } from './position.ts';
import type { Unsettled } from './settlement.ts';

/** A position over 600 % of the equity ("User Protection"). */
const POSITION_OF_EQUITY_MAX = 6n;
const NO_ORDERS: ReadonlySet<OrderRecord> = new Set();

/** The ledger of one account: cash, positions and what its open orders have reserved. */
export class Account {
  readonly id: string;
  readonly accountNumber: string;
  readonly keyId: string;
  readonly secretKey: string;
  readonly createdAt: Milliseconds;
  readonly multiplier: '1' | '2' | '4';
  readonly optionsApprovedLevel: number;
  readonly cryptoTier: number;
  configuration: AccountConfiguration;
  cash: Decimal;
  readonly positions = new Map<string, Position>();
  /** What the positions endpoint shows while it lags; unused without that latency. */
  readonly visiblePositions = new Map<string, { readonly qty: Decimal; readonly cost: Decimal }>();
  /** How often the shares of each symbol changed without an execution, which shows at once. */
  readonly reshapings = new Map<string, number>();
  longMarketValue: Decimal = ZERO;
  shortMarketValue: Decimal = ZERO;
  /** Buying power that open orders take. */
  reserved: Decimal = ZERO;
  lastEquity: Decimal = ZERO;
  lastMaintenanceMargin: Decimal = ZERO;
  balanceAsOf = '';
  /** Symbols opened on this trading day, and the dates of day trades (legacy rule). */
  readonly openedToday = new Set<string>();
  dayTrades: DateText[] = [];
  locates: Locate[] = [];
  unsettled: readonly Unsettled[] = [];
  blocks: AccountBlocks = { accountBlocked: false, tradingBlocked: false, transfersBlocked: false };
  /** Since a position went over 600 % of the equity, until somebody clears it. */
  closingOnly = false;
  readonly activities = new ActivityLog();
  readonly equityHistory = new EquityHistory();
  /** What is bought with cash alone: coins, and shares without margin. */
  readonly cashOnly = new Set<string>();
  /** Dollars of it that are held, and that open orders take. */
  cashOnlyValue: Decimal = ZERO;
  cashOnlyReserved: Decimal = ZERO;
  private closed: { readonly equity: Decimal; readonly maintenanceMargin: Decimal } | null = null;
  private readonly openBySymbol = new Map<string, Set<OrderRecord>>();

  constructor(parts: AccountParts) {
    this.id = parts.id;
    this.accountNumber = parts.accountNumber;
    this.keyId = parts.keyId;
    this.secretKey = parts.secretKey;
    this.createdAt = parts.createdAt;
    this.multiplier = parts.multiplier;
    this.optionsApprovedLevel = parts.optionsApprovedLevel;
    this.cryptoTier = parts.cryptoTier;
    this.cash = parts.cash;
    this.configuration = parts.configuration;
  }

  get equity(): Decimal {
    return this.cash + this.longMarketValue + this.shortMarketValue;
  }

  get grossMarketValue(): Decimal {
    return this.longMarketValue - this.shortMarketValue;
  }

  /** Regulation T and "Margin and Short Selling": half of what is held on margin, all of the rest. */
  get initialMargin(): Decimal {
    return this.marginMarketValue / 2n + this.cashOnlyValue;
  }

  /** By the price of what is held on margin, and all of the rest. */
  get maintenanceMargin(): Decimal {
    let sum = this.cashOnlyValue;
    for (const position of this.positions.values()) {
      if (!this.cashOnly.has(position.symbol)) sum += maintenanceOf(position);
    }
    return sum;
  }

  /** What is held on margin, long and short together. */
  get marginMarketValue(): Decimal {
    return this.grossMarketValue - this.cashOnlyValue;
  }

  setMarginable(symbol: string, marginable: boolean): void {
    if (this.cashOnly.has(symbol) !== marginable) return;
    const held = positivePart(this.positions.get(symbol)?.marketValue ?? ZERO);
    const reserved = [...this.openOrdersOf(symbol)].reduce((sum, one) => sum + one.reserved, ZERO);
    const sign = marginable ? -1n : 1n;
    this.cashOnlyValue += sign * held;
    this.cashOnlyReserved += sign * reserved;
    if (marginable) this.cashOnly.delete(symbol);
    else this.cashOnly.add(symbol);
  }

  quantityOf(symbol: string): Decimal {
    return this.positions.get(symbol)?.qty ?? ZERO;
  }

  openOrdersOf(symbol: string): ReadonlySet<OrderRecord> {
    return this.openBySymbol.get(symbol) ?? NO_ORDERS;
  }

  *openOrders(): Generator<OrderRecord> {
    for (const records of this.openBySymbol.values()) yield* records;
  }

  addOpenOrder(record: OrderRecord): void {
    const records = this.openBySymbol.get(record.order.symbol);
    if (records === undefined) this.openBySymbol.set(record.order.symbol, new Set([record]));
    else records.add(record);
  }

  removeOpenOrder(record: OrderRecord): void {
    this.openBySymbol.get(record.order.symbol)?.delete(record);
  }

  /** Sets what an order takes of the buying power. */
  reserve(record: OrderRecord, amount: Decimal): void {
    this.reserved += amount - record.reserved;
    if (this.cashOnly.has(record.order.symbol)) this.cashOnlyReserved += amount - record.reserved;
    record.reserved = amount;
  }

  /** Puts shares into the account that no execution brought. */
  open(symbol: string, qty: Decimal, averageEntryPrice: Decimal): void {
    const cost = absolute(multiply(qty, averageEntryPrice));
    this.positions.set(symbol, {
      symbol,
      qty,
      cost,
      marketValue: ZERO,
      lastDayQty: qty,
      closingQty: qty,
    });
    this.visiblePositions.set(symbol, { qty, cost });
    this.noteReshaped(symbol);
    this.mark(symbol, averageEntryPrice);
  }

  /** Takes a position away as if it had never been; no cash moves. */
  remove(symbol: string): void {
    const position = this.positions.get(symbol);
    if (position === undefined) return;
    this.mark(symbol, ZERO);
    this.positions.delete(symbol);
    this.visiblePositions.delete(symbol);
    this.noteReshaped(symbol);
  }

  /** What was to be shown of executions before this is not true any more. */
  private noteReshaped(symbol: string): void {
    this.reshapings.set(symbol, (this.reshapings.get(symbol) ?? 0) + 1);
  }

  /** Books one execution: cash moves by price times quantity, to the last digit. */
  applyExecution(
    symbol: string,
    side: Side,
    qty: Decimal,
    price: Decimal,
    lastPrice: Decimal,
  ): void {
    const amount = multiply(qty, price);
    const signed = side === 'buy' ? qty : -qty;
    this.cash += side === 'buy' ? -amount : amount;
    const position = this.positions.get(symbol) ?? flatPosition(symbol);
    this.positions.set(symbol, position);
    const before = position.qty;
    position.qty += signed;
    if (before === ZERO || before > ZERO === signed > ZERO) {
      position.cost += amount;
    } else {
      const closed = smaller(qty, absolute(before));
      position.cost -= (position.cost * closed) / absolute(before);
      // More than was held: the rest opens the other side.
      position.cost += multiply(qty - closed, price);
    }
    this.mark(symbol, lastPrice);
    if (position.qty === ZERO) this.positions.delete(symbol);
  }

  /** Takes some of what is held away, as a fee in coins does; what it cost stays. */
  takeOut(symbol: string, qty: Decimal): void {
    const position = this.positions.get(symbol);
    if (position === undefined) return;
    const price = divide(position.marketValue, position.qty);
    position.qty -= qty;
    this.mark(symbol, price);
  }

  /** Changes how many shares a position has, and nothing of what it cost. */
  split(symbol: string, change: (qty: Decimal) => Decimal): void {
    const position = this.positions.get(symbol);
    if (position === undefined) return;
    position.qty = change(position.qty);
    position.lastDayQty = change(position.lastDayQty);
    position.closingQty = change(position.closingQty);
    const { qty, cost } = position;
    this.visiblePositions.set(symbol, { qty, cost });
    this.noteReshaped(symbol);
  }

  /** Carries a position over to another symbol, where it shows as it is; open orders keep theirs. */
  rename(symbol: string, newSymbol: string, marginable: boolean): void {
    const position = this.positions.get(symbol);
    const marketValue = position?.marketValue ?? ZERO;
    this.remove(symbol);
    this.setMarginable(newSymbol, marginable);
    if (position !== undefined) {
      const { qty, cost } = position;
      this.visiblePositions.set(newSymbol, { qty, cost });
      this.positions.set(newSymbol, { ...position, symbol: newSymbol, marketValue: ZERO });
      this.mark(newSymbol, divide(marketValue, position.qty));
    }
    if (this.openedToday.delete(symbol)) this.openedToday.add(newSymbol);
  }

  /** Keeps what tomorrow will call the last equity. */
  closeDay(): void {
    this.closed = { equity: this.equity, maintenanceMargin: this.maintenanceMargin };
    for (const position of this.positions.values()) position.closingQty = position.qty;
  }

  /** Begins a trading day after the one of `yesterday`. */
  startDay(yesterday: DateText): void {
    this.lastEquity = this.closed?.equity ?? this.equity;
    this.lastMaintenanceMargin = this.closed?.maintenanceMargin ?? this.maintenanceMargin;
    this.balanceAsOf = yesterday;
    for (const position of this.positions.values()) position.lastDayQty = position.closingQty;
  }

  /** Adds a point to the portfolio history; one at the same time is replaced. */
  sampleEquity(at: Milliseconds): void {
    this.equityHistory.add({ at, equity: this.equity });
  }

  /** Values a position at `price`. */
  mark(symbol: string, price: Decimal): void {
    const position = this.positions.get(symbol);
    if (position === undefined) return;
    const value = multiply(position.qty, price);
    const longChange = positivePart(value) - positivePart(position.marketValue);
    this.longMarketValue += longChange;
    this.shortMarketValue += negativePart(value) - negativePart(position.marketValue);
    if (this.cashOnly.has(symbol)) this.cashOnlyValue += longChange;
    position.marketValue = value;
    if (absolute(value) > POSITION_OF_EQUITY_MAX * this.equity) this.closingOnly = true;
  }
}

function positivePart(value: Decimal): Decimal {
  return value > ZERO ? value : ZERO;
}

function negativePart(value: Decimal): Decimal {
  return value < ZERO ? value : ZERO;
}
