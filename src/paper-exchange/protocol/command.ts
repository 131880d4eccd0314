import { z } from 'zod';
import { digitsSchema, instantSchema, jsonSchema } from './json.ts';

const symbol = z.string().min(1);
/** Account id or account number; the first account when left out. */
const account = z.string().min(1).optional();
const shares = z.number().int().nonnegative();
const bar = {
  symbol,
  at: instantSchema,
  durationMs: z.number().int().positive().default(60_000),
  open: digitsSchema,
  high: digitsSchema,
  low: digitsSchema,
  close: digitsSchema,
  volume: shares.default(0),
  tradeCount: shares.default(0),
};

/** The kinds of `CorporateActionTerms`; the symbol is the command's. */
const termsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cash_dividend'), rate: digitsSchema, special: z.boolean() }),
  z.strictObject({ kind: z.literal('name_change'), newSymbol: symbol }),
  z.strictObject({
    kind: z.literal('cash_merger'),
    acquirerSymbol: symbol.nullable(),
    rate: digitsSchema,
  }),
  z.strictObject({ kind: z.literal('worthless_removal') }),
]);

/** The kinds of `VenueAction`, but for restating. */
const venueSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('set_aside'),
    status: z.enum([
      ...(['done_for_day', 'stopped', 'suspended', 'calculated', 'accepted_for_bidding'] as const),
    ]),
  }),
  z.strictObject({
    kind: z.enum(['put_back', 'reject', 'cancel', 'expire', 'refuse_cancel', 'refuse_replace']),
  }),
]);

/**
 * What an operator does to the exchange: to its market, to an account, or as somebody else with
 * access to the same account. Each really happens; nothing is merely shown.
 */
export const commandSchema = z.discriminatedUnion('do', [
  // ---- The market
  z.strictObject({
    do: z.literal('quote'),
    symbol,
    bid: digitsSchema,
    ask: digitsSchema,
    bidSize: shares.default(100),
    askSize: shares.default(100),
  }),
  z.strictObject({
    do: z.literal('trade'),
    symbol,
    price: digitsSchema,
    size: shares.default(100),
  }),
  z.strictObject({ do: z.literal('bar'), ...bar }),
  /** A minute bar that late prints have changed. */
  z.strictObject({ do: z.literal('revise_bar'), ...bar }),
  z.strictObject({ do: z.literal('halt'), symbol, reason: z.string().optional() }),
  z.strictObject({ do: z.literal('resume'), symbol, reason: z.string().optional() }),
  /** A volatility pause, which ends by itself. */
  z.strictObject({ do: z.literal('pause'), symbol, forMs: z.number().positive().default(300_000) }),
  z.strictObject({
    do: z.literal('luld'),
    symbol,
    limitUp: digitsSchema,
    limitDown: digitsSchema,
  }),
  /** Tells the last print again: with another price, or as one that never was. */
  z.strictObject({ do: z.literal('correct_trade'), symbol, price: digitsSchema }),
  z.strictObject({
    do: z.literal('cancel_trade'),
    symbol,
    action: z.enum(['cancel', 'error']).default('error'),
  }),
  /** Moves what the market source says from now on, in one symbol or in all. */
  z.strictObject({
    do: z.literal('shift_prices'),
    symbol: symbol.optional(),
    percent: z.number().gt(-100),
    overMs: z.number().nonnegative().default(0),
  }),
  z.strictObject({
    do: z.literal('split'),
    symbol,
    newShares: z.number().int().positive(),
    oldShares: z.number().int().positive(),
  }),
  /** Made known now; it takes effect in the morning of its ex-date, which is today if left out. */
  z.strictObject({
    do: z.literal('corporate_action'),
    symbol,
    terms: termsSchema,
    exDate: z.iso.date().optional(),
    recordDate: z.iso.date().optional(),
    payableDate: z.iso.date().optional(),
  }),
  z.strictObject({ do: z.literal('delist'), symbol }),
  z.strictObject({
    do: z.literal('asset'),
    symbol,
    tradable: z.boolean().optional(),
    marginable: z.boolean().optional(),
    shortable: z.boolean().optional(),
    easyToBorrow: z.boolean().optional(),
    fractionable: z.boolean().optional(),
    overnightTradable: z.boolean().optional(),
    overnightHalted: z.boolean().optional(),
  }),
  // ---- An account
  z.strictObject({
    do: z.literal('account'),
    account,
    cash: digitsSchema.optional(),
    positions: z
      .array(z.strictObject({ symbol, qty: digitsSchema, averageEntryPrice: digitsSchema }))
      .optional(),
  }),
  /** What the broker forbids, until it is allowed again. */
  z.strictObject({
    do: z.literal('block'),
    account,
    accountBlocked: z.boolean().optional(),
    tradingBlocked: z.boolean().optional(),
    transfersBlocked: z.boolean().optional(),
  }),
  /** Lets an account trade freely again whose position was over 600 % of its equity. */
  z.strictObject({ do: z.literal('lift_closing_only'), account }),
  /** The fields of PATCH /v2/account/configurations. */
  z.strictObject({ do: z.literal('configure'), account, fields: jsonSchema }),
  // ---- Somebody else's hand
  /** The body of POST /v2/orders. */
  z.strictObject({ do: z.literal('order'), account, body: jsonSchema }),
  z.strictObject({ do: z.literal('cancel'), account, orderId: z.string() }),
  /** The body of PATCH /v2/orders/{id}. */
  z.strictObject({ do: z.literal('replace'), account, orderId: z.string(), body: jsonSchema }),
  /** Replaces an order's resting price by one a cent away; without an id, each open order's. */
  z.strictObject({ do: z.literal('nudge'), account, orderId: z.string().optional(), symbol }),
  /** Closes a position although open orders hold the shares; these orders stay. */
  z.strictObject({ do: z.literal('close_by_hand'), account, symbol }),
  /** Executes so many shares of an open order at this price, whatever the market. */
  z.strictObject({
    do: z.literal('execute'),
    account,
    orderId: z.string(),
    qty: digitsSchema,
    price: digitsSchema,
  }),
  // ---- The venue
  /** Something rare that nobody asked for. */
  z.strictObject({ do: z.literal('venue'), account, orderId: z.string(), action: venueSchema }),
  z.strictObject({ do: z.literal('bust_fill'), account, executionId: z.string() }),
  z.strictObject({
    do: z.literal('correct_fill'),
    account,
    executionId: z.string(),
    price: digitsSchema.optional(),
    qty: digitsSchema.optional(),
  }),
  // ---- The lines
  z.strictObject({ do: z.literal('drop_streams') }),
]);

export type Command = z.output<typeof commandSchema>;
/** A command as it is written down, with what may be left out left out. */
export type CommandInput = z.input<typeof commandSchema>;
