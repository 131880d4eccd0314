import { z } from 'zod';
import { isTicker, type Ticker } from '../src/domain/ids.ts';
import { isTerminal } from '../src/domain/order.ts';
import type { PortfolioSnapshot } from '../src/domain/portfolio.ts';
import type { EpochMs } from '../src/domain/time.ts';
import { detailArgument, limitArgument, symbolArgument } from './shared/arguments.ts';
import { portfolioHeader, portfolioHeaderSchema } from './shared/portfolio-header.ts';
import {
  attentionRank,
  type CoverState,
  coverStateOf,
  fullFacts,
  type Held,
  orderFacts,
  summaryColumns,
  summaryRow,
} from './shared/position-facts.ts';
import { ordersSchema, positionSchema } from './shared/schemas.ts';
import { answered, type BigBrotherFace, defineTool, refused } from './tool.ts';

/** Positions per page, so that a page stays under 2,000 tokens. */
const PAGE = { summary: 50, full: 5 } as const;

export const getPortfolioContext = defineTool({
  name: 'get_portfolio_context',
  title: 'Portfolio context',
  description:
    'Start here: account, positions (profit, R, stop, cover), exposure and alerts as held now. ' +
    'Positions without full cover come first. Makes no broker call; data_age_seconds tells the age.',
  effect: 'reads',
  input: z.strictObject({
    symbol: symbolArgument.optional().describe('Only this one, e.g. AAPL'),
    detail: detailArgument
      .optional()
      .describe('summary: a row per position; full: all facts and orders (default with symbol)'),
    cursor: z.string().max(40).optional().describe('next_cursor of the page before'),
    limit: limitArgument(100).optional().describe('Positions per page'),
  }),
  output: portfolioHeaderSchema.extend({
    columns: z.array(z.string()).optional(),
    rows: z.array(z.array(z.string().nullable())).optional(),
    positions: z.array(positionSchema).optional(),
    orders: ordersSchema.optional(),
    left_out: z.number(),
    next_cursor: z.string().nullable(),
  }),

  run(args, { bigBrother, now }) {
    const snapshot = bigBrother.snapshot();
    if (snapshot === null) return refused('not_ready', 'The account has not been read yet.');

    const after = args.cursor === undefined ? null : parseCursor(args.cursor);
    if (args.cursor !== undefined && after === null) {
      return refused('cursor_invalid', 'This cursor is not one that get_portfolio_context gave.');
    }
    const held = byAttention(snapshot, bigBrother);
    const asked = held.filter(({ symbol }) => args.symbol === undefined || symbol === args.symbol);
    const orders = args.symbol === undefined ? [] : liveOrders(snapshot, args.symbol);
    if (args.symbol !== undefined && asked.length === 0 && orders.length === 0) {
      return refused('no_position', `There is no position and no working order in ${args.symbol}.`);
    }

    const detail = args.detail ?? (args.symbol === undefined ? 'summary' : 'full');
    const rest = after === null ? asked : asked.filter((one) => compare(one, after) > 0);
    const page = rest.slice(0, args.limit ?? PAGE[detail]);
    const last = page.at(-1);
    const leftOut = rest.length - page.length;
    return answered({
      ...portfolioHeader(snapshot, held, bigBrother, now),
      ...(detail === 'summary' ? rowsOf(page, bigBrother, now) : factsOf(page, bigBrother, now)),
      // Orders of a symbol without a position are shown with no position.
      ...(asked.length === 0 && orders.length > 0 ? { orders: orders.map(orderFacts) } : {}),
      left_out: leftOut,
      next_cursor: leftOut > 0 && last !== undefined ? `${last.cover}.${last.symbol}` : null,
    });
  },
});

/** Least covered first, then by symbol: an order that moving prices do not shuffle. */
function byAttention(snapshot: PortfolioSnapshot, bigBrother: BigBrotherFace): Held[] {
  return snapshot.positions
    .map((position) => {
      const context = bigBrother.contextFor(position.symbol);
      return { symbol: position.symbol, position, context, cover: coverStateOf(context) };
    })
    .sort(compare);
}

type Place = { readonly cover: CoverState; readonly symbol: string };

const compare = (a: Place, b: Place): number =>
  attentionRank[a.cover] - attentionRank[b.cover] ||
  (a.symbol < b.symbol ? -1 : Number(a.symbol > b.symbol));

function parseCursor(cursor: string): Place | null {
  const [cover = '', ...rest] = cursor.split('.');
  const symbol = rest.join('.');
  return Object.hasOwn(attentionRank, cover) && isTicker(symbol)
    ? { cover: cover as CoverState, symbol }
    : null;
}

const liveOrders = (snapshot: PortfolioSnapshot, symbol: Ticker) =>
  snapshot.orders.filter((order) => order.symbol === symbol && !isTerminal(order.status));

const rowsOf = (page: readonly Held[], bigBrother: BigBrotherFace, now: EpochMs) => ({
  columns: [...summaryColumns],
  rows: page.map((held) => summaryRow(held, bigBrother.nakedTime(held.symbol), now)),
});

/** A position that could not be read whole still shows as a row: nothing held is left out. */
function factsOf(page: readonly Held[], bigBrother: BigBrotherFace, now: EpochMs) {
  const unreadable = page.filter(({ context }) => context === null);
  return {
    positions: page.flatMap(({ symbol, context }) =>
      context === null ? [] : [fullFacts(context, bigBrother.nakedTime(symbol), now)],
    ),
    ...(unreadable.length > 0 ? rowsOf(unreadable, bigBrother, now) : {}),
  };
}
