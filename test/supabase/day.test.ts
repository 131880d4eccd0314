import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SupabaseReplica } from '../../src/adapters/supabase/replica.ts';
import { canonicalText } from '../../src/domain/canonical.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { hashOfRecord } from '../../src/runtime/journal/journal-chain.ts';
import { type Guarded, guardedAccount, settle } from '../support/guarded-account.ts';
import { type Stack, startStack, whyNoStack } from './stack.ts';
import { virtualFetch } from './virtual-fetch.ts';

const MINUTE = 60_000;
const ACCOUNT = 'simulated-TEST';
/** Bought by hand in the course of the day. */
const BOUGHT: Readonly<Record<number, string>> = { 10: 'AMD', 40: 'TSLA', 81: 'META' };
const POSITIONS = ['AAPL', 'MSFT', 'NVDA'].map((symbol) => ({
  symbol,
  qty: '30',
  averageEntryPrice: '100',
}));

const SYMBOLS = [...POSITIONS.map(({ symbol }) => symbol), ...Object.values(BOUGHT)];

/** What happens to the project, and when, in minutes after eleven. */
type Troubles = Readonly<Record<number, () => Promise<void> | void>>;

/** Two hours with prices that rise, fall and fall through a stop, and orders by another hand. */
async function tradeForADay(
  guarded: Guarded,
  troubles: Troubles = {},
  afterMinute: () => void = () => {},
): Promise<void> {
  const { clock, price } = guarded;
  await settle(clock, guarded.start());
  guarded.orchestrator.start();
  for (let minute = 0; minute < 120; minute += 1) {
    await troubles[minute]?.();
    for (const [index, symbol] of SYMBOLS.entries()) {
      const wave = Math.sin((minute + index * 16) / 10) * (4 + index * 3);
      price(symbol, (100 + minute / 15 + wave).toFixed(2));
    }
    const bought = BOUGHT[minute];
    if (bought !== undefined) await guarded.trade(bought, 'buy', '5');
    await clock.advanceBy(MINUTE);
    afterMinute();
  }
  await settle(clock, guarded.stop());
}

const given = { positions: POSITIONS, symbols: SYMBOLS, settings: { cycleMs: 30_000 } };

/**
 * What of the journal is about the account: all but what is said of the copy. Records are named by
 * their place among these, also where one names another.
 */
function deeds(guarded: Guarded) {
  const records = [...guarded.store.scan(1)].filter(
    ({ type, body }) => !(type.startsWith('alert_') && /"copy_/.test(canonicalText(body))),
  );
  const places = new Map(records.map(({ seq }, place) => [seq, place]));
  const named = (text: string) =>
    text.replace(/"(base|inputs|decisionSeq)":(\d+)/g, (_, name, seq) => {
      return `"${name}":${places.get(Number(seq))}`;
    });
  return records.map(({ seq, prev, hash, body, ...deed }) => ({
    ...deed,
    body: named(canonicalText(body)),
  }));
}

describe.skipIf(whyNoStack() !== null)(
  `a day with Supabase in trouble (${whyNoStack() ?? 'PostgreSQL, PostgREST'})`,
  () => {
    let stack: Stack;
    let delayMs = 0;
    let guarded: Guarded;
    const told: string[] = [];
    const problems = new Set<string>();

    const forgeNextRecord = async (): Promise<void> => {
      const head = await stack.admin.query('select max(seq) as seq from events');
      const next = Number(head.rows[0].seq) + 1;
      const [record] = guarded.store.scan(next) as Iterable<JournalRecord>;
      if (record === undefined) throw new Error('the copy is not behind');
      const { hash: _, ...rest } = { ...record, body: { forged: true } };
      const forged = canonicalText({ ...rest, hash: hashOfRecord(rest) });
      await stack.admin.query('insert into events (account, seq, record) values ($1, $2, $3)', [
        ACCOUNT,
        next,
        forged,
      ]);
    };

    /** What only the database's superuser can do. */
    const removeForged = async (): Promise<void> => {
      await stack.admin.query('begin; alter table events disable trigger user');
      await stack.admin.query(`delete from events where record like '%"forged":true%'`);
      await stack.admin.query('alter table events enable always trigger never_changes');
      for (const trigger of ['a_fills', 'b_links', 'c_derives']) {
        await stack.admin.query(`alter table events enable always trigger ${trigger}`);
      }
      await stack.admin.query('commit');
    };

    const troubles: Troubles = {
      8: () => stack.rest.kill(),
      16: () => stack.rest.start(),
      22: () => stack.setWeather('refusing'),
      30: () => stack.setWeather('fair'),
      36: () => {
        delayMs = 20_000; // Later than anybody waits for it.
      },
      44: () => {
        delayMs = 9_000;
      },
      50: () => {
        delayMs = 0;
      },
      54: () => stack.setWeather('answer_lost'),
      58: () => stack.setWeather('fair'),
      62: async () => {
        await stack.admin.query('revoke insert on events from anon');
      },
      70: async () => {
        await stack.admin.query('grant insert (account, seq, record) on events to anon');
      },
      77: () => stack.setWeather('refusing'),
      80: async () => {
        await forgeNextRecord();
        stack.setWeather('fair');
      },
      88: removeForged,
      96: () => stack.stopDatabase(),
      104: () => stack.startDatabase(),
    };

    beforeAll(async () => {
      stack = await startStack();
      const accountKey = await stack.accountKey(ACCOUNT);
      guarded = await guardedAccount({
        ...given,
        replica: (clock) =>
          new SupabaseReplica(ACCOUNT, {
            url: stack.url,
            key: stack.anonKey,
            accountKey,
            clock,
            fetchApi: virtualFetch(clock, () => delayMs),
          }),
      });
      guarded.logger.onRecord(({ type, body }) => {
        if (type.startsWith('alert_')) told.push(`${type} ${canonicalText(body)}`);
      });
      await tradeForADay(guarded, troubles, () => {
        const { journalCopy } = guarded.bigBrother.status();
        problems.add(journalCopy?.problem ?? 'none');
      });
    }, 90_000);

    afterAll(() => stack?.stop());

    it('does at the exchange and decides what it would have without a copy', async () => {
      const alone = await guardedAccount(given);
      await tradeForADay(alone);
      const kinds = new Set(deeds(alone).map(({ type }) => type));
      expect([...kinds]).toEqual(
        expect.arrayContaining(['decision_made', 'plan_finished', 'fill_received']),
      );
      expect(deeds(guarded)).toEqual(deeds(alone));
    }, 60_000);

    it('has every record in the copy afterwards, in order and byte for byte', async () => {
      const { rows } = await stack.admin.query(
        'select seq, record from events where account = $1 order by seq',
        [ACCOUNT],
      );
      const own = [...guarded.store.scan(1)].map((record) => ({
        seq: String(record.seq),
        record: canonicalText(record),
      }));
      expect(own.length).toBeGreaterThan(200);
      expect(rows).toEqual(own);
    });

    it('has each derived row exactly once', async () => {
      const counted = async (table: string) =>
        Number((await stack.admin.query(`select count(*) as n from ${table}`)).rows[0].n);
      const of = (...types: string[]) =>
        [...guarded.store.scan(1)].filter(({ type }) => types.includes(type)).length;
      expect(await counted('decisions')).toBe(of('decision_made'));
      expect(await counted('fills')).toBe(of('fill_received'));
      expect(await counted('plans')).toBe(
        of('plan_proposed', 'plan_reviewed', 'plan_refused', 'plan_spent', 'plan_finished'),
      );
      expect(await counted('orders')).toBe(
        of('step_intended', 'step_answered', 'step_observed', 'order_update_received'),
      );
    });

    it.each([
      ['PostgREST is not there', /Supabase answered 502/],
      ['the gateway says that nothing is available', /Supabase answered 503$/],
      ['no answer comes in time', /no answer within 15 seconds/],
      ['an answer is lost after the records were taken', /other side closed|socket hang up/],
      ['the rights are taken away', /42501.+create_account_key/],
      ['somebody else wrote the next record', /in the journal and .+ in the copy/],
      ['PostgreSQL is not there', /answered 503 PGRST00/],
      ['all is well', /^none$/],
    ])('met the time in which %s', (_, problem) => {
      expect([...problems].filter((each) => problem.test(each))).not.toEqual([]);
    });

    it('repeats nothing to an agent that the project itself said', () => {
      expect([...problems, ...told].join()).not.toMatch(/unavailable|permission denied|upstream/);
    });

    it('said that the copy was behind and that it differed, and that both are over', () => {
      const count = (text: string) => told.filter((line) => line.includes(text)).length;
      expect(count('alert_raised {"because":"nothing more is copied')).toBe(1);
      expect(count('copy_behind')).toBeGreaterThan(4);
      expect(guarded.alerts.alerts()).toEqual([]);
      expect(guarded.bigBrother.status().journalCopy).toMatchObject({
        behindRecords: 0,
        behindSeconds: 0,
        problem: null,
      });
    });
  },
);
