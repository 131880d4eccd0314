import { z } from 'zod';

/** Why the exchange said no to an order, a change or a cancel. */
export type Refusal =
  /** Other orders hold the shares: `insufficient qty available`. */
  | 'shares_held'
  /** More than is held: somebody else has sold it already. */
  | 'not_enough_shares'
  | 'wash_trade'
  /** A long buy while a short sale is open, or the other way round. */
  | 'opposite_order'
  | 'position_gone'
  | 'id_taken'
  | 'buying_power'
  | 'stop_through_market'
  /** A change or a cancel of an order that has ended or is just being changed. */
  | 'order_state'
  | 'other';

/** What only happens where several act on the same shares without knowing of each other. */
export const CONFLICTS: ReadonlySet<Refusal> = new Set<Refusal>([
  ...(['shares_held', 'not_enough_shares', 'wash_trade', 'opposite_order'] as const),
  ...(['position_gone', 'id_taken'] as const),
]);

const body = z
  .object({ code: z.number(), message: z.string(), held_for_orders: z.string() })
  .partial()
  .loose();

/** By Alpaca's code and the fields that come with it. */
export function refusalOf(method: string, path: string, text: string): Refusal {
  const parsed = body.safeParse(jsonIn(text));
  if (!parsed.success) return 'other';
  const { code, message = '', held_for_orders: held } = parsed.data;
  if ('existing_order_id' in parsed.data) return 'wash_trade';
  if (held !== undefined) return Number(held) > 0 ? 'shares_held' : 'not_enough_shares';
  if ('buying_power' in parsed.data) return 'buying_power';
  if ('market_price' in parsed.data) return 'stop_through_market';
  if (/client_order_id/.test(message)) return 'id_taken';
  if (/^cannot open a /.test(message)) return 'opposite_order';
  if (code === 40410000 && path.startsWith('/v2/positions')) return 'position_gone';
  if (method === 'PATCH' || method === 'DELETE') return 'order_state';
  return 'other';
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
