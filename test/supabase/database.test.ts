import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { SupabaseReplica } from '../../src/adapters/supabase/replica.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { canonicalText } from '../../src/domain/canonical.ts';
import { chained, entryOf } from './journal.ts';
import { START_MS, type Stack, startStack, token, whyNoStack } from './stack.ts';

const TABLES = ['events', 'decisions', 'plans', 'orders', 'fills', 'outcomes', 'checkpoints'];
const MINE = 'paper-PA1';
const THEIRS = 'paper-PA2';
const ME = '11111111-1111-4111-8111-111111111111';

type Row = Readonly<Record<string, unknown>>;

/** A second apart, 200 symbols in turn. */
const MANY_EVENTS = `
  insert into events (account, seq, at, at_ms, boot, type, actor, symbol, plan_id, order_id, prev,
    hash, record)
  select 'paper-MANY', n, to_timestamp(n), n * 1000, 'b', case when n % 1500 = 0 then 'rare'
      else 'often' end, 'system', 'S' || n % 200, 'plan-' || n / 10, 'order-' || n / 10,
    repeat('0', 64), hash, '{"hash":"' || hash || '","n":' || n || '}'
  from (
    select n, encode(sha256(convert_to('{"n":' || n || '}', 'UTF8')), 'hex') as hash
    from generate_series(1, 12000) as n
  ) as numbered`;

const records = chained([
  { type: 'started' },
  {
    type: 'decision_made',
    symbol: 'AAPL',
    body: {
      decision: {
        urgency: 'high',
        snapshotVersion: 7,
        target: { holdQuantity: '10', cover: { stopPrice: '95.123456789', limitPrice: '94' } },
        chosen: [{ policy: 'stop-loss' }],
        overruled: [{ recommendation: { policy: 'trailing-stop' }, by: 'stop-loss' }],
      },
    },
  },
  {
    type: 'plan_proposed',
    symbol: 'AAPL',
    planId: 'plan-1',
    body: { plan: { origin: 'loop', intent: { kind: 'manage' }, hash: 'abc' } },
  },
  {
    type: 'plan_reviewed',
    symbol: 'AAPL',
    planId: 'plan-1',
    body: {
      outcome: 'denied',
      verdicts: [
        { guardrail: 'order-size', symbol: 'AAPL', outcome: 'deny', code: 'order_too_large' },
        { guardrail: 'oversell', symbol: 'AAPL', outcome: 'pass', code: null },
      ],
    },
  },
  {
    type: 'step_intended',
    symbol: 'AAPL',
    planId: 'plan-1',
    body: {
      kind: 'submit',
      clientOrderId: 'bb-1',
      request: {
        side: 'sell',
        type: 'stop_limit',
        quantity: '10',
        stopPrice: '95',
        limitPrice: '94',
      },
    },
  },
  {
    type: 'fill_received',
    symbol: 'AAPL',
    orderId: 'order-1',
    body: { side: 'sell', quantity: '0.123456789', price: '123456789012.123456789' },
  },
  {
    type: 'naked_time_measured',
    symbol: 'AAPL',
    body: { shareSeconds: '12.5', dollarSeconds: '1250' },
  },
  {
    type: 'checkpoint_signed',
    body: { size: 7, root: 'r', lastHash: 'l', previous: null, publicKey: 'k', signature: 's' },
  },
  // What no column can hold as a number, and a character that PostgreSQL has no place for.
  {
    type: 'fill_received',
    symbol: 'AAPL',
    body: { quantity: 'many', price: 1e21, note: 'a\u0000b\\u0000' },
  },
]);

describe.skipIf(whyNoStack() !== null)(
  `the database (${whyNoStack() ?? 'PostgreSQL, PostgREST'})`,
  () => {
    let stack: Stack;
    let key: string;

    beforeAll(async () => {
      stack = await startStack();
      key = await stack.accountKey(MINE);
      await replicaOf(MINE, key).add(records.map(entryOf));
      const others = await stack.accountKey(THEIRS);
      await replicaOf(THEIRS, others).add(chained([{ type: 'started' }]).map(entryOf));
      await stack.admin.query(`insert into auth.users values ('${ME}', 'me@example.org')`);
      await stack.admin.query(`insert into bigbrother.account_members values ('${ME}', '${MINE}')`);
    }, START_MS);

    afterAll(() => stack?.stop());

    const replicaOf = (account: string, accountKey: string) =>
      new SupabaseReplica(account, {
        url: stack.url,
        key: stack.anonKey,
        accountKey,
        clock: new SystemClock(),
      });

    /** What everybody who may come through the API brings along. */
    const visitors = () => {
      const client = (apiKey: string, headers: Record<string, string> = {}) =>
        createClient(stack.url, apiKey, {
          auth: { persistSession: false, autoRefreshToken: false },
          global: { headers },
          realtime: { transport: WebSocket as never },
        });
      return {
        bigBrother: client(stack.anonKey, { 'x-bigbrother-key': key }),
        nobody: client(stack.anonKey),
        me: client(stack.anonKey, {
          authorization: `Bearer ${token({ role: 'authenticated', sub: ME })}`,
        }),
        stranger: client(stack.anonKey, {
          authorization: `Bearer ${token({ role: 'authenticated', sub: ME.replaceAll('1', '2') })}`,
        }),
        service: client(stack.serviceKey),
      };
    };

    it('keeps each record byte for byte, with columns that say what it says', async () => {
      const { rows } = await stack.admin.query(
        'select *, extract(epoch from at) * 1000 as ms from events where account = $1 order by seq',
        [MINE],
      );
      expect(rows.map((row: Row) => row.record)).toEqual(
        records.map((record) => canonicalText(record)),
      );
      for (const [index, record] of records.entries()) {
        expect(rows[index]).toMatchObject({
          seq: String(record.seq),
          at_ms: String(record.at),
          type: record.type,
          symbol: record.symbol,
          plan_id: record.planId,
          order_id: record.orderId,
          hash: record.hash,
          prev: record.prev,
        });
        expect(Number(rows[index]?.ms)).toBe(record.at);
      }
    });

    it('takes decisions, plans, orders, fills and checkpoints out of the events, to the last digit', async () => {
      const all = async (table: string) =>
        (await stack.admin.query(`select * from ${table} where account = $1 order by seq`, [MINE]))
          .rows;
      expect(await all('decisions')).toMatchObject([
        {
          seq: '2',
          symbol: 'AAPL',
          urgency: 'high',
          stop_price: '95.123456789',
          chosen_policies: ['stop-loss'],
          overruled_policies: ['trailing-stop'],
        },
      ]);
      expect(await all('plans')).toMatchObject([
        { seq: '3', stage: 'proposed', plan_id: 'plan-1', origin: 'loop', intent: 'manage' },
        { seq: '4', stage: 'reviewed', outcome: 'denied', denials: [{ code: 'order_too_large' }] },
      ]);
      expect(await all('orders')).toMatchObject([
        { seq: '5', stage: 'intended', side: 'sell', order_type: 'stop_limit', stop_price: '95' },
      ]);
      expect(await all('fills')).toMatchObject([
        { seq: '6', quantity: '0.123456789', price: '123456789012.123456789' },
        { seq: '9', quantity: null },
      ]);
      expect(await all('checkpoints')).toMatchObject([{ seq: '8', size: '7', root: 'r' }]);
    });

    it('has views on naked time and vetoes that keep to the reader’s accounts', async () => {
      const { me, stranger } = visitors();
      const naked = await me.from('naked_time_by_day').select('day,symbol,share_seconds::text');
      expect(naked.data).toEqual([{ day: '2026-10-08', symbol: 'AAPL', share_seconds: '12.5' }]);
      const vetoes = await me.from('vetoes_by_code').select('code,guardrail,symbol,vetoes');
      expect(vetoes.data).toEqual([
        { code: 'order_too_large', guardrail: 'order-size', symbol: 'AAPL', vetoes: 1 },
      ]);
      expect((await stranger.from('vetoes_by_code').select()).data).toEqual([]);
    });

    it.each(TABLES)(
      'refuses to change or remove anything in %s, whoever asks through the API',
      async (table) => {
        for (const [who, client] of Object.entries(visitors())) {
          const changed = await client.from(table).update({ seq: 1 }).eq('account', MINE);
          const removed = await client.from(table).delete().eq('account', MINE);
          expect([who, changed.error?.code, removed.error?.code]).toEqual([who, '42501', '42501']);
        }
      },
    );

    it.each(TABLES)(
      'refuses it in %s to the roles of the database and to the owner of the tables',
      async (table) => {
        const statements = [
          `update ${table} set seq = seq`,
          `delete from ${table}`,
          `truncate ${table} cascade`,
        ];
        for (const role of ['anon', 'authenticated', 'service_role', 'authenticator', 'postgres']) {
          for (const statement of statements) {
            await stack.admin.query(`begin; set local role ${role}`);
            const refused = await stack.admin.query(statement).then(
              () => null,
              (error: { code: string }) => error.code,
            );
            await stack.admin.query('rollback');
            expect([role, statement, refused]).toEqual([role, statement, '42501']);
          }
        }
      },
    );

    it('refuses it even to a superuser that replays a replication stream', async () => {
      await stack.admin.query('begin; set local session_replication_role = replica');
      await expect(stack.admin.query('delete from events')).rejects.toThrow('is refused');
      await stack.admin.query('rollback');
    });

    it.each(TABLES.filter((table) => table !== 'events'))(
      'takes nothing into %s but through an event',
      async (table) => {
        for (const [who, client] of Object.entries(visitors())) {
          const { error } = await client.from(table).insert({ account: MINE, seq: 1 });
          expect([who, error?.code]).toEqual([who, '42501']);
        }
      },
    );

    it('lets nobody but the key of an account write into it', async () => {
      const [next] = chained([{ type: 'stopped' }], records.at(-1));
      if (next === undefined) throw new Error('no record');
      const row = { account: MINE, seq: next.seq, record: canonicalText(next) };
      const { bigBrother, ...others } = visitors();
      for (const [who, client] of Object.entries(others)) {
        const { error } = await client.from('events').insert(row);
        expect([who, error?.code]).toEqual([who, '42501']);
      }
      const [first] = chained([{ type: 'started' }]);
      const foreign = { account: 'paper-PA3', seq: 1, record: canonicalText(first) };
      expect((await bigBrother.from('events').insert(foreign)).error?.code).toBe('42501');
      const forged = { ...row, hash: 'f'.repeat(64) };
      expect((await bigBrother.from('events').insert(forged)).error?.code).toBe('42501');
    });

    it('takes a key that reads for reading only', async () => {
      const readKey = await stack.accountKey(MINE, false);
      const reader = replicaOf(MINE, readKey);
      expect(await reader.head()).toMatchObject({ seq: records.length });
      const next = chained([{ type: 'stopped' }], records.at(-1)).map(entryOf);
      await expect(reader.add(next)).rejects.toMatchObject({ fault: 'refused', code: '42501' });
    });

    it.each(TABLES)(
      'shows of %s what belongs to the reader, and nothing of another account',
      async (table) => {
        const { bigBrother, nobody, me, stranger } = visitors();
        const accounts = async (client: typeof me) => {
          const { data, error } = await client.from(table).select('account');
          expect(error).toBeNull();
          return new Set(data?.map(({ account }) => account));
        };
        const { rows } = await stack.admin.query(`select 1 from ${table} where account = $1`, [
          MINE,
        ]);
        const own = new Set(rows.length === 0 ? [] : [MINE]);
        expect(await accounts(bigBrother)).toEqual(own);
        expect(await accounts(me)).toEqual(own);
        expect(await accounts(nobody)).toEqual(new Set());
        expect(await accounts(stranger)).toEqual(new Set());
      },
    );

    it('keeps keys out of everybody’s sight, and of a key only its hash', async () => {
      for (const client of Object.values(visitors())) {
        const { error } = await client.schema('bigbrother').from('account_keys').select();
        expect(error).not.toBeNull();
      }
      const { rows } = await stack.admin.query('select key_hash from bigbrother.account_keys');
      expect(JSON.stringify(rows)).not.toContain(key.slice(4));
      await stack.admin.query('begin; set local role service_role');
      await expect(stack.admin.query('select * from bigbrother.account_keys')).rejects.toThrow();
      await stack.admin.query('rollback');
    });

    it.each([
      [
        'a record that is not what its hash says',
        (text: string) => text.replace('"boot-1"', '"boot-2"'),
        /record_has_its_hash/,
      ],
      [
        'a record under another number',
        (text: string) => text.replace(/"seq":\d+/, '"seq":12'),
        /handed in as/,
      ],
      ['what is no record', () => '{"seq":10}', /null value/],
      ['what is no JSON', () => 'record', /invalid input syntax/],
    ])('refuses %s', async (_, change, because) => {
      const [next] = chained([{ type: 'stopped' }], records.at(-1));
      const row = { account: MINE, seq: 10, record: change(canonicalText(next)) };
      const { error } = await visitors().bigBrother.from('events').insert(row);
      expect(error?.message).toMatch(because);
    });

    it('refuses a gap, a record of another chain, and a beginning that is none', async () => {
      const last = records.at(-1);
      if (last === undefined) throw new Error('no record');
      const replica = replicaOf(MINE, key);
      const add = (after: { seq: number; hash: string }) =>
        replica.add(chained([{ type: 'stopped' }], after).map(entryOf));
      await expect(add({ ...last, seq: last.seq + 1 })).rejects.toMatchObject({
        said: expect.stringContaining('leaves a gap'),
      });
      await expect(add({ ...last, hash: 'e'.repeat(64) })).rejects.toMatchObject({
        said: expect.stringContaining('not of the chain'),
      });
      const fresh = replicaOf('paper-PA4', await stack.accountKey('paper-PA4'));
      const begun = chained([{ type: 'started' }], { seq: 0, hash: 'e'.repeat(64) }).map(entryOf);
      await expect(fresh.add(begun)).rejects.toMatchObject({
        said: expect.stringContaining('not of the chain'),
      });
      expect(await fresh.head()).toBeNull();
    });

    it('tells a record that differs from the one that is kept, and leaves that as it is', async () => {
      const others = chained([{ type: 'started' }, { type: 'stopped' }]);
      const replica = replicaOf(MINE, key);
      await expect(replica.add(records.slice(0, 3).map(entryOf))).resolves.toBeNull();
      await expect(replica.add(others.map(entryOf))).resolves.toMatchObject({
        seq: 2,
        keptHash: records[1]?.hash,
      });
      expect(await replica.head()).toMatchObject({ seq: records.length });
    });

    it('may begin where older records are in an archive, and never before that', async () => {
      const account = 'paper-PA5';
      const replica = replicaOf(account, await stack.accountKey(`${account}/2027`));
      await replica.add(records.slice(4, 6).map(entryOf));
      expect(await replica.head()).toMatchObject({ seq: 6 });
      await expect(replica.add(records.slice(1, 3).map(entryOf))).rejects.toMatchObject({
        said: expect.stringContaining('gap behind'),
      });
    });

    it('shows the last that is known of each order', async () => {
      const account = 'paper-PA6';
      const update = (orderId: string, status: string, filledQuantity: string) =>
        ({
          type: 'order_update_received',
          symbol: 'AAPL',
          orderId,
          body: { status, filledQuantity, quantity: '10', side: 'sell', orderType: 'stop' },
        }) as const;
      const told = [update('a', 'new', '0'), update('b', 'new', '0'), update('a', 'filled', '10')];
      await replicaOf(account, await stack.accountKey(account)).add(chained(told).map(entryOf));
      const { rows } = await stack.admin.query(
        'select order_id, status, filled_quantity, seq from latest_orders where account = $1',
        [account],
      );
      expect(rows).toEqual([
        { order_id: 'a', status: 'filled', filled_quantity: '10', seq: '3' },
        { order_id: 'b', status: 'new', filled_quantity: '0', seq: '2' },
      ]);
    });

    it('finds a day of one symbol, a kind, a plan, an order and a time through an index', async () => {
      await stack.admin.query('begin; alter table events disable trigger user');
      await stack.admin.query(MANY_EVENTS);
      await stack.admin.query('analyze events');
      const wheres = {
        "symbol = 'S7' and at_ms between 9000000 and 9300000": 'events_by_symbol_and_time',
        "symbol = 'S7'": 'events_by_symbol',
        "type = 'rare'": 'events_by_type',
        "plan_id = 'plan-900'": 'events_by_plan',
        "order_id = 'order-900'": 'events_by_order',
        'at_ms between 5000000 and 5001000': 'events_by_time',
      };
      for (const [where, index] of Object.entries(wheres)) {
        const { rows } = await stack.admin.query(
          `explain select record from events where account = 'paper-MANY' and ${where}
         order by seq desc limit 51`,
        );
        const plan = rows.map((row: Row) => row['QUERY PLAN']).join('\n');
        expect(plan).toContain(` ${index} `);
      }
      await stack.admin.query('rollback');
    });
  },
);
