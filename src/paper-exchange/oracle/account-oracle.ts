import {
  checkAvailable,
  checkMoney,
  checkPositions,
  checkValue,
  freePower,
} from './account-rules.ts';
import { type Amount, most, product, sizeOf, textOf } from './amounts.ts';
import { checkHolds, checkSiblings, type Promised } from './holds.ts';
import { type Booked, type Holding, Ledger } from './ledger.ts';
import { isCorrection } from './lifecycle.ts';
import { Orders } from './orders.ts';
import type { Reads } from './reads.ts';
import type { Judge, Rule } from './rules.ts';
import { StreamRules, type Update } from './stream-rules.ts';
import { type AccountView, closes, type OrderView, type PositionView } from './views.ts';

/** What the market is doing, as the events told it. */
export type Market = {
  readonly halted: ReadonlySet<string>;
  readonly lastSales: Map<string, Amount>;
};

/** Which views may be behind what has happened. */
export type Lags = { readonly positions: boolean; readonly stream: boolean };

const CENT: Amount = 10n ** 16n;
/** A collar may be rounded to the cent. */
const HALF_CENT: Amount = CENT / 2n;
/** Shares that were taken back may have been promised, or sold on. */
const UNPROMISED: readonly Rule[] = ['holds', 'available', 'siblings', 'flip', 'short'];
const FIFTY_DOLLARS: Amount = 50n * 10n ** 18n;

/** One account: its ledger, its orders, and every rule that holds for them. */
export class AccountOracle {
  readonly #reads: Reads;
  readonly #judge: Judge;
  readonly #stream: StreamRules;
  readonly #ledger: Ledger;
  readonly #orders: Orders;
  readonly #executionIds: Set<string>;
  /** Booked, and not yet told on the stream. */
  readonly #untold = new Map<string, Booked>();
  /** Booked since the last look at the account. */
  readonly #unchecked: Booked[] = [];
  /** The symbols in which something has happened, with the orders that were told of. */
  readonly #touched = new Map<string, Set<string>>();
  #account: AccountView;
  #lastActivityId: string | null = null;
  #isMarked = false;
  #nextClose: number;

  constructor(
    reads: Reads,
    options: { readonly executionIds: Set<string>; readonly reusesClientIds: boolean },
    judge: Judge,
  ) {
    this.#reads = reads;
    this.#judge = judge;
    this.#executionIds = options.executionIds;
    this.#stream = new StreamRules(judge);
    this.#account = reads.account();
    this.#nextClose = reads.clock().nextClose;
    const positions = reads.positions();
    const { equity, longMarketValue, shortMarketValue } = this.#account;
    const cash = equity - longMarketValue - shortMarketValue;
    this.#ledger = new Ledger(cash, holdingsOf(positions), judge);
    this.#orders = new Orders(this.#ledger, options.reusesClientIds, judge);
    for (const { id, fill } of reads.activitiesAfter(null)) {
      this.#lastActivityId = id;
      if (fill === null) continue;
      this.#ledger.recall(fill);
      this.#executionIds.add(fill.executionId);
    }
    for (const order of [...reads.newestOrders()].reverse()) {
      this.#stream.know(order);
      this.#orders.take(order);
    }
  }

  get id(): string {
    return this.#account.id;
  }

  /** One message of the account's `trade_updates`. */
  onUpdate(data: unknown, market: Market): void {
    const update = this.#stream.read(data, market.halted);
    if (update.fresh !== null) this.#orders.countAnew(update.fresh);
    this.#touch(update.order.symbol).add(update.order.id);
    if (isCorrection(update.event)) this.#correct(update);
    else if (update.executionId !== null) this.#match(update, update.executionId, market);
  }

  /** A sale moves the value of what is held. */
  onSale(symbol: string): void {
    if (this.#ledger.holding(symbol).qty !== 0n) this.#isMarked = true;
    if (this.#orders.openIds(symbol).size > 0) this.#touch(symbol);
  }

  /** A look at every endpoint that what has happened concerns. */
  check(market: Market, lags: Lags): void {
    if (this.#touched.size === 0 && !this.#isMarked) return;
    const before = this.#account;
    this.#bookActivities(market);
    this.#account = this.#reads.account();
    const positions = this.#reads.positions();
    const fresh = [...this.#touched].flatMap((touched) => this.#readOrders(...touched));
    const promised = this.#checkOrders();
    this.#checkPositions(positions, promised, market, lags);
    this.#checkAcceptance(fresh, before, market, lags);
    this.#checkExecutions(lags);
    if (!lags.stream) this.#checkAgreement();
    this.#touched.clear();
    this.#isMarked = false;
  }

  /** Everything is looked at, however long ago it happened. */
  checkAll(market: Market, lags: Lags): void {
    for (const { symbol } of this.#orders.open()) this.#touch(symbol);
    for (const [symbol] of this.#ledger.held()) this.#touch(symbol);
    this.#isMarked = true;
    this.check(market, lags);
    this.#checkAnnounced();
  }

  #touch(symbol: string): Set<string> {
    const told = this.#touched.get(symbol) ?? new Set();
    this.#touched.set(symbol, told);
    return told;
  }

  #bookActivities({ lastSales }: Market): void {
    for (const { id, fill, entry } of this.#reads.activitiesAfter(this.#lastActivityId)) {
      this.#lastActivityId = id;
      if (fill === null) {
        this.#ledger.enter(entry);
        // The prices of before say nothing any more.
        if (entry.type === 'SPLIT' && entry.symbol !== null) lastSales.delete(entry.symbol);
        continue;
      }
      const { executionId } = fill;
      const isNew = !this.#executionIds.has(executionId);
      this.#judge.expect('oneActivity', isNew, () => `${executionId} has two activities`);
      this.#executionIds.add(executionId);
      const booked = this.#ledger.book(fill);
      this.#untold.set(executionId, booked);
      this.#unchecked.push(booked);
    }
  }

  #match(update: Update, executionId: string, market: Market): void {
    const { order, price, qty, positionQty } = update;
    const { expect } = this.#judge;
    this.#bookActivities(market);
    const booked = this.#untold.get(executionId);
    if (booked === undefined) {
      expect('oneActivity', false, () => `${executionId} of ${order.id} has none of its own`);
      return;
    }
    this.#untold.delete(executionId);
    const { fill, positionAfter } = booked;
    const own = [fill.orderId, fill.symbol, fill.side, textOf(fill.price), textOf(fill.qty)].join();
    const told = [order.id, order.symbol, order.side, price, qty].join();
    expect(
      'oneActivity',
      own === told,
      () => `${executionId} was told as ${told}, listed as ${own}`,
    );
    const held = textOf(positionAfter);
    const positions = () => `after ${executionId} ${positionQty} were told, ${held} held`;
    expect('position', positionQty === held, positions);
    const isListed =
      fill.cumulativeQty === order.filledQty &&
      (order.status !== 'filled' || fill.leavesQty === 0n);
    expect('filledQuantity', isListed, () => `${executionId} is listed with another sum`);
  }

  /** An execution that was taken back, or had another price or quantity. */
  #correct({ event, order, executionId, price, qty, positionQty }: Update): void {
    if (event === 'restated') this.#orders.restart(order.id);
    if (executionId === null) return;
    this.#judge.excuse(UNPROMISED);
    this.#orders.excuse(order.id);
    const correction = event === 'trade_bust' ? null : { price, qty };
    const held = textOf(this.#ledger.correct(executionId, correction));
    const told = () => `after the correction of ${executionId} ${positionQty} told, ${held} held`;
    this.#judge.expect('position', positionQty === held, told);
  }

  /** Reads what may have changed in one symbol; gives back the orders that were not there before. */
  #readOrders(symbol: string, told: ReadonlySet<string>): readonly OrderView[] {
    const fresh: OrderView[] = [];
    const seen = new Set<string>();
    const take = (order: OrderView): void => {
      for (const view of [order, ...order.legs]) seen.add(view.id);
      fresh.push(...this.#orders.take(order));
    };
    const listed = this.#reads.openOrders(symbol);
    const missing = [...this.#orders.openIds(symbol), ...told];
    for (const order of listed) take(order);
    for (const id of missing) if (!seen.has(id)) take(this.#reads.order(id));
    for (const { replacedBy } of [...seen].flatMap((id) => this.#orders.get(id) ?? [])) {
      if (replacedBy !== null && !seen.has(replacedBy)) take(this.#reads.order(replacedBy));
    }
    for (const id of seen) this.#seen.add(id);
    return fresh;
  }

  readonly #seen = new Set<string>();

  #checkOrders(): ReadonlyMap<string, Promised> {
    const groups = new Set<string>();
    for (const id of this.#seen) {
      const order = this.#orders.get(id);
      if (order === undefined) continue;
      this.#orders.check(order);
      const group = this.#orders.groupOf(id);
      if (group !== null) groups.add(group);
    }
    this.#seen.clear();
    for (const group of groups) checkSiblings(this.#orders, this.#ledger, group, this.#judge);
    const promised = new Map<string, Promised>();
    for (const symbol of this.#touched.keys()) {
      promised.set(symbol, checkHolds(this.#orders, this.#ledger, symbol, this.#judge));
    }
    return promised;
  }

  #checkPositions(
    positions: readonly PositionView[],
    promised: ReadonlyMap<string, Promised>,
    { lastSales }: Market,
    lags: Lags,
  ): void {
    if (lags.positions) return;
    checkPositions(positions, this.#ledger, this.#judge);
    for (const position of positions) {
      const { symbol, currentPrice } = position;
      const told = lags.stream ? currentPrice : (lastSales.get(symbol) ?? currentPrice);
      const isGone = told !== currentPrice && !this.#reads.hasLastSale(symbol);
      checkValue(position, isGone ? currentPrice : told, this.#judge);
      const own = promised.get(position.symbol);
      if (own !== undefined) checkAvailable(position, own, this.#judge);
    }
    checkMoney(this.#account, positions, this.#ledger, this.#judge);
  }

  /** New orders: the account must be able to pay, and to short what they short. */
  #checkAcceptance(
    fresh: readonly OrderView[],
    before: AccountView,
    market: Market,
    lags: Lags,
  ): void {
    const free = freePower(this.#account, this.#orders.open(), (order) =>
      this.#orders.executedByChain(order),
    );
    const { expect } = this.#judge;
    const shown = this.#account.buyingPower;
    // Of other symbols a lagging stream has not told yet what has ended.
    const isShown = lags.stream || shown <= CENT + most(free, 0n);
    const said = () => `${textOf(shown)} are shown, and ${textOf(free)} are left`;
    expect('shownBuyingPower', isShown, said);
    const opening = fresh.filter((order) => !closes(order) && order.replaces === null);
    if (lags.stream || opening.length === 0) return;
    for (const { id, intent, symbol } of opening) {
      if (intent !== 'sell_to_open') continue;
      const mayShort =
        (before.shortingEnabled || this.#account.shortingEnabled) &&
        !this.#reads.forbidsShorts() &&
        this.#reads.isShortable(symbol);
      expect('short', mayShort, () => `order ${id} sells ${symbol} short`);
    }
    if (before.multiplier !== this.#account.multiplier) return;
    if (opening.every(({ status }) => status === 'accepted')) return;
    // What executes away from the last sale is valued at it: that takes equity, and margin too.
    const slip = this.#unchecked.reduce((sum, { fill }) => {
      const sale = market.lastSales.get(fill.symbol) ?? fill.price;
      return sum + product(fill.qty, sizeOf(fill.price - sale));
    }, 0n);
    const isPaid = free >= -slip * (1n + BigInt(before.multiplier));
    expect('buyingPower', isPaid, () => `${opening[0]?.id} was accepted, and left ${textOf(free)}`);
  }

  #checkExecutions(lags: Lags): void {
    if (this.#unchecked.length === 0) return;
    const { isOpen, nextClose } = this.#reads.clock();
    const lastClose = this.#nextClose;
    this.#nextClose = nextClose;
    for (const { fill, positionAfter } of this.#unchecked.splice(0)) {
      const order = this.#orders.get(fill.orderId);
      if (order === undefined) continue;
      const isShort = positionAfter < 0n && fill.side === 'sell';
      const mayShort = !isShort || order.intent === 'sell_to_open';
      const left = () => `${order.id} was to ${order.intent}, and left ${textOf(positionAfter)}`;
      this.#judge.expect('short', mayShort, left);
      checkLimit(order, fill.price, this.#judge);
      const isDuring = isOpen || lags.stream || fill.at === lastClose || tradesAnytime(order);
      this.#judge.expect('session', isDuring, () => `order ${order.id} executed after hours`);
    }
  }

  /** Held legs may end without a word ("announceHeldLegCancel"); all others are told. */
  #checkAgreement(): void {
    for (const id of [...this.#touched.values()].flatMap((told) => [...told])) {
      const told = this.#stream.statusOf(id);
      const read = this.#orders.get(id)?.status;
      const fits = told === read || told === 'held';
      this.#judge.expect('agreement', fits, () => `${id} was told as ${told}, read as ${read}`);
    }
    this.#checkAnnounced();
  }

  #checkAnnounced(): void {
    const [untold] = this.#untold.keys();
    const isTold = untold === undefined;
    this.#judge.expect('announced', isTold, () => `execution ${untold} was not told`);
  }
}

function tradesAnytime({ extendedHours, timeInForce, symbol }: OrderView): boolean {
  return extendedHours || timeInForce === 'cls' || symbol.includes('/');
}

/** A buy stop works as a stop-limit, 4 % above its stop below 50 dollars and else 2.5 %. */
function checkLimit(order: OrderView, price: Amount, judge: Judge): void {
  const { id, side, type, stopPrice } = order;
  const collar =
    type === 'stop' && side === 'buy' && stopPrice !== null
      ? (stopPrice * (stopPrice < FIFTY_DOLLARS ? 1040n : 1025n)) / 1000n + HALF_CENT
      : null;
  const limit = order.limitPrice ?? collar;
  if (limit === null) return;
  const fits = side === 'buy' ? price <= limit : price >= limit;
  const said = () => `order ${id} to ${side} at ${textOf(limit)} executed at ${textOf(price)}`;
  judge.expect('limit', fits, said);
}

function holdingsOf(positions: readonly PositionView[]): ReadonlyMap<string, Holding> {
  return new Map(
    positions.map(({ symbol, qty, costBasis }) => [symbol, { qty, cost: sizeOf(costBasis) }]),
  );
}
