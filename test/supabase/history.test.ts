import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { checkSupabase } from '../../src/adapters/supabase/check.ts';
import { SupabaseHistory } from '../../src/adapters/supabase/history.ts';
import { SupabaseReplica } from '../../src/adapters/supabase/replica.ts';
import { Ed25519Signer } from '../../src/adapters/system/ed25519-signer.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { canonicalText } from '../../src/domain/canonical.ts';
import type { HistoryQuery } from '../../src/domain/event.ts';
import { AlertBoard } from '../../src/runtime/journal/alert-board.ts';
import { Anchoring } from '../../src/runtime/journal/anchoring.ts';
import { Checkpoints } from '../../src/runtime/journal/checkpoints.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';
import { hashOfRecord } from '../../src/runtime/journal/journal-chain.ts';
import { JournalVerifier } from '../../src/verifier/journal-verifier.ts';
import { askHistory } from '../../tools/history/ask.ts';
import type { Question } from '../../tools/history/question.ts';
import { runCli } from '../cli/run-cli.ts';
import { entryOf } from './journal.ts';
import { START_MS, type Stack, startStack, token, whyNoStack } from './stack.ts';

const ACCOUNT = 'paper-PA1';
const START = Date.UTC(2026, 9, 8, 15, 0);
const SYMBOLS = ['AAPL', 'MSFT', null] as const;
const TYPES = ['snapshot_taken', 'decision_made', 'fill_received'] as const;

/** A journal of 1,300 records, signed as it grew, with several records in one millisecond. */
async function signedJournal() {
  const clock = new VirtualClock(START);
  const store = new MemoryEventStore();
  const logger = new EventLogger({ store, clock, bootId: 'boot-1' });
  const alerts = new AlertBoard({ logger, clock });
  const checkpoints = new Checkpoints({
    ...{ logger, clock, alerts, settingsHash: () => 'settings', codeVersion: '1' },
    signer: Ed25519Signer.forThisRun(),
    anchoring: new Anchoring({ place: null, alerts, clock }),
    unsettledSince: () => null,
  });
  checkpoints.start();
  for (let index = 0; index < 1_300; index += 1) {
    logger.log({
      type: TYPES[index % 3] ?? 'snapshot_taken',
      actor: 'loop',
      symbol: SYMBOLS[(index >> 1) % 3] ?? null,
      planId: index % 7 === 0 ? `plan-${index % 5}` : null,
      orderId: index % 11 === 0 ? `order-${index % 3}` : null,
      body: { index, note: 'ž\u0000"\\' },
    });
    if (index % 4 === 0) await clock.advanceBy(1_000);
  }
  checkpoints.stop();
  logger.commit();
  return { store, logger };
}

describe.skipIf(whyNoStack() !== null)(
  `the copy in Supabase (${whyNoStack() ?? 'PostgreSQL, PostgREST'})`,
  () => {
    let stack: Stack;
    let journal: Awaited<ReturnType<typeof signedJournal>>;
    let accountKey: string;

    const project = () => ({
      url: stack.url,
      key: stack.anonKey,
      accountKey,
      clock: new SystemClock(),
    });
    const history = () => new SupabaseHistory(ACCOUNT, project());

    beforeAll(async () => {
      stack = await startStack();
      accountKey = await stack.accountKey(ACCOUNT);
      journal = await signedJournal();
      const replica = new SupabaseReplica(ACCOUNT, project());
      await replica.add([...journal.store.scan(1)].map(entryOf));
    }, START_MS);

    afterAll(() => stack?.stop());

    it('answers every query as the journal does', async () => {
      const asked = history();
      const end = START + 340_000;
      const time = fc.option(fc.integer({ min: START - 5, max: end }), { nil: undefined });
      const seq = fc.option(fc.integer({ min: 0, max: 1_400 }), { nil: undefined });
      const query: fc.Arbitrary<HistoryQuery> = fc.record({
        symbol: fc.constantFrom(undefined, 'AAPL', 'MSFT', 'NONE'),
        types: fc.option(fc.subarray([...TYPES, 'checkpoint_signed' as const]), { nil: undefined }),
        planId: fc.constantFrom(undefined, undefined, 'plan-1', 'plan-2'),
        orderId: fc.constantFrom(undefined, undefined, 'order-0', 'order-1'),
        sinceAt: time,
        untilAt: time,
        beforeSeq: seq,
        afterSeq: seq,
        limit: fc.integer({ min: 1, max: 40 }),
      });
      await fc.assert(
        fc.asyncProperty(query, async (each) => {
          expect(await asked.query(each)).toEqual(journal.logger.getHistory(each));
        }),
        { numRuns: 60 },
      );
    }, 60_000);

    it('answers what a person asks as the journal does', async () => {
      const asked = history();
      const terms = { environment: 'paper' as const, now: START + 340_000 };
      const source = { query: (each: HistoryQuery) => journal.logger.getHistory(each) };
      const questions: Question[] = [
        { symbol: 'AAPL', hours: 24 },
        { view: 'why_not', day: '2026-10-08' },
        { view: 'by_symbol', symbol: 'MSFT' },
        { view: 'why', order_id: 'order-1' },
      ];
      for (const question of questions) {
        const answer = await askHistory(question, { source: asked, ...terms });
        expect(answer).toEqual(await askHistory(question, { source, ...terms }));
        expect(answer.outcome).toBe('answered');
      }
    }, 60_000);

    it('answers with more than a project gives at once, page after page or whole', async () => {
      const limit = 1_250;
      expect(await history().query({ limit })).toEqual(journal.logger.getHistory({ limit }));
    });

    it('keeps the signed checkpoints, and the journal holds to them', async () => {
      const anchors = await history().anchors();
      expect(anchors.length).toBeGreaterThan(4);
      const verifier = new JournalVerifier({ anchors });
      for (const record of journal.store.scan(1)) verifier.take(canonicalText(record));
      expect(verifier.finding()).toMatchObject({ ok: true, checkpoints: anchors.length });
      const cut = new JournalVerifier({ anchors });
      for (const record of journal.store.scan(1)) {
        if (record.seq <= 1_000) cut.take(canonicalText(record));
      }
      expect(cut.finding()).toMatchObject({ ok: false, firstBadSeq: 1_001 });
    });

    it('is asked on a machine that has no journal', async () => {
      const env = {
        SUPABASE_URL: stack.url,
        SUPABASE_KEY: stack.anonKey,
        SUPABASE_ACCOUNT_KEY: accountKey,
      };
      const args = ['history', '--from', 'supabase', '--symbol', 'AAPL', '--limit', '3', '--json'];
      const { stdout, code } = await runCli(args, env);
      expect(code).toBe(0);
      expect(
        stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ).toEqual(journal.logger.getHistory({ symbol: 'AAPL', limit: 3 }).records);
    });

    describe('changed by somebody who owns the database', () => {
      beforeAll(async () => {
        const { rows } = await stack.admin.query(
          "select pg_get_constraintdef(oid) as rule from pg_constraint where conname = 'record_has_its_hash'",
        );
        rule = rows[0].rule;
        await stack.admin.query(`create table kept as select * from events;
          alter table events disable trigger user;
          alter table events drop constraint record_has_its_hash;`);
      });

      afterAll(() =>
        stack.admin.query(`drop table kept;
          alter table events add constraint record_has_its_hash ${rule};
          alter table events enable always trigger a_fills;
          alter table events enable always trigger b_links;
          alter table events enable always trigger c_derives;
          alter table events enable always trigger never_changes;`),
      );

      let rule = '';
      const asReplica = (sql: string) =>
        stack.admin.query(`begin; set local session_replication_role = replica; ${sql}; commit`);

      /** Changes rows, asks, and puts them back. */
      const tamper = async (sql: string, query: HistoryQuery) => {
        await asReplica(sql);
        const asked = history().query(query);
        await expect(asked).rejects.toMatchObject({ fault: 'damaged' });
        await expect(asked).rejects.toThrow(/is not what the journal wrote/);
        await asReplica('delete from events; insert into events select * from kept');
        expect(await history().query(query)).toEqual(journal.logger.getHistory(query));
      };
      const forged = (seq: number): string => {
        const [record] = journal.store.scan(seq);
        if (record === undefined) throw new Error('no record');
        const { hash: _, ...rest } = { ...record, body: { forged: true } };
        const hash = hashOfRecord(rest);
        const text = canonicalText({ ...rest, hash }).replaceAll("'", "''");
        return `update events set record = '${text}', hash = '${hash}' where seq = ${seq}`;
      };
      const of700 = { beforeSeq: 703, limit: 5 };

      it('shows a record that was changed', () =>
        tamper(
          `update events set record = replace(record, '"loop"', '"host"') where seq = 700`,
          of700,
        ));

      it('shows a record that was changed and hashed anew', () => tamper(forged(700), of700));

      it('shows it also where the record after it was not asked for', () =>
        tamper(forged(699), { beforeSeq: 701, limit: 1 }));

      it('shows a record that is gone', () => tamper('delete from events where seq = 700', of700));

      it('shows two records that changed places', () =>
        tamper(
          `update events set record = other.record from events as other
           where events.seq in (700, 701) and other.seq = 1401 - events.seq`,
          of700,
        ));
    });

    describe('as "supabase check" finds it', () => {
      const check = async (
        given: Partial<ReturnType<typeof project>> = {},
        account: string | null = ACCOUNT,
      ) => {
        const findings = await checkSupabase({ ...project(), ...given }, account);
        return findings.filter(({ ok }) => !ok);
      };
      /** Breaks something, looks, and mends it. */
      const broken = async (breaks: string, mends: string) => {
        await stack.admin.query(breaks);
        try {
          return await check();
        } finally {
          await stack.admin.query(mends);
        }
      };

      it('is as it should be', async () => {
        expect(await check()).toEqual([]);
        expect(await check({}, null)).toEqual([]);
      });

      it('is told on the command line, with an exit status and as JSON', async () => {
        const env = {
          SUPABASE_URL: stack.url,
          SUPABASE_KEY: stack.anonKey,
          SUPABASE_ACCOUNT_KEY: accountKey,
        };
        const good = await runCli(['supabase', 'check', '--json'], env);
        expect(good).toMatchObject({ code: 0, stderr: '' });
        expect(JSON.parse(good.stdout)).toMatchObject({ ok: true, url: stack.url });
        const wrong = { ...env, SUPABASE_ACCOUNT_KEY: `bbk_${'0'.repeat(64)}` };
        const bad = await runCli(['supabase', 'check'], wrong);
        expect(bad).toMatchObject({ code: 1, stderr: '' });
        expect(bad.stdout).toMatch(/WRONG {2}account key .+\n {7}In the SQL editor: select/);
        const never = { ...env, SUPABASE_KEY: stack.serviceKey };
        const refused = await runCli(['supabase', 'check'], never);
        expect(refused.code).toBe(2);
        expect(refused.stderr).toMatch(/role service_role/);
        expect(refused.stderr).not.toContain(stack.serviceKey);
        const anchors = await runCli(['supabase', 'anchors'], env);
        expect(
          anchors.stdout
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line)),
        ).toEqual(await history().anchors());
        const { stdout } = await runCli(['supabase', 'anchors', '--json'], env);
        expect(JSON.parse(stdout)).toEqual({ ok: true, anchors: await history().anchors() });
      });

      it('names an address where nothing answers', async () => {
        const [finding] = await check({ url: 'http://127.0.0.1:1' });
        expect(finding).toMatchObject({ about: 'url', advice: /paused/ });
      });

      it('names a key of another project', async () => {
        const key = `${token({ role: 'anon' }).slice(0, -6)}AAAAAA`;
        expect(await check({ key })).toMatchObject([{ about: 'key' }]);
      });

      it('names an account key that the project does not know, or of another account', async () => {
        const unknown = `bbk_${'0'.repeat(64)}`;
        expect(await check({ accountKey: unknown })).toMatchObject([{ about: 'account_key' }]);
        expect(await check({}, 'paper-PA9')).toMatchObject([
          { about: 'account_key', because: expect.stringContaining('is for account paper-PA1') },
        ]);
        const reading = await stack.accountKey(ACCOUNT, false);
        expect(await check({ accountKey: reading })).toMatchObject([
          { about: 'account_key', because: expect.stringContaining('for reading only') },
        ]);
      });

      it('names tables that are not there', async () => {
        const reload = "notify pgrst, 'reload schema'";
        await stack.admin.query(`alter function journal_copy_access rename to hidden; ${reload}`);
        await expect.poll(check, { timeout: 15_000 }).toMatchObject([{ about: 'schema' }]);
        await stack.admin.query(`alter function hidden rename to journal_copy_access; ${reload}`);
        await expect.poll(check, { timeout: 15_000 }).toEqual([]);
      });

      it.each([
        [
          'row-level security that is off',
          'alter table events disable row level security',
          'alter table events enable row level security',
          [/security of table events is off/, /did not refuse|null value/],
        ],
        [
          'a right to change records',
          'grant update on orders to authenticated',
          'revoke update on orders from authenticated',
          [/role authenticated may update table orders/],
        ],
        [
          'a right to write past the journal',
          'grant insert on fills to anon',
          'revoke insert on fills from anon',
          [/role anon may insert any column into table fills/],
        ],
        [
          'a policy that somebody added',
          'create policy all_of_it on decisions for select to anon using (true)',
          'drop policy all_of_it on decisions',
          [/decisions has a policy that is not from the migrations/],
        ],
        [
          'a trigger that is off',
          'alter table plans disable trigger never_changes',
          'alter table plans enable always trigger never_changes',
          [/trigger that refuses changes of table plans is missing or off/],
        ],
      ])('names %s', async (_, breaks, mends, because) => {
        const findings = await broken(breaks, mends);
        expect(findings.map(({ about }) => about)).toEqual(because.map(() => 'policies'));
        for (const [index, each] of because.entries()) {
          expect(findings[index]?.because).toMatch(each);
        }
      });
    });
  },
);
