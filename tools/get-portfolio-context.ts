import { z } from 'zod';
import { isTicker, type Ticker } from '../src/domain/ids.ts';
import { isTerminal } from '../src/domain/order.ts';
import type { PortfolioSnapshot } from '../src/domain/portfolio.ts';
import { type Detail, limitArgument, symbolArgument } from './shared/arguments.ts';
import { pageOf } from './shared/page.ts';
import { portfolioHeader, portfolioHeaderSchema } from './shared/portfolio-header.ts';
import {
  attentionRank,
  type CoverState,
  coverStateOf,
  type Held,
  orderFacts,
  positionFacts,
  summaryColumns,
  summaryRow,
} from './shared/position-facts.ts';
import { riskFacts } from './shared/risk-facts.ts';
import { ordersSchema, positionSchema } from './shared/schemas.ts';
import { answered, type BigBrotherFace, defineTool, refused } from './tool.ts';

const USUAL_ROWS = 50;
const USUAL_POSITIONS = 10;

export const getPortfolioContext = defineTool({
  name: 'get_portfolio_context',
  title: 'Portfolio context',
  description:
    'Start here: account, positions (R, stop, cover), risk and alerts as held now, least covered ' +
    'first. No broker call; data_age_seconds tells the age.',
  effect: 'reads',
  input: z.strictObject({
    symbol: symbolArgument.optional().describe('Only this one, e.g. AAPL'),
    detail: z
      .enum(['summary', 'full', 'risk'])
      .optional()
      .describe('full: all facts (default with symbol); risk: all positions as one'),
    cursor: z.string().max(40).optional().describe('next_cursor'),
    limit: limitArgument(100).optional().describe('Per page'),
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

    const rest = after === null ? asked : asked.filter((one) => compare(one, after) > 0);
    const header = {
      ...portfolioHeader(snapshot, held, bigBrother, now),
      // Orders of a symbol without a position hang on no position.
      ...(asked.length === 0 && orders.length > 0
        ? { orders: orders.map((order) => orderFacts(order, snapshot)) }
        : {}),
    };
    if (args.detail === 'risk') {
      const risk = bigBrother.portfolioRisk();
      const shown = risk === null ? {} : { risk: riskFacts(risk) };
      return answered({ ...header, ...shown, left_out: asked.length, next_cursor: null });
    }
    const detail = args.detail ?? (args.symbol === undefined ? 'summary' : 'full');
    const page = pageOf(
      rest,
      {
        limit: args.limit,
        usual: detail === 'summary' ? USUAL_ROWS : USUAL_POSITIONS,
        frame: { ...header, columns: summaryColumns },
      },
      ({ position, context, cover, symbol }) => {
        const naked = bigBrother.nakedTime(symbol);
        return detail === 'summary' || context === null
          ? summaryRow({ position, context, cover, naked, now })
          : positionFacts(context, naked, now);
      },
    );
    return answered({ ...header, ...sorted(page, detail), ...whereNext(rest, page.length) });
  },
});

type Row = ReturnType<typeof summaryRow>;
type Facts = ReturnType<typeof positionFacts>;

/** A position that could not be read whole is a row even in full detail: none is left out. */
function sorted(page: readonly (Row | Facts)[], detail: Detail) {
  const rows = page.filter((shown): shown is Row => Array.isArray(shown));
  const positions = page.filter((shown): shown is Facts => !Array.isArray(shown));
  return {
    ...(detail === 'summary' || rows.length > 0 ? { columns: [...summaryColumns], rows } : {}),
    ...(detail === 'full' ? { positions } : {}),
  };
}

function whereNext(rest: readonly Held[], shown: number) {
  const last = rest[shown - 1];
  const leftOut = rest.length - shown;
  return {
    left_out: leftOut,
    next_cursor: leftOut === 0 || last === undefined ? null : `${last.cover}.${last.symbol}`,
  };
}

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
