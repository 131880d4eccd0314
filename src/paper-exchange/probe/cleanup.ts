import type { Clock } from '../../ports/clock.ts';
import { type Bench, isObject } from './bench.ts';

export type Cleanup = {
  readonly bench: Bench;
  readonly clock: Clock;
  readonly symbols: readonly string[];
  /** Begins the client order ids of all that the probe placed. */
  readonly prefix: string;
  /** When the run began, by the broker's clock. */
  readonly since: number;
};

type Json = Readonly<Record<string, unknown>>;

const ROUNDS = 20;
const ROUND_MS = 500;
/** A cancel that is on its way waits for the open at worst; nothing makes it faster. */
const LEAVING_ROUNDS = 4;
const LEAVING = 'pending_cancel';
const ENDED = new Set(['canceled', 'filled', 'expired', 'rejected', 'replaced']);
/** Clocks differ; the ids tell whose an order is. */
const MARGIN_MS = 60_000;

/**
 * Cancels what the probe has open and gives back the share that it holds; what others have placed
 * or hold meanwhile is left alone. Null: nothing is left; else what is, as a sentence.
 */
export async function leaveNothing(cleanup: Cleanup): Promise<string | null> {
  const { bench, clock } = cleanup;
  let left = '';
  for (let round = 0; round < ROUNDS; round += 1) {
    const orders = await ownOrders(cleanup);
    for (const { id, status } of orders) {
      if (status !== LEAVING) await bench.ask('trading', 'DELETE', `/v2/orders/${String(id)}`);
    }
    const positions = await positionsIn(cleanup);
    if (orders.length === 0 && positions.length === 0) return null;
    left = describe(orders, positions);
    const areLeaving = orders.every(({ status }) => status === LEAVING);
    const areOthers = positions.every((position) => !isOwn(position));
    if (round >= LEAVING_ROUNDS && areLeaving && areOthers) break;
    // While orders are open they hold the share.
    for (const position of orders.length === 0 ? positions : []) {
      if (isOwn(position)) {
        await bench.ask('trading', 'DELETE', `/v2/positions/${String(position.symbol)}`);
      }
    }
    await clock.sleep(ROUND_MS);
  }
  return left;
}

/** Legs have ids that the broker made up; they hang on a parent of ours. */
async function ownOrders({ bench, symbols, prefix, since }: Cleanup): Promise<readonly Json[]> {
  const after = new Date(since - MARGIN_MS).toISOString();
  const path =
    `/v2/orders?status=all&nested=true&limit=500&after=${after}` + `&symbols=${symbols.join(',')}`;
  const { body } = await bench.ask('trading', 'GET', path);
  const own = (Array.isArray(body) ? body.filter(isObject) : []).filter(({ client_order_id }) =>
    String(client_order_id).startsWith(prefix),
  );
  return own
    .flatMap((order) => [order, ...(Array.isArray(order.legs) ? order.legs.filter(isObject) : [])])
    .filter(({ status }) => !ENDED.has(String(status)));
}

/** The account held none of them when the run began. */
async function positionsIn({ bench, symbols }: Cleanup): Promise<readonly Json[]> {
  const { body } = await bench.ask('trading', 'GET', '/v2/positions');
  const positions = Array.isArray(body) ? body.filter(isObject) : [];
  return positions.filter(({ symbol }) => symbols.includes(String(symbol)));
}

/** The probe never has more than one share; more is somebody else's as well. */
const isOwn = ({ qty }: Json): boolean => Math.abs(Number(qty)) <= 1;

function describe(orders: readonly Json[], positions: readonly Json[]): string {
  return [
    ...orders.map(({ id, symbol, status }) => `order ${id} in ${symbol} is ${status}`),
    ...positions.map(({ qty, symbol }) => `a position of ${qty} ${symbol} is open`),
  ].join('; ');
}
