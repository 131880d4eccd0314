import { connectAlpaca } from '../../../src/adapters/alpaca/connect.ts';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { price, quantity } from '../../../src/domain/decimal.ts';
import type { Order, OrderChange, OrderRequest } from '../../../src/domain/order.ts';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { Switches } from '../../../src/paper-exchange/core/basics/switches.ts';
import type { Latencies, OpeningPosition } from '../../../src/paper-exchange/core/basics/types.ts';
import { PaperExchange } from '../../../src/paper-exchange/exchange.ts';
import type { Broker, MarketEvent, OrderUpdate } from '../../../src/ports/broker.ts';
import {
  approvedFor,
  cancelStep,
  failureOf,
  NOW,
  replaceStep,
  stopRequest,
  submitStep,
} from './support.ts';

const KEYS = { keyId: 'PK-TEST', secretKey: 'secret' };

export type Tampered = (
  url: string,
  init: RequestInit,
  pass: () => Promise<Response>,
) => Promise<Response>;

/**
 * The real adapter through the real SDK on the paper exchange, at 11:00 on a trading day: long
 * 10 AAPL, bid 99.99, ask 100.01, last 100. `tamper` stands between the two.
 */
export async function onTheExchange(
  options: {
    readonly latencies?: Partial<Latencies>;
    readonly positions?: readonly OpeningPosition[];
    readonly tamper?: Tampered;
    readonly secret?: string;
    readonly switches?: Partial<Switches>;
  } = {},
) {
  const clock = new VirtualClock(NOW);
  const positions = options.positions ?? [{ symbol: 'AAPL', qty: '10', averageEntryPrice: '90' }];
  const exchange = new PaperExchange(
    {
      seed: '7',
      accounts: [{ ...KEYS, cash: '100000', multiplier: '4', positions }],
      market: { kind: 'silent', symbols: ['AAPL', 'MSFT'] },
      latencies: options.latencies ?? {},
      switches: options.switches ?? {},
    },
    clock,
  );
  const quote = (symbol: string, bid: string, ask: string): void =>
    exchange.tell({
      kind: 'quote',
      quote: {
        symbol,
        at: clock.now(),
        bidPrice: decimal(bid),
        askPrice: decimal(ask),
        bidSize: 1_000,
        askSize: 1_000,
      },
    });
  let tradeId = 0;
  const trade = (symbol: string, at: string): void =>
    exchange.tell({
      kind: 'trade',
      trade: { symbol, at: clock.now(), price: decimal(at), size: 100, id: ++tradeId },
    });
  exchange.start();
  for (const symbol of ['AAPL', 'MSFT']) {
    quote(symbol, '99.99', '100.01');
    trade(symbol, '100');
  }
  const requests: string[] = [];
  const connection = connectAlpaca(
    {
      keyId: KEYS.keyId,
      secret: options.secret ?? KEYS.secretKey,
      endpoint: { url: 'http://127.0.0.1' },
      fetchApi: async (url, init) => {
        requests.push(`${init.method} ${new URL(url).pathname}`);
        const pass = (): Promise<Response> => exchange.fetchApi(url, init);
        return options.tamper === undefined ? pass() : options.tamper(url, init, pass);
      },
      wsFactory: exchange.wsFactory,
    },
    clock,
  );
  await clock.advanceBy(0);
  return { ...connection, ...deeds(connection.broker), clock, exchange, requests, quote, trade };
}

export type Exchange = Awaited<ReturnType<typeof onTheExchange>>;

function deeds(broker: Broker) {
  return {
    submit: (order: Partial<OrderRequest>, name: string): Promise<Order> => {
      const step = submitStep(stopRequest(order), name);
      return broker.submit(approvedFor(step), step);
    },
    replace: (order: Order, change: Partial<OrderChange>, name: string): Promise<Order> => {
      const step = replaceStep(order, change, name);
      return broker.replace(approvedFor(step), step);
    },
    cancel: (order: Order): Promise<void> => {
      const step = cancelStep(order);
      return broker.cancel(approvedFor(step), step);
    },
  };
}

export const refusalOf = ({ clock }: Exchange, work: Promise<unknown>) => failureOf(work, clock);

/** Opens both streams and notes what they tell. */
export function listen({ streams }: Exchange) {
  const updates: OrderUpdate[] = [];
  const prices: MarketEvent[] = [];
  const tradingStates: string[] = [];
  const marketStates: string[] = [];
  streams.openTrading({
    onEvent: (event) => updates.push(event),
    onState: (state, because) => tradingStates.push(`${state}: ${because}`),
  });
  streams.openMarket({
    onEvent: (event) => prices.push(event),
    onState: (state, because) => marketStates.push(`${state}: ${because}`),
  });
  return { updates, prices, tradingStates, marketStates };
}

export const marketSell = (shares: string): Partial<OrderRequest> => ({
  type: 'market',
  timeInForce: 'day',
  quantity: quantity(shares),
  limitPrice: null,
  stopPrice: null,
});

export const marketBuy = (shares: string): Partial<OrderRequest> => ({
  ...marketSell(shares),
  side: 'buy',
  positionIntent: 'buy_to_open',
});

export const oco: Partial<OrderRequest> = {
  type: 'limit',
  orderClass: 'oco',
  limitPrice: null,
  stopPrice: null,
  takeProfitLimitPrice: price('120'),
  stopLoss: { stopPrice: price('95'), limitPrice: price('94.5') },
};
