import type { streaming } from '@alpacahq/alpaca-trade-api';
import type { Ticker } from '../../domain/ids.ts';
import type { MarketEvent, OrderUpdate, StreamListener, Streams } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AlpacaClient } from './client.ts';
import type { OrderFamilies } from './families.ts';
import { executionFrom, isGuarded, orderFrom } from './mapping.ts';
import { MarketFeed } from './market-feed.ts';
import { StreamSupervisor } from './stream-supervisor.ts';
import { parseWire, WireError, wireFill, wireLeg } from './wire.ts';

/** Both feeds through the SDK, each kept alive by a supervisor. */
export class AlpacaStreams implements Streams {
  readonly #client: AlpacaClient;
  readonly #clock: Clock;
  readonly #families: OrderFamilies;
  #trading: StreamSupervisor<streaming.TradingStream> | null = null;
  #market: MarketFeed | null = null;
  #symbols: readonly Ticker[] = [];

  constructor(client: AlpacaClient, clock: Clock, families: OrderFamilies) {
    this.#client = client;
    this.#clock = clock;
    this.#families = families;
  }

  /** Live when the exchange has authenticated us and acknowledged that it sends updates. */
  openTrading(listener: StreamListener<OrderUpdate>): void {
    this.#trading?.close();
    // What could not be read is an event missed: the reader must look again by REST.
    const lookAgain = (because: string): void => {
      if (supervisor.isLive) listener.onState('live', because);
    };
    const supervisor = new StreamSupervisor({
      clock: this.#clock,
      open: () => this.#client.openTradingStream(),
      prepare: (stream) => {
        stream.on('subscription', (channels: unknown) => {
          const listening = Array.isArray(channels) && channels.includes('trade_updates');
          if (listening) supervisor.markLive('listening to trade updates');
        });
        stream.onTradeUpdate((update) => {
          try {
            const event = orderUpdateFrom(update, this.#families);
            if (event !== null) listener.onEvent(event);
          } catch (error) {
            if (!(error instanceof WireError)) throw error;
            lookAgain(`a ${update.event} update could not be read: ${error.message}`);
          }
        });
        stream.subscribeTradeUpdates();
      },
      onError: lookAgain,
      onState: (state, because) => listener.onState(state, because),
    });
    this.#trading = supervisor;
    supervisor.start();
  }

  openMarket(listener: StreamListener<MarketEvent>): void {
    this.#market?.close();
    this.#market = new MarketFeed(this.#client, this.#clock, listener);
    this.#market.watch(this.#symbols);
    this.#market.start();
  }

  watch(symbols: readonly Ticker[]): void {
    this.#symbols = symbols;
    this.#market?.watch(symbols);
  }

  async close(): Promise<void> {
    this.#trading?.close();
    this.#market?.close();
    this.#trading = null;
    this.#market = null;
  }
}

/** Null for an order in what we do not guard. */
function orderUpdateFrom(
  update: streaming.TradeUpdate,
  families: OrderFamilies,
): OrderUpdate | null {
  const wire = parseWire(wireLeg, wireOrderOf(update));
  if (!isGuarded(wire)) return null;
  families.learn({ id: wire.id, legs: update.order.legs ?? null });
  const order = orderFrom(wire, families);
  const at = update.timestamp?.getTime() ?? order.updatedAt;
  const isFill = update.event === 'fill' || update.event === 'partial_fill';
  const execution = isFill ? executionFrom(parseWire(wireFill, update), order, at) : null;
  return { event: update.event, order, execution, at };
}

/** The SDK keeps the wire's own keys, but turns null into undefined where it has the same key. */
const wireOrderOf = ({ order }: streaming.TradeUpdate): unknown => ({
  ...order,
  qty: order.qty ?? null,
  replaces: order.replaces ?? null,
});
