import { z } from 'zod';

/**
 * What Alpaca's answers must hold for us to act on them: only the fields we use. A decimal is
 * text on this wire; a number there would already have lost digits.
 */
const decimalText = z.string().regex(/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/, 'is not a decimal number');
const instant = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'is not a time');

export const wireAccount = z.object({
  account_number: z.string(),
  equity: decimalText,
  last_equity: decimalText,
  cash: decimalText,
  buying_power: decimalText,
  status: z.string(),
  account_blocked: z.boolean(),
  trading_blocked: z.boolean(),
  trade_suspended_by_user: z.boolean(),
  shorting_enabled: z.boolean(),
  // Whatever margin rule there is now, it shows in these; not every account has them.
  multiplier: decimalText.nullish(),
  maintenance_margin: decimalText.nullish(),
  transfers_blocked: z.boolean().nullish(),
  user_configurations: z.object({ no_shorting: z.boolean().optional() }).nullish(),
});
export type WireAccount = z.infer<typeof wireAccount>;

export const wirePosition = z.object({
  symbol: z.string(),
  asset_class: z.string(),
  side: z.enum(['long', 'short']),
  qty: decimalText,
  qty_available: decimalText,
  avg_entry_price: decimalText,
  current_price: decimalText.nullable(),
  lastday_price: decimalText.nullable(),
});
export type WirePosition = z.infer<typeof wirePosition>;

const orderFields = {
  id: z.string(),
  client_order_id: z.string(),
  symbol: z.string(),
  asset_class: z.string(),
  side: z.string(),
  type: z.string(),
  order_class: z.string(),
  time_in_force: z.string(),
  // Absent on orders from before Alpaca had it.
  position_intent: z.string().nullish(),
  qty: decimalText.nullable(),
  filled_qty: decimalText,
  filled_avg_price: decimalText.nullable(),
  limit_price: decimalText.nullable(),
  stop_price: decimalText.nullable(),
  status: z.string(),
  extended_hours: z.boolean(),
  created_at: instant,
  updated_at: instant,
  submitted_at: instant,
  expires_at: instant.nullish(),
  replaces: z.string().nullable(),
  replaced_by: z.string().nullable(),
};
export const ORDER_FIELDS = Object.keys(orderFields) as readonly (keyof typeof orderFields)[];
export const wireLeg = z.object(orderFields);
export const wireOrder = z.object({ ...orderFields, legs: z.array(wireLeg).nullish() });
export type WireLeg = z.infer<typeof wireLeg>;
export type WireOrder = z.infer<typeof wireOrder>;

export const wireConfiguration = z.object({
  no_shorting: z.boolean(),
  max_margin_multiplier: z.union([decimalText, z.number().transform(String)]),
  suspend_trade: z.boolean(),
  fractional_trading: z.boolean(),
});
export type WireConfiguration = z.infer<typeof wireConfiguration>;

export const wireAsset = z.object({
  class: z.string(),
  status: z.string(),
  tradable: z.boolean(),
});
export type WireAsset = z.infer<typeof wireAsset>;

/** Money that came or went. The day is always told, the instant not always. */
const wirePayment = z.object({
  id: z.string(),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}/, 'is not a date'),
  created_at: instant.nullish(),
  net_amount: decimalText,
});
export type WirePayment = z.infer<typeof wirePayment>;

const wireTradingDay = z.object({
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'is not a date'),
  open: z.string().regex(/^\d{2}:\d{2}$/, 'is not a time of day'),
  close: z.string().regex(/^\d{2}:\d{2}$/, 'is not a time of day'),
});
export type WireTradingDay = z.infer<typeof wireTradingDay>;

export const wireClock = z.object({ timestamp: instant, is_open: z.boolean() });

/** What a trade update tells besides its order; set on fills. */
export const wireFill = z.object({
  execution_id: z.string(),
  price: decimalText,
  qty: decimalText,
});
export type WireFill = z.infer<typeof wireFill>;

/** A FILL of the account's activities; its id is a time and the execution's id. */
const wireFillActivity = z.object({
  id: z.string(),
  order_id: z.string(),
  symbol: z.string(),
  side: z.string(),
  qty: decimalText,
  cum_qty: decimalText,
  price: decimalText,
  transaction_time: instant,
});
export type WireFillActivity = z.infer<typeof wireFillActivity>;

// Market data is plain JSON numbers; they become decimals in the mapping.
const wireBar = z.object({
  t: instant,
  o: z.number(),
  h: z.number(),
  l: z.number(),
  c: z.number(),
  v: z.number().optional(),
});
export type WireBar = z.infer<typeof wireBar>;
export const wireBars = z.object({
  bars: z.record(z.string(), z.array(wireBar)).nullable(),
  next_page_token: z.string().nullable(),
});
export const wireLatestQuotes = z.object({
  quotes: z.record(z.string(), z.object({ t: instant, bp: z.number(), ap: z.number() })),
});
export const wireLatestTrades = z.object({
  trades: z.record(z.string(), z.object({ t: instant, p: z.number() })),
});

export const positionsAnswer = z.array(wirePosition);
export const fillActivitiesAnswer = z.array(wireFillActivity);
export const paymentsAnswer = z.array(wirePayment);
export const ordersAnswer = z.array(wireOrder);
export const calendarAnswer = z.array(wireTradingDay);

/** An answer that lacks what we need; the message names the field. */
export class WireError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'WireError';
  }
}

/** @throws WireError when `body` is no JSON or a field is missing or malformed */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: string): z.infer<Schema> {
  return parseWire(schema, jsonOf(body));
}

export function parseWire<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.map(String).join('.') || 'the answer';
  const because = issue?.message.replace(/^Invalid input: expected (.+), received (.+)$/, told);
  throw new WireError(`${field} ${because ?? 'is not what it should be'}`, result.error);
}

const told = (_message: string, expected: string, received: string): string =>
  received === 'undefined' ? 'is missing' : `is of type ${received}, not ${expected}`;

/** @throws WireError when it is none */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    const what =
      body === '' ? 'an empty body' : `a body that is no JSON (${body.length} characters)`;
    throw new WireError(`${what} came where JSON was expected`, error);
  }
}
