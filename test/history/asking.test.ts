import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import type { HistoryQuery, JournalEvent } from '../../src/domain/event.ts';
import { newYorkDay, startOfNewYorkDay } from '../../src/domain/new-york.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';
import { askHistory } from '../../tools/history/ask.ts';
import { periodIn } from '../../tools/history/period.ts';
import type { Question } from '../../tools/history/question.ts';

/** Wednesday 2026-10-14, ten in the morning in New York. */
const NOW = Date.UTC(2026, 9, 14, 14);
const HOUR_MS = 3_600_000;

describe('a time', () => {
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  const told = (words: Parameters<typeof periodIn>[0]) => {
    const period = periodIn(words, NOW);
    return 'wrong' in period ? period.wrong : [iso(period.sinceAt), iso(period.untilAt)];
  };

  it.each([
    ['2026-10-06', '2026-10-06T04:00:00.000Z', '2026-10-07T03:59:59.999Z'],
    ['today', '2026-10-14T04:00:00.000Z', '2026-10-15T03:59:59.999Z'],
    ['yesterday', '2026-10-13T04:00:00.000Z', '2026-10-14T03:59:59.999Z'],
    ['wednesday', '2026-10-14T04:00:00.000Z', '2026-10-15T03:59:59.999Z'],
    ['Thursday', '2026-10-08T04:00:00.000Z', '2026-10-09T03:59:59.999Z'],
    ['this_week', '2026-10-12T04:00:00.000Z', '2026-10-19T03:59:59.999Z'],
    ['last_week', '2026-10-05T04:00:00.000Z', '2026-10-12T03:59:59.999Z'],
    ['this_month', '2026-10-01T04:00:00.000Z', '2026-11-01T03:59:59.999Z'],
    ['last_month', '2026-09-01T04:00:00.000Z', '2026-10-01T03:59:59.999Z'],
    // The clocks go back in New York on the first of November, and forward on the eighth of March.
    ['2026-11', '2026-11-01T04:00:00.000Z', '2026-12-01T04:59:59.999Z'],
    ['2026-11-01', '2026-11-01T04:00:00.000Z', '2026-11-02T04:59:59.999Z'],
    ['2026-03-08', '2026-03-08T05:00:00.000Z', '2026-03-09T03:59:59.999Z'],
    ['2026-02', '2026-02-01T05:00:00.000Z', '2026-03-01T04:59:59.999Z'],
    ['2026-10-01..2026-10-09', '2026-10-01T04:00:00.000Z', '2026-10-10T03:59:59.999Z'],
    ['monday..today', '2026-10-12T04:00:00.000Z', '2026-10-15T03:59:59.999Z'],
  ])('called %s is from %s to %s, as New York counts days', (day, from, to) => {
    expect(told({ day })).toEqual([from, to]);
    expect(told({ since: day, until: day })).toEqual([from, to]);
  });

  it('may be so many hours, a span or an instant', () => {
    const from = '2026-10-13T14:00:00.000Z';
    expect(told({ hours: 24 })).toEqual([from, null]);
    expect(told({ since: '24h' })).toEqual([from, null]);
    expect(told({ since: '1d', until: '12h' })).toEqual([from, '2026-10-14T02:00:00.000Z']);
    expect(told({ since: '2026-10-13T10:00:00-04:00' })).toEqual([from, null]);
    expect(told({ until: '2026-10-13' })).toEqual([null, '2026-10-14T03:59:59.999Z']);
    expect(told({})).toEqual([null, null]);
  });

  it.each([
    [{ day: '2026-02-30' }, 'day must be a New York date'],
    [{ day: '2026-13' }, 'day must be a New York date'],
    [{ day: '2026-10-09..2026-10-01' }, 'day must be a New York date'],
    [{ day: 'a..b..c' }, 'day must be a New York date'],
    [{ since: '2026-10-13T10:00:00' }, 'since must be an ISO-8601 time with its zone'],
    [{ until: '-5h' }, 'until must be an ISO-8601 time'],
    [{ since: '1h', until: '2h' }, 'since must be before until'],
    [{ hours: 24, day: 'today' }, 'Say hours, or day, or since and until'],
  ])('%j is refused with what would be right', (words, message) => {
    expect(told(words)).toContain(message);
  });

  it('on each day of many years begins where the day before ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 15_000 }), (days) => {
        const day = new Date(Date.UTC(2000, 0, 1) + days * 24 * HOUR_MS).toISOString().slice(0, 10);
        const start = startOfNewYorkDay(day);
        expect(newYorkDay(start)).toBe(day);
        expect(newYorkDay(start - 1)).not.toBe(day);
      }),
    );
  });
});

const SYMBOLS = ['AAPL', 'TSLA'] as const;

/** A journal of a few hundred records of every kind that answers are made of. */
function journal(seed: readonly number[]): EventLogger {
  const clock = new VirtualClock(NOW - seed.length * 1_000);
  const logger = new EventLogger({ store: new MemoryEventStore(), clock, bootId: 'boot-1' });
  for (const [index, draw] of seed.entries()) {
    const symbol = SYMBOLS[draw % 2] ?? 'AAPL';
    logger.log({ ...eventOf(draw), symbol, planId: `plan-${draw % 7}`, orderId: `order-${index}` });
  }
  return logger;
}

function eventOf(draw: number): JournalEvent {
  const actor = 'system';
  switch (draw % 6) {
    case 0: {
      const profit = String((draw % 100) - 50);
      const body = { policy: `policy-${draw % 3}`, profit, quantity: '1', rMultiple: '0.5' };
      return { type: 'outcome_measured', actor, body };
    }
    case 1:
      return { type: 'fill_received', actor, body: { quantity: '1', price: '1', side: 'sell' } };
    case 2: {
      const body = { refusal: 'plan_drifted', because: `it moved by ${draw}` };
      return { type: 'plan_refused', actor, body };
    }
    case 3:
      return {
        type: 'naked_time_measured',
        actor,
        body: { seconds: '2', shareSeconds: '20', dollarSeconds: '2000' },
      };
    case 4: {
      const body = { outcome: 'rejected', rejection: 'validation', clientOrderId: `id-${draw}` };
      return { type: 'step_answered', actor, body };
    }
    default:
      return { type: 'plan_finished', actor, body: { outcome: 'completed', because: 'done' } };
  }
}

describe('an answer', () => {
  const draws = fc.array(fc.nat(10_000), { minLength: 1, maxLength: 60 });
  const askingOf = (logger: EventLogger) => ({
    source: { query: (query: HistoryQuery) => logger.getHistory(query) },
    environment: 'paper' as const,
    now: NOW,
  });
  const resultOf = async (logger: EventLogger, question: Question) => {
    const answer = await askHistory(question, askingOf(logger));
    if (answer.outcome === 'refused') throw new Error(answer.refusal.message);
    return answer.result;
  };

  it('sums by policy, symbol and day to the same totals', async () => {
    await fc.assert(
      fc.asyncProperty(draws, async (seed) => {
        const logger = journal(seed);
        const { totals } = await resultOf(logger, { view: 'totals' });
        for (const view of ['by_policy', 'by_symbol', 'by_day'] as const) {
          const {
            columns = [],
            rows = [],
            left_out,
          } = await resultOf(logger, { view, limit: 100 });
          const at = (name: string) => columns.indexOf(name);
          const sum = (name: string) =>
            rows.reduce((total, row) => total + Number(row[at(name)]), 0);
          expect(left_out).toBe(0);
          expect(sum('profit')).toBe(Number(totals?.profit));
          expect(sum('closed')).toBe(totals?.closed);
          if (view !== 'by_policy')
            expect(sum('naked_seconds')).toBe(Number(totals?.naked_seconds));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('counts what it leaves out, and goes on there', async () => {
    await fc.assert(
      fc.asyncProperty(draws, fc.integer({ min: 1, max: 9 }), async (seed, limit) => {
        const logger = journal(seed);
        const kind = 'outcomes' as const;
        const whole = await resultOf(logger, { kind, limit: 100 });
        const seen: unknown[] = [];
        let cursor: string | undefined;
        do {
          const page = await resultOf(logger, { kind, limit, cursor });
          seen.push(...(page.records ?? []));
          expect(page.left_out).toBe((whole.records?.length ?? 0) - seen.length);
          cursor = page.next_cursor ?? undefined;
        } while (cursor !== undefined);
        expect(seen).toEqual(whole.records);
      }),
      { numRuns: 30 },
    );
  });

  it('is the same from a copy that answers later', async () => {
    const logger = journal(Array.from({ length: 90 }, (_, index) => index * 37));
    const later = {
      ...askingOf(logger),
      source: { query: (query: HistoryQuery) => Promise.resolve(logger.getHistory(query)) },
    };
    for (const view of ['events', 'why', 'why_not', 'totals', 'by_policy', 'by_day'] as const) {
      expect(await askHistory({ view }, later)).toEqual(
        await askHistory({ view }, askingOf(logger)),
      );
    }
  });

  it('keeps to policy and outcome where they are named', async () => {
    const logger = journal(Array.from({ length: 120 }, (_, index) => index * 6));
    const texts = async (question: Question) =>
      (await resultOf(logger, { kind: 'outcomes', limit: 100, ...question })).records?.map(
        ({ text }) => text,
      );
    expect(await texts({ policy: 'policy-1' })).toEqual([]);
    const own = (await texts({ policy: 'policy-0', outcome: 'loss' })) ?? [];
    expect(own.length).toBeGreaterThan(10);
    expect(own.every((text) => text.includes('profit -'))).toBe(true);
  });

  it.each<[Question, string]>([
    [{ environment: 'live' }, 'This is the journal of a paper account'],
    [{ view: 'why', outcome: 'loss' }, 'kind and outcome go with view "events"'],
    [{ day: 'someday' }, 'day must be a New York date'],
  ])('to %j is a no that says what to do', async (question, message) => {
    const answer = await askHistory(question, askingOf(journal([1])));
    expect(answer).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'invalid_arguments', message: expect.stringContaining(message) },
    });
  });
});
