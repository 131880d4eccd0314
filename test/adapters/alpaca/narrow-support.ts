import { connectAlpaca } from '../../../src/adapters/alpaca/connect.ts';
import type { EpochMs } from '../../../src/domain/time.ts';
import { type Command, commandSchema } from '../../../src/paper-exchange/protocol/command.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import { type Exchange, onTheExchange, type Tampered } from './exchange-support.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

const [keyId, secret] = ['PK-TEST', 'secret'];

export type Crowded = Awaited<ReturnType<typeof onACrowdedExchange>>;

/**
 * An account so full of orders of one day that a list of all since its oldest live one takes more
 * than a page; `somebody` acts on it beside the broker, and `asked` are the requests for orders.
 */
export async function onACrowdedExchange(options: Parameters<typeof onTheExchange>[0] = {}) {
  let tamper: Tampered = (_url, _init, pass) => pass();
  const asked: string[] = [];
  const on = await onTheExchange({
    ...{ positions: [{ symbol: 'AAPL', qty: '1000', averageEntryPrice: '90' }], ...options },
    tamper: (url, init, pass) => {
      const { pathname, searchParams } = new URL(url);
      if (init.method === 'GET') asked.push(`${pathname} ${searchParams.get('status') ?? ''}`);
      return tamper(url, init, pass);
    },
  });
  const somebody = (command: object): Record<string, unknown> => {
    const done = on.exchange.run(commandSchema.parse(command) as Command);
    if (!done.ok) throw new Error(`${JSON.stringify(command)}: ${JSON.stringify(done.body)}`);
    return { ...(done.result as object | null) };
  };
  const submit = (body: object): string =>
    String(somebody({ do: 'order', body: { ...STOP, ...body } }).id);
  const oldest = submit({ ...BUY, limit_price: '5' });
  await on.clock.advanceBy(1_000);
  await crowdOn(on, submit, 520);
  await on.clock.advanceBy(HOUR);
  return {
    ...{ ...on, asked, somebody, submit, oldest },
    /** An order as the exchange shows it to somebody else with the same keys. */
    ask: async (id: string): Promise<{ readonly legs?: unknown }> => {
      const headers = { 'apca-api-key-id': keyId, 'apca-api-secret-key': secret };
      const url = `http://127.0.0.1/v2/orders/${id}?nested=true`;
      return Object.assign({}, await (await on.exchange.fetchApi(url, { headers })).json());
    },
    crowd: (orders: number): Promise<void> => crowdOn(on, submit, orders),
    /** What was submitted before is not in the window of the next looks. */
    longAfter: async (): Promise<void> => {
      await on.clock.advanceBy(HOUR);
      await crowdOn(on, submit, 5);
    },
    tamperWith: (next: Tampered): void => {
      tamper = next;
    },
    /** A reading of the orders of the last ten minutes, and how many requests it took. */
    look: () => lookOf(on, on.broker, asked),
    /** The same as somebody reads it who has never read before: all, with nothing deduced. */
    lookAnew: (): Promise<Look> => lookOf(on, anotherBroker(on), []),
  };
}

const STOP = {
  ...{ symbol: 'AAPL', side: 'sell', type: 'stop', time_in_force: 'gtc', qty: '10' },
};

const BUY = { symbol: 'MSFT', side: 'buy', type: 'limit', qty: '1' };

/** Buys far below the market that are canceled at once, thirty in each minute. */
async function crowdOn(on: Exchange, submit: Submit, orders: number): Promise<void> {
  for (let n = 1; n <= orders; n++) {
    on.exchange.run({ do: 'cancel', orderId: submit({ ...BUY, limit_price: '10' }) });
    if (n % 20 === 0) await on.clock.advanceBy(40_000);
  }
}

type Submit = (body: object) => string;

type Look = {
  readonly requests: number;
  /** Status of each order by its id. */
  readonly statuses: ReadonlyMap<string, string>;
  /** The live ones, and what an engine would take them for. */
  readonly live: readonly string[];
};

const LOOK_BACK_MS = 600_000;
const ENDED = new Set(['filled', 'canceled', 'expired', 'replaced', 'rejected']);

async function lookOf(on: Exchange, broker: Broker, asked: string[]): Promise<Look> {
  const since: EpochMs = on.clock.now() - LOOK_BACK_MS;
  asked.length = 0;
  const orders = await broker.readOrders(since);
  const live = orders
    .filter(({ status }) => !ENDED.has(status))
    .map(
      ({ id, status, parentId, quantity, filledQuantity, stopPrice, limitPrice }) =>
        `${id} ${status} of ${quantity?.toFixed()} ${filledQuantity.toFixed()} filled, ` +
        `stop ${stopPrice?.toFixed()} limit ${limitPrice?.toFixed()} under ${parentId}`,
    );
  const statuses = new Map(orders.map(({ id, status }) => [id as string, status as string]));
  return { requests: asked.length, statuses, live: live.sort() };
}

function anotherBroker(on: Exchange): Broker {
  const { fetchApi, wsFactory } = on.exchange;
  const endpoint = { url: 'http://127.0.0.1' };
  return connectAlpaca({ keyId, secret, endpoint, fetchApi, wsFactory }, on.clock).broker;
}
