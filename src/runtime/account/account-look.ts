import { NO_SHARES, sharesLeft, text } from '../../domain/decimal.ts';
import type { OrderId, Ticker } from '../../domain/ids.ts';
import { isTerminal, isTriggered, type Order } from '../../domain/order.ts';
import type { PlanPart } from '../../domain/plan.ts';
import type { StepResult } from '../../domain/report.ts';
import { onlyAddsStops } from '../../domain/risk-reducing.ts';
import { exitSide } from '../../domain/side.ts';
import { type EpochMs, msBetween } from '../../domain/time.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import type { PortfolioStateManager } from './portfolio-state-manager.ts';
import { differenceFromTarget } from './verification.ts';

/** Positions may lag behind fills by seconds, so a difference is looked at again. */
const VERIFY_DELAYS_MS = [0, 500, 1_500, 3_000];
/** The symbol waits for it, and may need something else: what is not seen by then is said. */
const VERIFY_WITHIN_MS = 6_000;
/** An entry through the market fills at once, or not soon. */
const ENTRY_FILL_MS = 2_000;
/** How often a plan asks whether a cycle has read the account meanwhile. */
const SHARED_POLL_MS = 1_000;
/** The cycles' readings a plan waits for before it reads by itself. */
const SHARED_CYCLES = 2;
/** A stop rests on an older price rather than that its shares wait for a newer one. */
const OLDEST_PRICE_MS = 60_000;
/** Short of the 15 s that guardrails take for fresh by what reading prices takes. */
const OLDEST_SHARED_MS = 14_000;

/**
 * A plan's looks at the account, before it acts and after. Each costs three requests, so while
 * the broker's budget is short they are those of the cycles: a budget that is spent on looking
 * cannot be spent on stops.
 */
export class AccountLook {
  readonly #state: PortfolioStateManager;
  readonly #broker: Broker;
  readonly #clock: Clock;
  readonly #settings: RuntimeSettings;
  #asking: Promise<void> = Promise.resolve();
  #askedAt: ReadonlyMap<Ticker, EpochMs> = new Map();
  /** Who is to hear that something happened in a symbol whose plan is being verified. */
  readonly #verifying = new Map<Ticker, () => void>();

  constructor(parts: {
    readonly state: PortfolioStateManager;
    readonly broker: Broker;
    readonly clock: Clock;
    readonly settings: RuntimeSettings;
  }) {
    this.#state = parts.state;
    this.#broker = parts.broker;
    this.#clock = parts.clock;
    this.#settings = parts.settings;
    parts.state.onChange((symbol) => this.#verifying.get(symbol)?.());
  }

  /** Makes sure that the picture is fresh enough to carry out `parts`. */
  async freshen(parts: readonly PlanPart[]): Promise<void> {
    const isShort = this.#isShort();
    const maxAgeMs = isShort ? OLDEST_SHARED_MS : this.#settings.freshLookMaxAgeMs;
    // A new stop that is wrong about what a fill brought is refused; waiting leaves shares bare.
    const isTold = ({ symbol }: PlanPart) => this.#state.isTold(symbol, OLDEST_SHARED_MS);
    const unsure = parts.filter((part) => !addsStops(part) || !isTold(part));
    const doubtful = isShort ? unsure.filter((part) => !addsStops(part)) : unsure;
    if (unsure.length > 0 && !this.#state.isFresh(symbolsOf(doubtful), maxAgeMs)) {
      // A look that fails leaves the old snapshot, which the guardrails refuse by its age.
      await this.#state.updateFromAlpaca();
    }
    const quotes = this.#freshenQuotes(symbolsOf(parts), maxAgeMs);
    if (unsure.length > 0 || !parts.every(({ symbol }) => this.#isPriced(symbol))) await quotes;
  }

  #isPriced(symbol: Ticker): boolean {
    const { quote, lastTrade } = this.#state.getCompleteContext(symbol)?.market ?? {};
    const pricedAt = Math.max(quote?.at ?? 0, lastTrade?.at ?? 0);
    return Math.abs(this.#clock.now() - pricedAt) <= OLDEST_PRICE_MS;
  }

  /** Of all that is held in one request: others are about to act, too. */
  #freshenQuotes(symbols: readonly Ticker[], maxAgeMs: number): Promise<void> {
    const now = this.#clock.now();
    // A quote that nobody has moved stays old, however often it is asked for.
    if (symbols.some((symbol) => msBetween(now, this.#askedAt.get(symbol) ?? 0) > maxAgeMs)) {
      const asked = [...new Set([...symbols, ...this.#state.symbols()])];
      this.#askedAt = new Map(asked.map((symbol) => [symbol, now]));
      this.#asking = this.#state.freshenQuotes(asked);
    }
    return this.#asking;
  }

  /**
   * What the broker shows otherwise than the part meant; null when it is as meant. It ends at once
   * where shares are bare that others have brought meanwhile, whose exit has ended, or whose stop
   * the market has gone through: they cannot wait for it.
   */
  async verify(part: PlanPart): Promise<string | null> {
    const { symbol } = part;
    const over = new AbortController();
    const tooLong = `the broker did not show it within ${VERIFY_WITHIN_MS} ms`;
    const longest = this.#isShort() ? VERIFY_WITHIN_MS + this.#sharedMs() : VERIFY_WITHIN_MS;
    const exits = this.#exitsIn(symbol);
    const overtaken = new Promise<string>((resolve) => {
      const look = () => {
        const bare = this.#bareSince(part, exits);
        if (bare !== null) resolve(bare);
      };
      this.#verifying.set(symbol, look);
      look();
    });
    try {
      return await Promise.race([
        this.#verify(part, over.signal),
        this.#clock.sleep(longest, over.signal).then(() => tooLong),
        overtaken,
      ]);
    } finally {
      over.abort();
      this.#verifying.delete(symbol);
    }
  }

  /** What rests there for the position; what is in doubt may turn out not to. */
  #exitsIn(symbol: Ticker): readonly OrderId[] {
    const context = this.#state.getCompleteContext(symbol);
    if (context === null || context.isInDoubt === true) return [];
    const side = exitSide(context.position.side);
    return context.orders.filter((order) => order.side === side).map(({ id }) => id);
  }

  /** Told by the stream, which is ahead of the positions that are read; null where nothing is. */
  #bareSince({ symbol, target }: PlanPart, exits: readonly OrderId[]): string | null {
    const context = this.#state.getCompleteContext(symbol);
    if (context === null || !this.#state.isTold(symbol, OLDEST_SHARED_MS)) return null;
    const { cover, position, orders, price } = context;
    if (cover.nakedQuantity.eq(NO_SHARES)) return null;
    const isToRest = target.cover !== null && target.repriceLimit === null;
    const passed = orders.find((order) => !isTerminal(order.status) && isTriggered(order, price));
    if (isToRest && passed !== undefined) {
      return `the market went through the stop ${passed.id} meanwhile`;
    }
    const gone = exits.find((exit) => !orders.some((order) => isOrSucceeds(order, exit)));
    if (isToRest && gone !== undefined) {
      return `the order ${gone} ended meanwhile, and ${text(cover.nakedQuantity)} shares have no stop`;
    }
    const more = sharesLeft(position.quantity, target.holdQuantity);
    if (more.eq(NO_SHARES)) return null;
    return `${text(more)} shares came meanwhile, and ${text(cover.nakedQuantity)} have no stop`;
  }

  /**
   * What has become of an entry so far. It waits for the fill only a little, and no longer than
   * until the first share: what is filled in part, or has lost its stop, is guarded by the loop,
   * which cannot begin before this has ended.
   */
  async atEntry(
    part: PlanPart,
    { orderId: id }: StepResult,
  ): Promise<{ readonly outcome: 'completed' | 'stopped'; readonly because: string }> {
    const order =
      id === null ? null : await this.#state.waitForOrder(id, hasBegunOrEnded, ENTRY_FILL_MS);
    // The answer to the order did not name its stop; whoever guards the shares has to know it.
    const over = new AbortController();
    const read = this.#state.updateFromAlpaca().then(() => over.abort());
    await Promise.race([read, this.#clock.sleep(ENTRY_FILL_MS, over.signal)]);
    if (order === null) {
      const because =
        'the entry rests at the broker with its stop in the same group; not filled yet';
      return { outcome: 'completed', because };
    }
    const words = `the entry is ${order.status}, ${text(order.filledQuantity)} shares of it filled`;
    if (order.status !== 'filled') {
      const isOver = isTerminal(order.status);
      const because = isOver
        ? words
        : `${words}; they get a stop of their own, the rest is canceled`;
      return { outcome: isOver ? 'stopped' : 'completed', because };
    }
    const difference = differenceFromTarget(
      part.target,
      this.#state.getCompleteContext(part.symbol),
    );
    return difference === null
      ? { outcome: 'completed', because: `${words}, with its stop` }
      : { outcome: 'stopped', because: `${words}, but ${difference}` };
  }

  async #verify(part: PlanPart, over: AbortSignal): Promise<string | null> {
    let difference: string | null = null;
    for (const delayMs of VERIFY_DELAYS_MS) {
      if (delayMs > 0) await this.#clock.sleep(delayMs, over);
      if (over.aborted) return difference;
      const failure = await this.#readAfter(this.#clock.now());
      difference =
        failure === null
          ? differenceFromTarget(part.target, this.#state.getCompleteContext(part.symbol))
          : `it could not be verified: ${failure}`;
      if (difference === null) return null;
    }
    return difference;
  }

  /** @returns null, or in words why the account could not be read */
  async #readAfter(at: EpochMs): Promise<string | null> {
    const readAt = () => this.#state.snapshot()?.confirmedAt.positions ?? 0;
    while (this.#isShort() && this.#clock.now() < at + this.#sharedMs()) {
      if (readAt() > at) return null;
      await this.#clock.sleep(SHARED_POLL_MS);
    }
    return readAt() > at ? null : this.#state.updateFromAlpaca();
  }

  /** Until the budget is back, a reading would have to wait and keep orders waiting. */
  #isShort(): boolean {
    return this.#broker.longestWaitMs('reconcile') > 0;
  }

  #sharedMs(): number {
    return SHARED_CYCLES * this.#settings.cycleMs;
  }
}

const hasBegunOrEnded = ({ status, filledQuantity }: Order): boolean =>
  isTerminal(status) || filledQuantity.gt('0');

const isOrSucceeds = ({ id, replaces }: Order, exit: OrderId): boolean =>
  id === exit || replaces === exit;

const symbolsOf = (parts: readonly PlanPart[]): readonly Ticker[] =>
  parts.map(({ symbol }) => symbol);

const addsStops = ({ steps, basis }: PlanPart): boolean => onlyAddsStops(steps, basis);
