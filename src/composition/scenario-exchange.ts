import { NyseCalendar } from '../paper-exchange/calendar/nyse.ts';
import { decimal, formatDecimal } from '../paper-exchange/core/basics/decimal.ts';
import { type Order, WireError } from '../paper-exchange/core/basics/types.ts';
import { ExchangeCore } from '../paper-exchange/core/exchange-core.ts';
import { NO_INTERFERENCE } from '../paper-exchange/core/state/interference.ts';
import type {
  MarketMoment,
  PlayedHolding,
  PlayedOrder,
  PlayedRequest,
  PlayedStep,
  ScenarioPlay,
  ScenarioPlayer,
  ScenarioResult,
} from '../ports/scenario-player.ts';

/** In the middle of an ordinary session; what is played depends on no calendar. */
const START_AT = Date.UTC(2026, 9, 6, 15, 0);
const NIGHT_MS = 24 * 3_600_000;
/** Nothing that is played fails for want of money. */
const PLENTY = '1000000000';
const SIZE = 1_000_000;

/** The paper exchange's own core, made anew for each play; it has no clock and no world. */
export const playOnExchange: ScenarioPlayer = (play) => new Stage(play).play();

class Stage {
  readonly #play: ScenarioPlay;
  readonly #core: ExchangeCore;
  readonly #account: string;
  #trades = 0;

  constructor(play: ScenarioPlay) {
    this.#play = play;
    const { holdings, fillPercent } = play;
    const positions = holdings.flatMap(({ symbol, side, quantity, price }) =>
      decimal(quantity) === 0n
        ? []
        : [{ symbol, qty: side === 'long' ? quantity : `-${quantity}`, averageEntryPrice: price }],
    );
    const keys = { keyId: 'scenario', secretKey: 'scenario' };
    this.#core = new ExchangeCore({
      ...{ seed: 'scenario', startAt: START_AT, calendar: new NyseCalendar() },
      accounts: [{ ...keys, cash: PLENTY, multiplier: '4', positions }],
      assets: [...new Set(holdings.map(({ symbol }) => symbol))].map((symbol) => ({ symbol })),
    });
    this.#core.interfere({ ...NO_INTERFERENCE, fillPercent: () => fillPercent });
    this.#account = this.#core.accountIds[0] ?? '';
  }

  play(): ScenarioResult {
    const { holdings, opening, steps, course } = this.#play;
    for (const moment of opening) this.#live(moment);
    for (const holding of holdings) {
      const refusal = this.#rest(holding);
      if (refusal !== null) return { outcome: 'not_played', because: refusal };
    }
    const before = this.#equity();
    for (const step of steps) {
      const refusal = this.#take(step);
      if (refusal !== null) return { outcome: 'not_played', because: refusal };
    }
    for (const moment of course) this.#live(moment);
    return { outcome: 'played', loss: formatDecimal(before - this.#equity()) };
  }

  #equity(): bigint {
    return this.#core.account(this.#account).equity;
  }

  #live(moment: MarketMoment): void {
    const core = this.#core;
    switch (moment.kind) {
      case 'price': {
        const { symbol, last, bid, ask } = moment;
        const at = core.now;
        const sizes = { bidSize: SIZE, askSize: SIZE };
        core.onQuote({ symbol, at, bidPrice: decimal(bid), askPrice: decimal(ask), ...sizes });
        this.#trades += 1;
        core.onTrade({ symbol, at, price: decimal(last), size: SIZE, id: this.#trades });
        break;
      }
      case 'halt':
        core.halt(moment.symbol);
        break;
      case 'resume':
        core.resume(moment.symbol);
        break;
      case 'next_open':
        core.advanceTo(START_AT + NIGHT_MS);
        break;
    }
  }

  /** In words, why an order that rests cannot be put there. */
  #rest({ symbol, side, resting }: PlayedHolding): string | null {
    const positionIntent = side === 'long' ? 'sell_to_close' : 'buy_to_close';
    for (const [order, stop] of resting) {
      const { stopPrice = null, limitPrice = null } = stop ?? {};
      const legs =
        stop === undefined || stopPrice === null
          ? { orderClass: 'simple', takeProfitLimitPrice: null, stopLoss: null }
          : {
              orderClass: 'oco',
              takeProfitLimitPrice: order.limitPrice,
              stopLoss: { stopPrice, limitPrice },
            };
      const refusal = this.#submit(symbol, { ...order, ...legs, positionIntent });
      if (refusal !== null) return refusal;
    }
    return null;
  }

  #take(step: PlayedStep): string | null {
    switch (step.kind) {
      case 'submit':
        return this.#submit(step.symbol, step.order);
      case 'replace': {
        const { before, quantity, limitPrice, stopPrice } = step;
        const body = {
          ...named('qty', quantity),
          ...named('limit_price', limitPrice ?? before.limitPrice),
          ...named('stop_price', stopPrice ?? before.stopPrice),
        };
        return this.#onLive(step.symbol, before, (id) =>
          wordsOf(this.#core.replaceOrder(this.#account, id, body)),
        );
      }
      case 'cancel':
        return this.#onLive(step.symbol, step.before, (id) =>
          wordsOf(this.#core.cancelOrder(this.#account, id)),
        );
    }
  }

  #submit(symbol: string, order: PlayedRequest): string | null {
    const { takeProfitLimitPrice, stopLoss, orderClass } = order;
    const isOco = orderClass === 'oco';
    const body = {
      ...{ symbol, side: order.side, type: isOco ? 'limit' : order.type, qty: order.quantity },
      time_in_force: order.timeInForce,
      ...(orderClass === 'simple' ? {} : { order_class: orderClass }),
      ...named('position_intent', order.positionIntent),
      ...named('limit_price', isOco ? null : order.limitPrice),
      ...named('stop_price', order.stopPrice),
      ...(takeProfitLimitPrice === null
        ? {}
        : { take_profit: { limit_price: takeProfitLimitPrice } }),
      ...(stopLoss === null
        ? {}
        : {
            stop_loss: {
              stop_price: stopLoss.stopPrice,
              ...named('limit_price', stopLoss.limitPrice),
            },
          }),
    };
    return wordsOf(this.#core.submitOrder(this.#account, body));
  }

  /** An order of the plan by what it was, since the play has ids of its own. */
  #onLive(symbol: string, before: PlayedOrder, act: (id: string) => string | null): string | null {
    const found = this.#core
      .listOrders(this.#account, { ...EVERY_OPEN_ORDER, symbols: new Set([symbol]) })
      .find(({ order }) => isSame(order, before));
    return found === undefined ? 'an order that it changes does not rest' : act(found.order.id);
  }
}

const EVERY_OPEN_ORDER: Omit<Parameters<ExchangeCore['listOrders']>[1], 'symbols'> = {
  ...{ status: 'open', limit: 500, direction: 'asc', nested: false, side: null },
  ...{ after: null, until: null, afterOrderId: null, beforeOrderId: null },
};

const isSame = (order: Order, before: PlayedOrder): boolean =>
  order.side === before.side &&
  order.type === before.type &&
  isAmount(order.qty, before.quantity) &&
  isAmount(order.limitPrice, before.limitPrice) &&
  isAmount(order.stopPrice, before.stopPrice);

const isAmount = (value: bigint | null, digits: string | null): boolean =>
  value === null || digits === null ? value === digits : value === decimal(digits);

const named = <Name extends string>(name: Name, value: string | null) =>
  value === null ? {} : { [name]: value };

const wordsOf = (answer: unknown): string | null =>
  answer instanceof WireError ? String(answer.body.message) : null;
