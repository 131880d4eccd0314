import { AcceptanceRules } from './acceptance.ts';
import { checkAvailable, checkMoney, checkPositions, checkValue } from './account-rules.ts';
import { type Amount, textOf } from './amounts.ts';
import { ExecutionRules } from './executions.ts';
import { checkHolds, checkSiblings, type Promised } from './holds.ts';
import { type Booked, type Holding, holdingsOf, Ledger } from './ledger.ts';
import { isCorrection } from './lifecycle.ts';
import { Orders } from './orders.ts';
import type { Reads } from './reads.ts';
import type { Judge, Rule } from './rules.ts';
import { StreamRules, type Update } from './stream-rules.ts';
import type { AccountView, OrderView, PositionView } from './views.ts';

/** What the market is doing, as the events told it. */
export type Market = {
  readonly halted: ReadonlySet<string>;
  readonly lastSales: Map<string, Amount>;
};

/** Which views may be behind what has happened. */
export type Lags = { readonly positions: boolean; readonly stream: boolean };

const READ_ONE_BY_ONE = 3;
/** Shares that were taken back may have been promised, or sold on. */
const UNPROMISED: readonly Rule[] = ['holds', 'available', 'siblings', 'flip', 'short'];

/** One account: its ledger, its orders, and every rule that holds for them. */
export class AccountOracle {
  readonly #reads: Reads;
  readonly #judge: Judge;
  readonly #stream: StreamRules;
  readonly #ledger: Ledger;
  readonly #orders: Orders;
  readonly #executionRules: ExecutionRules;
  readonly #acceptanceRules: AcceptanceRules;
  readonly #executionIds: Set<string>;
  /** Orders read since the last look. */
  readonly #seen = new Set<string>();
  /** Booked, and not yet told on the stream. */
  readonly #untold = new Map<string, Booked>();
  /** Booked since the last look at the account. */
  readonly #unchecked: Booked[] = [];
  /** The symbols in which something has happened, with the orders that were told of. */
  readonly #touched = new Map<string, Set<string>>();
  #account: AccountView;
  #lastActivityId: string | null = null;
  /** Held symbols that were sold by anyone since the last look. */
  readonly #marked = new Set<string>();
  readonly #shown = new Map<string, PositionView>();

  constructor(
    reads: Reads,
    options: {
      readonly executionIds: Set<string>;
      readonly reusesClientIds: boolean;
      /** What is known to be held, whatever the positions show. */
      readonly held: readonly (readonly [string, Holding])[];
    },
    judge: Judge,
  ) {
    this.#reads = reads;
    this.#judge = judge;
    this.#executionIds = options.executionIds;
    this.#stream = new StreamRules(judge);
    this.#account = reads.account();
    const positions = reads.positions();
    const { equity, longMarketValue, shortMarketValue } = this.#account;
    const cash = equity - longMarketValue - shortMarketValue;
    this.#show(positions);
    const holdings = new Map([...holdingsOf(positions), ...options.held]);
    this.#ledger = new Ledger(cash, holdings, judge);
    this.#orders = new Orders(this.#ledger, options.reusesClientIds, judge);
    this.#executionRules = new ExecutionRules(reads, this.#orders, judge);
    this.#acceptanceRules = new AcceptanceRules(reads, this.#orders, judge);
    for (const { id, fill } of reads.activitiesAfter(null)) {
      this.#lastActivityId = id;
      if (fill === null) continue;
      this.#ledger.noteFill(fill);
      this.#executionIds.add(fill.executionId);
    }
    for (const order of [...reads.newestOrders()].reverse()) {
      this.#stream.know(order);
      this.#take(order);
    }
    this.#orders.beginHere();
  }

  get id(): string {
    return this.#account.id;
  }

  /** By all that is listed, flat ones included. */
  holdings(market: Market): ReadonlyMap<string, Holding> {
    // A merger is told of by no order, so that nobody may have looked since.
    this.#bookActivities(market);
    return this.#ledger.holdings;
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
    if (this.#ledger.holding(symbol).qty !== 0n) this.#marked.add(symbol);
    if (this.#orders.openIds(symbol).size > 0) this.#touch(symbol);
  }

  /** A look at every endpoint that what has happened concerns. */
  check(market: Market, lags: Lags): void {
    if (this.#touched.size === 0 && this.#marked.size === 0) return;
    const before = this.#account;
    this.#bookActivities(market);
    this.#account = this.#reads.account();
    this.#readPositions();
    const fresh = [...this.#touched].flatMap((touched) => this.#readOrders(...touched));
    const promised = this.#checkOrders();
    this.#checkPositions(promised, market, lags);
    const executions = this.#unchecked.splice(0);
    this.#executionRules.check(executions, !lags.stream);
    // Of other symbols a lagging stream has not told yet what has begun or ended.
    if (!lags.stream) {
      const { lastSales } = market;
      const after = this.#account;
      this.#acceptanceRules.check({ before, after, fresh, executions, lastSales });
      this.#checkAgreement();
    }
    this.#touched.clear();
  }

  /** Everything is looked at, however long ago it happened. */
  checkAll(market: Market, lags: Lags): void {
    for (const { symbol } of this.#orders.open()) this.#touch(symbol);
    for (const [symbol] of this.#ledger.held()) this.#touch(symbol);
    this.#show(this.#reads.positions());
    this.check(market, lags);
    this.#checkAnnounced();
  }

  /** A few positions one by one, many at once: another's error would show in the equity. */
  #readPositions(): void {
    const symbols = new Set([...this.#touched.keys(), ...this.#marked]);
    if (symbols.size > READ_ONE_BY_ONE) {
      this.#show(this.#reads.positions());
      return;
    }
    for (const symbol of symbols) {
      const position = this.#reads.position(symbol);
      if (position === null) this.#shown.delete(symbol);
      else this.#shown.set(symbol, position);
    }
  }

  #show(positions: readonly PositionView[]): void {
    this.#shown.clear();
    for (const position of positions) this.#shown.set(position.symbol, position);
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
        if (entry.symbol !== null) this.#touch(entry.symbol);
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
      fresh.push(...this.#take(order));
      for (const { replacedBy } of [order, ...order.legs]) {
        if (replacedBy !== null && !seen.has(replacedBy)) take(this.#reads.order(replacedBy));
      }
    };
    const listed = this.#reads.openOrders(symbol);
    const missing = [...this.#orders.openIds(symbol), ...told];
    for (const order of listed) take(order);
    for (const id of missing) if (!seen.has(id)) take(this.#reads.order(id));
    for (const id of seen) this.#seen.add(id);
    return fresh;
  }

  /** Takes a view of an order, and first of what it replaced: an order is in its group. */
  #take(order: OrderView): readonly OrderView[] {
    const past = [order, ...order.legs].flatMap(({ replaces }) => {
      const isKnown = replaces === null || this.#orders.get(replaces) !== undefined;
      return isKnown ? [] : this.#take(this.#reads.order(replaces));
    });
    return [...past, ...this.#orders.take(order)];
  }

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
    promised: ReadonlyMap<string, Promised>,
    { lastSales }: Market,
    lags: Lags,
  ): void {
    const looked = [...this.#touched.keys(), ...this.#marked];
    this.#marked.clear();
    if (lags.positions) return;
    const positions = [...this.#shown.values()];
    checkPositions(positions, this.#ledger, this.#judge);
    for (const position of new Set(looked.flatMap((symbol) => this.#shown.get(symbol) ?? []))) {
      const { symbol, currentPrice } = position;
      const told = lags.stream ? currentPrice : (lastSales.get(symbol) ?? currentPrice);
      const isGone = told !== currentPrice && !this.#reads.hasLastSale(symbol);
      checkValue(position, isGone ? currentPrice : told, this.#judge);
      const own = promised.get(position.symbol);
      if (own !== undefined) checkAvailable(position, own, this.#judge);
    }
    checkMoney(this.#account, positions, this.#ledger, this.#judge);
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
