import type { trading } from '@alpacahq/alpaca-trade-api';
import { ApiError } from '@alpacahq/alpaca-trade-api';
import {
  type AlpacaClient,
  type AlpacaClientOptions,
  createAlpacaClient,
} from '../../src/adapters/alpaca/client.ts';

export type Side = 'buy' | 'sell';

export type Held = {
  readonly symbol: string;
  /** Signed shares. */
  readonly quantity: number;
  readonly entryPrice: number;
  readonly price: number;
};

export type OpenOrder = {
  readonly id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly isStop: boolean;
  readonly remaining: number;
  readonly stopPrice: number | null;
};

/** What went wrong with the broker; the bot says so in its log and goes on. */
export type Trouble = { readonly manager: string; readonly because: string };

/** Shares and prices as numbers, as such bots have them. */
const digits = (price: number): string => price.toFixed(2);

/** One manager's own way to the broker: nobody else knows what it sends. */
export class Desk {
  readonly #manager: string;
  readonly #client: AlpacaClient;
  readonly #onTrouble: (trouble: Trouble) => void;

  constructor(
    manager: string,
    connection: AlpacaClientOptions,
    onTrouble: (trouble: Trouble) => void,
  ) {
    this.#manager = manager;
    this.#client = createAlpacaClient(connection);
    this.#onTrouble = onTrouble;
  }

  /** Null when the broker could not be asked. */
  async positions(): Promise<readonly Held[] | null> {
    const read = await this.#tried(() => this.#client.trading.positions.getAllOpenPositions());
    return read?.map(heldFrom) ?? null;
  }

  /** The open orders, of one symbol when it is named; null when the broker could not be asked. */
  async openOrders(symbol?: string): Promise<readonly OpenOrder[] | null> {
    const asked = {
      status: 'open',
      limit: 500,
      ...(symbol === undefined ? {} : { symbols: symbol }),
    };
    const read = await this.#tried(() =>
      this.#client.trading.orders.getAllOrders(asked as trading.GetAllOrdersRequest),
    );
    return read?.map(openOrderFrom) ?? null;
  }

  market(symbol: string, side: Side, quantity: number): Promise<boolean> {
    return this.#submit({
      symbol,
      side,
      qty: String(quantity),
      type: 'market',
      timeInForce: 'day',
    });
  }

  stopLimit(
    symbol: string,
    side: Side,
    quantity: number,
    prices: { readonly stop: number; readonly limit: number },
  ): Promise<boolean> {
    const [stopPrice, limitPrice] = [digits(prices.stop), digits(prices.limit)];
    const terms = { type: 'stop_limit', timeInForce: 'gtc', stopPrice, limitPrice } as const;
    return this.#submit({ symbol, side, qty: String(quantity), ...terms });
  }

  async cancel(orderId: string): Promise<boolean> {
    const done = await this.#tried(async () => {
      await this.#client.trading.orders.deleteOrderByOrderID({ orderId });
      return true;
    });
    return done ?? false;
  }

  /** Calls `onFill` with the symbol of every execution. @returns ends it */
  async followFills(onFill: (symbol: string) => void): Promise<() => void> {
    const stream = this.#client.openTradingStream();
    stream.onTradeUpdate(({ event, order }) => {
      if ((event === 'fill' || event === 'partial_fill') && order.symbol) onFill(order.symbol);
    });
    stream.on('error', (error: unknown) => this.#tell(error));
    stream.connect();
    stream.subscribeTradeUpdates();
    return () => stream.disconnect();
  }

  async #submit(order: trading.PostOrderRequest): Promise<boolean> {
    const sent = await this.#tried(() =>
      this.#client.trading.orders.postOrder({ postOrderRequest: order }),
    );
    return sent !== null;
  }

  async #tried<Answer>(call: () => Promise<Answer>): Promise<Answer | null> {
    try {
      return await call();
    } catch (error) {
      this.#tell(error);
      return null;
    }
  }

  #tell(error: unknown): void {
    const because =
      error instanceof ApiError
        ? `${error.status} ${error.message}`
        : error instanceof Error
          ? error.message
          : String(error);
    this.#onTrouble({ manager: this.#manager, because });
  }
}

const heldFrom = (position: trading.Position): Held => ({
  symbol: position.symbol,
  quantity: Number(position.qty),
  entryPrice: Number(position.avgEntryPrice),
  price: Number(position.currentPrice),
});

const openOrderFrom = (order: trading.Order): OpenOrder => ({
  id: order.id ?? '',
  symbol: order.symbol ?? '',
  side: order.side === 'buy' ? 'buy' : 'sell',
  isStop: order.type === 'stop' || order.type === 'stop_limit',
  remaining: Number(order.qty ?? 0) - Number(order.filledQty ?? 0),
  stopPrice: order.stopPrice == null ? null : Number(order.stopPrice),
});
