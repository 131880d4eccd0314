import { z } from 'zod';
import type { EventType, JournalRecord } from '../src/domain/event.ts';
import { isoTime } from '../src/domain/time.ts';
import { detailArgument, limitArgument, parseTime, symbolArgument } from './shared/arguments.ts';
import { sentenceOf } from './shared/history-words.ts';
import { pageOf } from './shared/page.ts';
import { answered, defineTool, refused } from './tool.ts';

const USUAL_RECORDS = 20;
/** A longer body is left to the command line: hosts cut what is longer than this. */
const LONGEST_BODY = 12_000;

const typesOf = {
  decisions: ['decision_made'],
  plans: [
    'plan_proposed',
    'plan_not_made',
    'plan_refused',
    'plan_spent',
    'plan_reviewed',
    'plan_finished',
  ],
  orders: ['step_intended', 'step_answered', 'step_observed', 'order_update_received'],
  fills: ['fill_received'],
  protection: ['episode_opened', 'episode_changed', 'episode_closed', 'naked_time_measured'],
  alerts: [
    'alert_raised',
    'alert_cleared',
    'trading_state_changed',
    'halt_latched',
    'halt_verified',
    'halt_lifted',
    'orders_adopted',
    'cycle_failed',
  ],
  system: ['started', 'stopped', 'settings_loaded', 'stream_changed', 'snapshot_taken'],
  calls: ['tool_called'],
} as const satisfies Readonly<Record<string, readonly EventType[]>>;

type Kind = keyof typeof typesOf;
const kinds = Object.keys(typesOf) as [Kind, ...Kind[]];

/** What a plan over several symbols does in one of them: only who asks for a symbol needs it. */
const partTypes: readonly EventType[] = [
  'part_proposed',
  'part_refused',
  'part_reviewed',
  'part_finished',
];

/** What is told by other lines or repeats in every cycle only shows when it is asked for. */
const withoutAsking: readonly EventType[] = [
  ...typesOf.plans,
  'step_intended',
  'step_answered',
  'step_observed',
  ...typesOf.fills,
  ...typesOf.alerts,
  ...typesOf.decisions,
  'episode_opened',
  'episode_closed',
  'started',
  'stopped',
];

export const getHistory = defineTool({
  name: 'get_history',
  title: 'History',
  description:
    'What happened and why, newest first, from the journal: decisions, plans, orders, fills, ' +
    'alerts. Each line has ids to filter by; full adds the whole record.',
  effect: 'reads',
  input: z.strictObject({
    symbol: symbolArgument.optional().describe('Only this one, e.g. AAPL'),
    since: z.string().max(40).optional().describe('ISO-8601 time, or a span such as 24h or 7d'),
    until: z.string().max(40).optional().describe('As since'),
    kind: z
      .enum(kinds)
      .optional()
      .describe('Only these; without it all but raw order updates, system records and calls'),
    plan_id: z.string().max(100).optional().describe('Only this plan'),
    order_id: z.string().max(100).optional().describe('Only this order'),
    detail: detailArgument.optional().describe('summary: a line each; full: whole records'),
    cursor: z.string().max(40).optional().describe('next_cursor of the page before'),
    limit: limitArgument(100).optional().describe('Records per page'),
  }),
  output: z.object({
    records: z.array(
      z.object({
        at: z.string(),
        seq: z.number(),
        type: z.string(),
        symbol: z.string().optional(),
        text: z.string(),
        plan_id: z.string().optional(),
        order_id: z.string().optional(),
        actor: z.string().optional(),
        hash: z.string().optional(),
        body: z.unknown().optional(),
        body_left_out: z.string().optional(),
      }),
    ),
    next_cursor: z.string().nullable(),
  }),

  run(args, { bigBrother, now }) {
    const sinceAt = args.since === undefined ? undefined : parseTime(args.since, now);
    const untilAt = args.until === undefined ? undefined : parseTime(args.until, now);
    if (sinceAt === null || untilAt === null) {
      const name = sinceAt === null ? 'since' : 'until';
      return refused(
        'invalid_arguments',
        `${name} must be an ISO-8601 time with its zone, a date, or a span such as 24h or 7d.`,
      );
    }
    const beforeSeq = args.cursor === undefined ? undefined : parseCursor(args.cursor);
    if (beforeSeq === null) {
      return refused('cursor_invalid', 'This cursor is not one that get_history gave.');
    }

    const detail = args.detail ?? 'summary';
    const limit = args.limit ?? USUAL_RECORDS;
    const found = bigBrother.history({
      symbol: args.symbol,
      types: typesFor(args),
      planId: args.plan_id,
      orderId: args.order_id,
      sinceAt,
      untilAt,
      beforeSeq,
      limit,
    });
    const records = pageOf(
      found.records,
      { limit: args.limit, usual: USUAL_RECORDS, frame: null },
      detail === 'summary' ? line : lineWithBody,
    );
    const last = records.at(-1);
    const nextSeq = records.length < found.records.length ? last?.seq : found.nextBeforeSeq;
    return answered({ records, next_cursor: nextSeq == null ? null : `before.${nextSeq}` });
  },
});

/** Undefined for all of them: who names a plan or an order wants to see everything. */
function typesFor(args: {
  readonly kind?: Kind | undefined;
  readonly symbol?: string | undefined;
  readonly plan_id?: string | undefined;
  readonly order_id?: string | undefined;
}): readonly EventType[] | undefined {
  const { kind } = args;
  if (kind === undefined && (args.plan_id ?? args.order_id) !== undefined) return undefined;
  const types = kind === undefined ? withoutAsking : typesOf[kind];
  const hasPlans = kind === undefined || kind === 'plans';
  return hasPlans && args.symbol !== undefined ? [...types, ...partTypes] : types;
}

const line = (record: JournalRecord) => ({
  at: isoTime(record.at),
  seq: record.seq,
  type: record.type,
  ...(record.symbol === null ? {} : { symbol: record.symbol }),
  text: sentenceOf(record),
  ...(record.planId === null ? {} : { plan_id: record.planId }),
  ...(record.orderId === null ? {} : { order_id: record.orderId }),
});

function lineWithBody(record: JournalRecord) {
  const letters = JSON.stringify(record.body).length;
  return {
    ...line(record),
    actor: record.actor,
    hash: record.hash,
    ...(letters <= LONGEST_BODY
      ? { body: record.body }
      : { body_left_out: `${letters} characters; "bigbrother history --json" prints it` }),
  };
}

function parseCursor(cursor: string): number | null {
  const seq = /^before\.(\d{1,15})$/.exec(cursor)?.[1];
  return seq === undefined ? null : Number(seq);
}
