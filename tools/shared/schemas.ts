import { z } from 'zod';

/** A decimal in a string: money, prices and share counts never travel as floats. */
const digits = z.string();
const digitsOrNull = z.string().nullable();

const orderSchema = z.object({
  order_id: z.string(),
  side: z.string(),
  type: z.string(),
  order_class: z.string(),
  remaining: digitsOrNull,
  stop: digitsOrNull,
  limit: digitsOrNull,
  time_in_force: z.string(),
  status: z.string(),
  owner: z.string(),
});

export const ordersSchema = z.array(orderSchema);

export const positionSchema = z.object({
  symbol: z.string(),
  side: z.string(),
  quantity: digits,
  available_quantity: digits,
  entry: digits,
  last: digits,
  bid: digitsOrNull,
  ask: digitsOrNull,
  quote_age_seconds: z.number().nullable(),
  halted: z.boolean(),
  average_true_range: digitsOrNull,
  unrealized_pl: digits,
  r: digitsOrNull,
  risk_per_share: digitsOrNull,
  stop: digitsOrNull,
  cover: z.object({
    state: z.string(),
    covered_quantity: digits,
    naked_quantity: digits,
    naked_seconds: z.number().nullable(),
    naked_share_seconds: digits,
    naked_dollar_seconds: digits,
  }),
  episode: z.object({
    id: z.string(),
    opened_at: z.string(),
    initial_stop: digitsOrNull,
    best_price: digits,
    done: z.array(z.string()),
  }),
  orders: ordersSchema,
});

export const partSchema = z.object({
  symbol: z.string(),
  recipe: z.string(),
  because: z.array(z.string()),
  steps: z.array(z.string()),
  orders_before: z.array(z.string()),
  orders_after: z.array(z.string()),
  worst_loss: z.object({ at_stop: digitsOrNull, with_gap: digits, gap_percent: digits }),
  naked: z.object({
    seconds: z.number(),
    share_seconds: digits,
    dollar_seconds: digits,
    because: z.string(),
  }),
});

export const denialSchema = z.object({
  guardrail: z.string(),
  symbol: z.string(),
  code: z.string().nullable(),
  measured: z.string(),
  limit: z.string(),
  because: z.string(),
  would_pass: z.string().nullable(),
});
