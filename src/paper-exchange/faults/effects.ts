import { z } from 'zod';
import { commandSchema } from '../protocol/command.ts';
import { durationSchema, jsonSchema } from '../protocol/json.ts';

const percent = z.number().positive();

/** What goes wrong with one request. `applied`: the exchange has done it all the same. */
const requestEffects = [
  /** The request arrives late, or the reply does. */
  z.strictObject({
    kind: z.literal('delay'),
    ms: durationSchema,
    of: z.enum(['request', 'reply']).default('reply'),
  }),
  /** The line closes and the request is lost. */
  z.strictObject({ kind: z.literal('drop_before') }),
  /** The line closes after the exchange has done what was asked. */
  z.strictObject({ kind: z.literal('apply_then_drop_reply') }),
  /** The line is reset. */
  z.strictObject({ kind: z.literal('reset'), applied: z.boolean().default(true) }),
  /** No reply ever, and the line stays open. */
  z.strictObject({ kind: z.literal('hang'), applied: z.boolean().default(false) }),
  /** The reply breaks off after this part of its body. */
  z.strictObject({ kind: z.literal('truncate'), percent: z.number().min(0).lt(100).default(50) }),
  /** Done, and answered with 200 and nothing. */
  z.strictObject({ kind: z.literal('empty_200') }),
  /** Another answer: JSON, or a page of a proxy. */
  z.strictObject({
    kind: z.literal('answer'),
    status: z.number().int().min(200).max(599),
    applied: z.boolean().default(false),
    body: jsonSchema.optional(),
    html: z.string().optional(),
    headers: z.record(z.string(), z.string()).default({}),
  }),
  /** Sends the client, with its keys if it lets itself, somewhere else. */
  z.strictObject({ kind: z.literal('redirect'), location: z.string() }),
  /** Sets fields of the answer, or of each object in it, and takes others away. */
  z.strictObject({
    kind: z.literal('fields'),
    set: z.record(z.string(), jsonSchema).default({}),
    remove: z.array(z.string()).default([]),
  }),
  /** Only the first so many of a list. */
  z.strictObject({ kind: z.literal('shorten'), count: z.number().int().nonnegative() }),
  /** Positions as they were so long ago. */
  z.strictObject({ kind: z.literal('positions_lag'), ms: z.number().positive() }),
] as const;

/** What is shown of the market, in answers and on the data stream; nothing of it happens. */
const displayEffects = [
  z.strictObject({
    kind: z.literal('prices'),
    change: z.discriminatedUnion('to', [
      /** As they were when the rule first saw them, with their old times; streams fall silent. */
      z.strictObject({ to: z.literal('frozen') }),
      z.strictObject({ to: z.literal('missing') }),
      z.strictObject({ to: z.literal('null') }),
      z.strictObject({ to: z.literal('scaled'), factor: z.number().positive() }),
      /** The bid a tenth of a percent above the ask. */
      z.strictObject({ to: z.literal('crossed') }),
      z.strictObject({ to: z.literal('zero_bid') }),
      z.strictObject({ to: z.literal('wide'), percent }),
    ]),
  }),
  z.strictObject({
    kind: z.literal('bars'),
    change: z.discriminatedUnion('to', [
      z.strictObject({ to: z.literal('missing') }),
      z.strictObject({ to: z.literal('reversed') }),
      /** Prices times and volumes through the factor, as before a split. */
      z.strictObject({ to: z.literal('scaled'), factor: z.number().positive() }),
    ]),
  }),
] as const;

/** What goes wrong with one message of a stream, or with its line. */
const streamEffects = [
  z.strictObject({ kind: z.literal('drop_line') }),
  z.strictObject({ kind: z.literal('lose') }),
  z.strictObject({ kind: z.literal('repeat'), times: z.number().int().positive().max(100) }),
  z.strictObject({ kind: z.literal('postpone'), ms: durationSchema }),
  /** The message comes after the next so many of its line. */
  z.strictObject({ kind: z.literal('overtake'), by: z.number().int().positive().max(1_000) }),
  /** A frame that no codec reads comes before the message. */
  z.strictObject({ kind: z.literal('garbage') }),
] as const;

/** What goes wrong when a client opens a stream or authenticates on it. */
const connectEffects = [
  z.strictObject({ kind: z.literal('unauthorized') }),
  z.strictObject({ kind: z.literal('refuse_connection') }),
  /** An error of the data stream with this code. */
  z.strictObject({ kind: z.literal('stream_error'), code: z.number().int().min(400).max(599) }),
] as const;

const pingEffects = [z.strictObject({ kind: z.literal('no_pong') })] as const;

/** What goes wrong inside the broker. It really happens. */
const brokerEffects = [
  /** The accepted order is rejected instead of becoming new. */
  z.strictObject({ kind: z.literal('reject') }),
  z.strictObject({ kind: z.literal('refuse_cancel') }),
  /** The cancel stays pending so long; null for ever. */
  z.strictObject({ kind: z.literal('stick_cancel'), ms: z.number().nonnegative().nullable() }),
  z.strictObject({ kind: z.literal('fill_during_cancel'), percent: percent.max(100).default(100) }),
  z.strictObject({ kind: z.literal('fill_before_replace') }),
  z.strictObject({ kind: z.literal('partial_fill'), percent: percent.lt(100) }),
  z.strictObject({ kind: z.literal('overfill'), percent: percent.gt(100).max(1_000) }),
  z.strictObject({ kind: z.literal('fill_both_exits') }),
] as const;

/** Something that the operator does when something happens. */
const eventEffects = [z.strictObject({ kind: z.literal('do'), command: commandSchema })] as const;

export const effectSchema = z.discriminatedUnion('kind', [
  ...requestEffects,
  ...displayEffects,
  ...streamEffects,
  ...connectEffects,
  ...pingEffects,
  ...brokerEffects,
  ...eventEffects,
]);

export type RequestEffect = z.output<(typeof requestEffects)[number]>;
export type DisplayEffect = z.output<(typeof displayEffects)[number]>;
export type StreamEffect = z.output<(typeof streamEffects)[number]>;
export type ConnectEffect = z.output<(typeof connectEffects)[number]>;
type PingEffect = z.output<(typeof pingEffects)[number]>;
export type BrokerEffect = z.output<(typeof brokerEffects)[number]>;
type EventEffect = z.output<(typeof eventEffects)[number]>;
export type Effect = z.output<typeof effectSchema>;

/** A place where the exchange asks whether something goes wrong. */
export type Point<Met extends Effect> = {
  readonly name: string;
  readonly holds: (effect: Effect) => effect is Met;
};

type Schema = { readonly shape: { readonly kind: { readonly value: string } } };

function point<Met extends Effect>(name: string, schemas: readonly Schema[]): Point<Met> {
  const kinds = new Set(schemas.map((schema) => schema.shape.kind.value));
  return { name, holds: (effect): effect is Met => kinds.has(effect.kind) };
}

export const points = {
  request: point<RequestEffect | DisplayEffect>('request', [...requestEffects, ...displayEffects]),
  stream: point<StreamEffect | DisplayEffect>('stream', [...streamEffects, ...displayEffects]),
  connect: point<ConnectEffect>('connect', connectEffects),
  ping: point<PingEffect>('ping', pingEffects),
  broker: point<BrokerEffect>('broker', brokerEffects),
  event: point<EventEffect>('event', eventEffects),
} as const;
