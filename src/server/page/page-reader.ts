import { z } from 'zod';
import { askHistory } from '../../../tools/history/ask.ts';
import { KINDS } from '../../../tools/history/kinds.ts';
import type { Question } from '../../../tools/history/question.ts';
import { idArgument, symbolArgument } from '../../../tools/shared/arguments.ts';
import type { BigBrotherFace } from '../../../tools/tool.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { HistoryQuery, JournalRecord } from '../../domain/event.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { textAt } from '../../domain/record-body.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PendingApproval } from '../../runtime/plans/approval-desk.ts';
import type {
  EquityView,
  PolicyRow,
  PriceView,
  RulesView,
  TapeView,
  TimelineView,
  WhyView,
} from '../../web/page/page-data.ts';
import { createRedactor, type Redactor } from '../answers/redact.ts';
import { Courses } from './courses.ts';
import { boardOf } from './page-board.ts';
import { type AccountLimits, figureOf, limitRows, VerdictBook } from './page-rules.ts';
import type { PageDoor, PageQuery, PageReading, PageViewName } from './page-words.ts';

const ENTRIES = 40;
const MOST_FILLS = 200;
const MOST_UPDATES = 400;
const MOST_CLOSES = 500;
const MOST_REVIEWS = 200;

export type PageReaderParts = {
  readonly bigBrother: BigBrotherFace;
  readonly waiting: () => readonly PendingApproval[];
  readonly clock: Clock;
  /** Values that must never leave the process. */
  readonly secrets: readonly string[];
  readonly onRecord: (hear: (record: JournalRecord) => void) => void;
  /** What was set, as it holds now. */
  readonly rules: () => {
    readonly policies: readonly PolicyRow[];
    readonly guardrails: readonly { readonly name: string; readonly promise: string }[];
    readonly limits: AccountLimits;
  };
  /** What the controls go by: changes of orders in the last minute, and payments of today. */
  readonly facts: () => {
    readonly messages: number | null;
    readonly paidInToday: Decimal | null;
    readonly peakEquity: Decimal | null;
  };
  /** Prints and order updates of a simulated exchange; null where none is. */
  readonly tape: () => Promise<TapeView>;
};

const timelineQuery = z.strictObject({
  symbol: symbolArgument.optional(),
  kind: z.enum(KINDS).optional(),
  cursor: z.string().max(40).optional(),
});
const whyQuery = z.strictObject({
  plan: idArgument.optional(),
  order: idArgument.optional(),
  symbol: symbolArgument.optional(),
});
const priceQuery = z.strictObject({ symbol: symbolArgument });
const noQuery = z.strictObject({});

/** Makes what the page shows, out of what the owner of the account knows; writes nothing. */
export class PageReader implements PageDoor {
  readonly #parts: PageReaderParts;
  readonly #courses: Courses;
  readonly #redactor: Redactor;
  #verdicts: VerdictBook | null = null;

  constructor(parts: PageReaderParts) {
    this.#parts = parts;
    const { bigBrother, onRecord, clock } = parts;
    const history = (query: HistoryQuery) => bigBrother.history(query);
    this.#redactor = createRedactor(parts.secrets);
    this.#courses = new Courses({ history, onRecord, clock });
  }

  async read(view: PageViewName, query: PageQuery): Promise<PageReading> {
    try {
      const made = await this.#make(view, query);
      return made === null
        ? { outcome: 'refused', because: 'the account has not been read yet' }
        : { outcome: 'read', json: this.#redactor.answer(JSON.stringify(made)) };
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      return { outcome: 'refused', because: 'this cannot be asked for', isWrong: true };
    }
  }

  async #make(view: PageViewName, query: PageQuery): Promise<object | null> {
    switch (view) {
      case 'board': {
        noQuery.parse(query);
        return this.#board();
      }
      case 'timeline':
        return this.#timeline(timelineQuery.parse(query));
      case 'why':
        return this.#why(whyQuery.parse(query));
      case 'equity':
        noQuery.parse(query);
        return this.#equity();
      case 'price':
        return this.#price(priceQuery.parse(query).symbol);
      case 'rules':
        noQuery.parse(query);
        return this.#rules();
      case 'tape':
        noQuery.parse(query);
        return { tape: await this.#parts.tape() };
    }
  }

  #board(): object | null {
    const { bigBrother, waiting, clock } = this.#parts;
    const snapshot = bigBrother.snapshot();
    if (snapshot === null) return null;
    const now = clock.now();
    const prices = new Map(
      snapshot.positions.map(({ symbol, currentPrice }) => [symbol, currentPrice] as const),
    );
    this.#courses.note(now, snapshot.account.equity, prices);
    return boardOf(bigBrother, snapshot, waiting(), now);
  }

  async #timeline(asked: z.infer<typeof timelineQuery>): Promise<TimelineView> {
    const answer = await this.#history({ ...asked, limit: ENTRIES });
    return {
      entries: (answer.records ?? []).map(({ at, seq, type, text, ...about }) => ({
        ...{ at, seq, type, text, symbol: about.symbol ?? null },
        planId: about.plan_id ?? null,
        orderId: about.order_id ?? null,
      })),
      leftOut: answer.left_out ?? 0,
      nextCursor: answer.next_cursor ?? null,
      note: answer.note ?? null,
    };
  }

  async #why({ plan, order, symbol }: z.infer<typeof whyQuery>): Promise<WhyView> {
    const named = { plan_id: plan, order_id: order, symbol };
    const answer = await this.#history({ view: 'why', ...named });
    return {
      stories: (answer.stories ?? []).map((story) => ({
        symbol: typeof story.symbol === 'string' ? story.symbol : null,
        result: String(story.result ?? ''),
        chain: Array.isArray(story.chain) ? story.chain.map(String) : [],
      })),
      note: answer.note ?? null,
    };
  }

  async #history(question: Question) {
    const { bigBrother, clock } = this.#parts;
    const source = { query: (query: HistoryQuery) => bigBrother.history(query) };
    const { environment } = bigBrother.status();
    const answer = await askHistory(question, { source, environment, now: clock.now() });
    if (answer.outcome === 'answered') return answer.result;
    return { left_out: 0, next_cursor: null, note: answer.refusal.message };
  }

  async #equity(): Promise<EquityView> {
    const { bigBrother, facts } = this.#parts;
    const types = ['outcome_measured'] as const;
    const { records } = bigBrother.history({ types, limit: MOST_CLOSES });
    const closes = records.flatMap(({ at, symbol, body }) => {
      const r = figureOf(textAt(body, 'rMultiple'));
      return r === null || symbol === null ? [] : [{ at, symbol, r }];
    });
    const peak = facts().peakEquity;
    return {
      equity: await this.#courses.equity(),
      peak: peak === null ? null : figureOf(peak.toFixed()),
      closes: closes.reverse(),
    };
  }

  async #price(symbol: Ticker): Promise<PriceView> {
    const { bigBrother } = this.#parts;
    const fills = bigBrother.history({ symbol, types: ['fill_received'], limit: MOST_FILLS });
    const updates = bigBrother.history({
      ...{ symbol, types: ['order_update_received'], limit: MOST_UPDATES },
    });
    const context = bigBrother.contextFor(symbol);
    return {
      symbol,
      prices: await this.#courses.priceOf(symbol),
      stops: stopCourse(updates.records.toReversed(), context, this.#parts.clock.now()),
      fills: fills.records.toReversed().flatMap(fillIn),
      entry: context === null ? null : Number(context.position.averageEntryPrice.toFixed()),
    };
  }

  #rules(): RulesView {
    const { bigBrother, rules, facts } = this.#parts;
    const { policies, guardrails, limits } = rules();
    const { messages, paidInToday } = facts();
    const [snapshot, risk] = [bigBrother.snapshot(), bigBrother.portfolioRisk()];
    return {
      policies,
      limits: limitRows({ snapshot, risk, limits, messages, paidInToday }),
      guardrails: this.#verdictBook().rows(guardrails),
    };
  }

  /** Kept only from when somebody asks; what was said before is in the journal. */
  #verdictBook(): VerdictBook {
    if (this.#verdicts !== null) return this.#verdicts;
    const book = new VerdictBook();
    const { bigBrother, onRecord } = this.#parts;
    const types = ['plan_reviewed', 'plan_proposed'] as const;
    const { records } = bigBrother.history({ types, limit: MOST_REVIEWS });
    for (const record of records.toReversed()) book.hear(record);
    onRecord((record) => book.hear(record));
    this.#verdicts = book;
    return book;
  }
}

function fillIn({ at, body }: JournalRecord): PriceView['fills'] {
  const [price, quantity] = [textAt(body, 'price'), textAt(body, 'quantity')];
  if (price === null || quantity === null) return [];
  return [{ at, price, quantity, side: textAt(body, 'side') === 'buy' ? 'buy' : 'sell' }];
}

const LIVE: ReadonlySet<string | null> = new Set([
  'new',
  'accepted',
  'held',
  'replaced',
  'pending_new',
]);

/** Where stops came to rest, as the broker told of them, and where they rest now. */
function stopCourse(
  updates: readonly JournalRecord[],
  context: PositionContext | null,
  now: number,
): PriceView['stops'] {
  const told = updates.flatMap(({ at, body }): PriceView['stops'] => {
    const stop = figureOf(textAt(body, 'stopPrice'));
    return stop !== null && LIVE.has(textAt(body, 'status')) ? [[at, stop]] : [];
  });
  const [first] = context?.cover.stops ?? [];
  const price = first?.stopPrice ?? null;
  return [...told, [now, price === null ? null : Number(price.toFixed())]];
}
