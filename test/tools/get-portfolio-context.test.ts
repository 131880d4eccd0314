import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TradingStateCause } from '../../src/domain/environment.ts';
import { estimatedTokens } from '../../tools/shared/page.ts';
import { connected } from '../server/connect.ts';
import { type GivenHolding, NOW, oco, order, snapshot, stopLimit } from '../support/given.ts';
import { manyHoldings, manySymbols, ToldAnswers } from './face.ts';

type Context = {
  rows: (string | null)[][];
  columns: string[];
  positions: Record<string, unknown>[];
  left_out: number;
  next_cursor: string | null;
  [field: string]: unknown;
};

async function asking(given: ConstructorParameters<typeof ToldAnswers>[0]) {
  const { call } = await connected({ bigBrother: new ToldAnswers(given) });
  return async (args: Record<string, unknown> = {}) => {
    const answer = await call('get_portfolio_context', args);
    return { ...answer, context: answer.json as Context };
  };
}

const holding = (...holdings: GivenHolding[]) => ({ snapshot: snapshot({ holdings }) });
const covered = (symbol: string): GivenHolding => ({
  symbol,
  orders: [stopLimit({ id: `s-${symbol}`, symbol })],
});

describe('a summary', () => {
  it('has a short row per position, decimals as strings', async () => {
    const ask = await asking(
      holding({ quantity: '12.5', entry: '100', price: '107.31', orders: [stopLimit()] }),
    );
    const { context } = await ask();
    expect(context.columns).toEqual([
      'symbol',
      'side',
      'quantity',
      'entry',
      'last',
      'unrealized_pl',
      'r',
      'stop',
      'cover',
    ]);
    expect(context.rows).toEqual([
      ['AAPL', 'long', '12.5', '100', '107.31', '91.37', '1.46', '95', 'partly'],
    ]);
  });

  it('says how long the last order that waits may wait, rounded up', async () => {
    expect((await (await asking({}))()).context.longest_wait_seconds).toBe(0);
    const waiting = await asking({ longestWaitMs: 12_001 });
    expect((await waiting()).context.longest_wait_seconds).toBe(13);
  });

  it('says how far the copy of the journal is behind, where one is kept', async () => {
    expect((await (await asking({}))()).context.journal_copy).toBeUndefined();
    const problem = `read the newest record: ${'x'.repeat(300)}`;
    const journalCopy = { copiedSeq: 7, behindRecords: 3, behindSeconds: 12, problem };
    const { context } = await (await asking({ journalCopy }))();
    expect(context.journal_copy).toEqual({
      behind_records: 3,
      behind_seconds: 12,
      problem: problem.slice(0, 160),
    });
  });

  it('says who ends a halt', async () => {
    const cause: TradingStateCause = {
      ...{ state: 'halted', code: 'halt_everything', because: 'halted (everything) by Klaus' },
      ...{ since: NOW, clearedBy: 'a person: bigbrother resume' },
    };
    const halted = { ...snapshot(), tradingState: 'halted' as const, tradingStateCauses: [cause] };
    const { context } = await (await asking({ snapshot: halted }))();
    expect(context.trading_state_because).toEqual([
      'halted (everything) by Klaus; cleared by a person: bigbrother resume',
    ]);
  });

  it('rounds a loss away from zero and a gain towards it', async () => {
    const { rows } = (
      await (
        await asking(
          holding(
            { symbol: 'DOWN', entry: '100', price: '99.999', quantity: '1', initialStop: '97' },
            { symbol: 'UP', entry: '100', price: '100.019', quantity: '1', initialStop: '97' },
          ),
        )
      )()
    ).context;
    expect(rows.map((row) => [row[0], row[5], row[6]])).toEqual([
      ['DOWN', '-0.01', '-0.01'],
      ['UP', '0.01', '0.00'],
    ]);
  });

  it('puts what lacks cover first and says for how long', async () => {
    const ask = await asking({
      snapshot: snapshot({
        holdings: [
          covered('AAA'),
          { symbol: 'BBB', orders: [stopLimit({ symbol: 'BBB', quantity: '4' })] },
          { symbol: 'CCC' },
        ],
      }),
      nakedTimes: {
        BBB: { shareSeconds: '12', dollarSeconds: '1200', nakedSince: NOW - 2_000 },
        CCC: { shareSeconds: '400.5', dollarSeconds: '40050', nakedSince: NOW - 40_900 },
      },
    });
    const { context } = await ask();
    expect(context.rows.map((row) => [row[0], row.at(-1)])).toEqual([
      ['CCC', 'naked 40s'],
      ['BBB', 'partly 2s'],
      ['AAA', 'covered'],
    ]);
    expect(context.cover).toEqual({
      covered: 1,
      partly: 1,
      naked: 1,
      unknown: 0,
      not_covered: ['CCC', 'BBB'],
      naked_share_seconds: '412.5',
    });
  });

  it('names the loosest of several stops, for a short the highest', async () => {
    const ask = await asking(
      holding(
        {
          symbol: 'LONG',
          orders: [
            stopLimit({ id: 'a', symbol: 'LONG', quantity: '5', stop: '96' }),
            stopLimit({ id: 'b', symbol: 'LONG', quantity: '5', stop: '94' }),
          ],
        },
        {
          symbol: 'SHORT',
          side: 'short',
          orders: [
            stopLimit({ id: 'c', symbol: 'SHORT', side: 'buy', quantity: '5', stop: '104' }),
            stopLimit({ id: 'd', symbol: 'SHORT', side: 'buy', quantity: '5', stop: '106' }),
          ],
        },
      ),
    );
    const { context } = await ask();
    expect(context.rows.map((row) => [row[0], row[7]])).toEqual([
      ['LONG', '94'],
      ['SHORT', '106'],
    ]);
  });

  it('adds exposure up by side, never too small', async () => {
    const ask = await asking(
      holding(
        { symbol: 'BIG', price: '100.001', quantity: '3' },
        { symbol: 'SMALL', side: 'short', price: '10', quantity: '5' },
      ),
    );
    expect((await ask()).context.exposure).toEqual({
      gross: '350.01',
      net: '250.01',
      largest: { symbol: 'BIG', value: '300.01' },
    });
  });

  it('counts a leg of our own bracket as ours, and tells what is foreign', async () => {
    const ask = await asking(
      holding(
        { orders: oco({}) },
        { symbol: 'ABC', orders: [order({ symbol: 'ABC', foreign: true })] },
      ),
    );
    expect((await ask()).context.working_orders).toEqual({ bigbrother: 2, foreign: 1 });
  });

  it('says how old the data is, measured at the oldest part', async () => {
    const ask = await asking({ snapshot: snapshot({ confirmedAt: { orders: NOW - 3_250 } }) });
    expect((await ask()).context).toMatchObject({
      as_of: '2026-10-14T14:00:00.000Z',
      data_age_seconds: 3.25,
    });
  });

  it('shows a position whose episode is not known yet, as unknown and first', async () => {
    const known = snapshot({ holdings: [covered('AAA'), covered('ZZZ')] });
    const episodes = new Map([...known.episodes].filter(([symbol]) => symbol !== 'ZZZ'));
    const ask = await asking({ snapshot: { ...known, episodes } });
    const { context } = await ask();
    expect(context.rows[0]).toEqual([
      'ZZZ',
      'long',
      '10',
      '100',
      '100',
      null,
      null,
      null,
      'unknown',
    ]);

    const full = (await ask({ detail: 'full' })).context;
    expect(full.rows.map((row) => row[0])).toEqual(['ZZZ']);
    expect(full.positions.map(({ symbol }) => symbol)).toEqual(['AAA']);
  });

  it('shows the first alerts and counts the rest', async () => {
    const alerts = Array.from({ length: 7 }, (_, index) => ({
      code: 'stop_unplaceable',
      symbol: null,
      because: `${index} ${'because '.repeat(50)}`,
      since: NOW,
    }));
    const { context } = await (await asking({ alerts }))();
    expect(context.alerts).toHaveLength(4);
    expect(context.alerts_left_out).toBe(3);
  });
});

describe('the size of a page', () => {
  const alerts = Array.from({ length: 9 }, () => ({
    code: 'order_of_unknown_outcome',
    symbol: 'AAPL',
    because: 'the broker has not said what became of an order that was sent; '.repeat(5),
    since: NOW,
  }));

  it('with 50 positions is all of them in under 2,000 tokens', async () => {
    const ask = await asking(holding(...manyHoldings(50)));
    const { context, text } = await ask();
    expect(context.rows).toHaveLength(50);
    expect(context).toMatchObject({ left_out: 0, next_cursor: null });
    expect(estimatedTokens(text)).toBeLessThan(2_000);
  });

  it('with 500 positions stays under 2,000 tokens and counts what is left out', async () => {
    const ask = await asking(holding(...manyHoldings(500)));
    const { context, text } = await ask();
    expect(context.rows.length + context.left_out).toBe(500);
    expect(context.rows).toHaveLength(50);
    expect(estimatedTokens(text)).toBeLessThan(2_000);
  });

  it.each(['summary', 'full'])(
    'in %s holds with long figures, nothing covered and many alerts',
    async (detail) => {
      const holdings = Array.from({ length: 120 }, (_, index) => ({
        symbol: `${manySymbols(index)}XX.WS`,
        quantity: '12345.123456789',
        entry: '123456.7891',
        price: '654321.1234',
        initialStop: '111111.1111',
      }));
      const ask = await asking({ ...holding(...holdings), alerts });
      const { context, text } = await ask({ detail });
      const shown = (detail === 'summary' ? context.rows : context.positions).length;
      expect(shown).toBeGreaterThan(1);
      expect(shown + context.left_out).toBe(120);
      expect(estimatedTokens(text)).toBeLessThan(2_000);
    },
  );
});

describe('paging', () => {
  it('shows each position exactly once, whatever the page size and detail', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
        fc.constantFrom('summary', 'full'),
        fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
        async (count, limit, detail, bare) => {
          const holdings = manyHoldings(count).map((held, index) =>
            bare[index] ? { ...held, orders: [] } : held,
          );
          const ask = await asking(holding(...holdings));
          const seen: unknown[] = [];
          let cursor: string | null | undefined;
          do {
            const { context } = await ask({
              detail,
              ...(limit === undefined ? {} : { limit }),
              ...(cursor ? { cursor } : {}),
            });
            const page =
              detail === 'summary'
                ? context.rows.map(([symbol]) => symbol)
                : context.positions.map(({ symbol }) => symbol);
            seen.push(...page);
            expect(seen.length + context.left_out).toBe(count);
            cursor = context.next_cursor;
          } while (cursor !== null);
          expect(new Set(seen).size).toBe(count);
          expect(seen).toHaveLength(count);
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each(['nonsense', 'covered.', 'covered.not a ticker', '__proto__.AAPL', '.AAPL'])(
    'refuses the cursor %j with what to do instead',
    async (cursor) => {
      const answer = await (await asking({}))({ cursor });
      expect(answer).toMatchObject({
        isError: true,
        json: { error: { code: 'cursor_invalid', next_step: 'Start again without a cursor.' } },
      });
    },
  );

  it.each([0, 101, 2.5, '10'])('refuses a limit of %j', async (limit) => {
    const answer = await (await asking({}))({ limit });
    expect(answer.json.error).toMatchObject({
      code: 'invalid_arguments',
      message: expect.stringContaining('limit'),
    });
  });
});

describe('one symbol', () => {
  it('is told in full, with its orders and whose they are', async () => {
    const ask = await asking({
      ...holding({ orders: [stopLimit(), order({ id: 'theirs', foreign: true, limit: '120' })] }),
      nakedTimes: { AAPL: { shareSeconds: '3', dollarSeconds: '300', nakedSince: null } },
    });
    const { context } = await ask({ symbol: 'AAPL' });
    expect(context.rows).toBeUndefined();
    expect(context.positions).toMatchObject([
      {
        symbol: 'AAPL',
        available_quantity: '0',
        bid: '99.99',
        ask: '100.01',
        risk_per_share: '5',
        cover: { state: 'covered', naked_seconds: null, naked_share_seconds: '3' },
        episode: { id: 'AAPL#1', opened_at: '2026-10-13T14:00:00.000Z', initial_stop: '95' },
        orders: [
          { order_id: 'stop-1', stop: '95', limit: '94.5', owner: 'bigbrother' },
          { order_id: 'theirs', stop: null, limit: '120', owner: 'foreign' },
        ],
      },
    ]);
  });

  it('that is not held but has a working order shows the order', async () => {
    const ask = await asking({
      snapshot: snapshot({ otherOrders: [order({ symbol: 'TSLA', side: 'buy', limit: '50' })] }),
    });
    const { context } = await ask({ symbol: 'TSLA' });
    expect(context).toMatchObject({ positions: [], orders: [{ side: 'buy', limit: '50' }] });
  });

  it('that is neither held nor ordered is refused', async () => {
    const answer = await (await asking({}))({ symbol: 'TSLA' });
    expect(answer.json.error).toMatchObject({
      code: 'no_position',
      message: 'There is no position and no working order in TSLA.',
    });
  });
});

it('before the first look at the account says to come back', async () => {
  const answer = await (await asking({ snapshot: null }))();
  expect(answer.json.error).toMatchObject({ code: 'not_ready', retryable: true });
});
