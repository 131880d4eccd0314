import { z } from 'zod';
import { instantSchema } from '../protocol/json.ts';
import { effectSchema } from './effects.ts';

const count = z.number().int().positive();

/** Which requests, messages, orders or events are meant: all of these must hold. */
const whereSchema = z.strictObject({
  method: z.enum(['GET', 'POST', 'PATCH', 'DELETE']).optional(),
  /** A path; `*` stands for one segment, `**` at the end for any number. */
  route: z.string().startsWith('/').optional(),
  symbol: z.string().optional(),
  /** Account id or account number. */
  account: z.string().optional(),
  /** How the client order id begins. */
  clientOrderId: z.string().optional(),
  orderType: z.enum(['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']).optional(),
  side: z.enum(['buy', 'sell']).optional(),
  stream: z.enum(['trading', 'data']).optional(),
  /**
   * An event of the trading stream (`fill`), a message of the data stream (`quote`, `trade`,
   * `bar`, `updated_bar`, `daily_bar`, `status`, `luld`, `correction`, `cancel_error`,
   * `orderbook`), or what the broker decides: `new`, `cancel`, `replace`, `fill`.
   */
  event: z.string().optional(),
});

/** Which of the matches, counted from the rule's beginning. Left out: each. */
const whenSchema = z.strictObject({
  /** The first is 1. */
  nth: z.union([count, z.array(count)]).optional(),
  every: count.optional(),
  probability: z.number().min(0).max(1).optional(),
  from: instantSchema.optional(),
  until: instantSchema.optional(),
  /** At most so often. */
  times: count.optional(),
});

export const ruleSchema = z.strictObject({
  /** Named in the counters; made up when left out. */
  id: z.string().min(1).optional(),
  where: whereSchema.default({}),
  when: whenSchema.default({}),
  what: effectSchema,
});

export type Where = z.output<typeof whereSchema>;
export type When = z.output<typeof whenSchema>;
export type FaultRule = z.output<typeof ruleSchema>;
/** A rule as it is written down, with what may be left out left out. */
export type FaultRuleInput = z.input<typeof ruleSchema>;

/** What is known of the thing that a rule may be about; what is unknown matches no condition. */
export type Facts = {
  readonly method?: string;
  readonly path?: string;
  readonly symbols?: readonly string[];
  /** Names of the account: its id and its number. */
  readonly account?: readonly string[];
  readonly clientOrderId?: string;
  readonly orderType?: string;
  readonly side?: string;
  readonly stream?: 'trading' | 'data';
  readonly event?: string;
};

export function matches(where: Where, facts: Facts): boolean {
  return (
    is(where.method, facts.method) &&
    is(where.orderType, facts.orderType) &&
    is(where.side, facts.side) &&
    is(where.stream, facts.stream) &&
    is(where.event, facts.event) &&
    isOneOf(where.symbol, facts.symbols) &&
    isOneOf(where.account, facts.account) &&
    (where.clientOrderId === undefined ||
      facts.clientOrderId?.startsWith(where.clientOrderId) === true) &&
    (where.route === undefined || (facts.path !== undefined && fits(where.route, facts.path)))
  );
}

function is(wanted: string | undefined, known: string | undefined): boolean {
  return wanted === undefined || wanted === known;
}

function isOneOf(wanted: string | undefined, known: readonly string[] | undefined): boolean {
  return wanted === undefined || known?.includes(wanted) === true;
}

function fits(route: string, path: string): boolean {
  const pattern = route.split('/');
  const segments = path.split('/');
  const isOpen = pattern.at(-1) === '**';
  if (isOpen) pattern.pop();
  if (isOpen ? segments.length < pattern.length : segments.length !== pattern.length) return false;
  return pattern.every((wanted, place) => wanted === '*' || wanted === segments[place]);
}
