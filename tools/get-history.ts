import { z } from 'zod';
import { historyAnswer } from './history/answer.ts';
import { askHistory } from './history/ask.ts';
import { OUTCOMES } from './history/filters.ts';
import { KINDS } from './history/kinds.ts';
import { VIEWS } from './history/question.ts';
import { detailArgument, isId, limitArgument, symbolArgument } from './shared/arguments.ts';
import { defineTool } from './tool.ts';

/** Bounds that every host would have to be told of at each start are held here alone. */
const text = z
  .string()
  .refine((said) => said.length <= 100, 'must not be longer than 100 characters');
const id = z.string().refine(isId, 'must be an id: letters, digits, and no spaces');
const hours = z
  .number()
  .refine((count) => count > 0 && count <= 100_000, 'must be from 0 to 100000');

export const getHistory = defineTool({
  name: 'get_history',
  title: 'History',
  description:
    'What happened, newest first; why (what led to orders), why_not (refused, overruled), totals ' +
    '(P/L, R, slippage, naked time).',
  effect: 'reads',
  input: z.strictObject({
    view: z.enum(VIEWS).optional().describe('Default events'),
    symbol: symbolArgument.optional().describe('e.g. AAPL'),
    hours: hours.optional().describe('The last so many'),
    day: text.optional().describe('New York: 2026-10-06, 2026-10, a..b, today, tuesday, this_week'),
    since: text.optional().describe('ISO-8601, day or span (7d)'),
    until: text.optional().describe('As since'),
    kind: z.enum(KINDS).optional().describe('Of event'),
    policy: id.optional().describe('Who wanted it'),
    outcome: z.enum(OUTCOMES).optional().describe('How it ended'),
    plan_id: id.optional().describe('One plan'),
    order_id: id.optional().describe('One order'),
    environment: z.enum(['simulated', 'paper', 'live']).optional().describe('Whose journal'),
    detail: detailArgument.optional().describe('full: records'),
    cursor: id.optional().describe('next_cursor'),
    limit: limitArgument(100).optional().describe('Per page'),
  }),
  output: historyAnswer,

  async run(args, { bigBrother, now }) {
    const source = { query: bigBrother.history.bind(bigBrother) };
    const { environment } = bigBrother.status();
    return askHistory(args, { source, environment, now });
  },
});
