import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SqliteEventReader } from '../../src/adapters/event-stores/sqlite-reader.ts';
import { canonicalText } from '../../src/domain/canonical.ts';
import { CliProcess } from '../cli/run-cli.ts';
import { START_MS, type Stack, startStack, whyNoStack } from './stack.ts';

describe.skipIf(whyNoStack() !== null)(
  `the loop as a process (${whyNoStack() ?? 'PostgreSQL, PostgREST'})`,
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'bigbrother-copied-'));
    let stack: Stack;
    let exchange: CliProcess;
    let env: Readonly<Record<string, string>>;

    beforeAll(async () => {
      stack = await startStack();
      exchange = new CliProcess([
        ...['exchange', '--port', '0', '--account-number', 'PA777'],
        ...['--positions', 'AAPL:10@100'],
      ]);
      const [printed] = await exchange.says(/^APCA[\s\S]*Ctrl-C/m);
      const keys = [...printed.matchAll(/^(APCA_\w+)=(.+)$/gm)];
      env = {
        ...Object.fromEntries(keys.map(([, name, value]) => [name, value ?? ''])),
        BIGBROTHER_DATA_DIR: directory,
        BIGBROTHER_MODE: 'observe',
        SUPABASE_URL: stack.url,
        SUPABASE_KEY: stack.anonKey,
        SUPABASE_ACCOUNT_KEY: await stack.accountKey('simulated-PA777'),
      };
    }, START_MS);

    afterAll(async () => {
      exchange?.signal('SIGTERM');
      await exchange?.ended();
      await stack?.stop();
      rmSync(directory, { recursive: true, force: true });
    });

    const journal = (): readonly { seq: string; record: string }[] => {
      const reader = new SqliteEventReader(join(directory, 'simulated-PA777', 'journal.sqlite'));
      const rows = [...reader.scan(1)].map((record) => ({
        seq: String(record.seq),
        record: canonicalText(record),
      }));
      reader.close();
      return rows;
    };
    const copy = async (): Promise<readonly { seq: string; record: string }[]> =>
      (await stack.admin.query('select seq, record from events order by seq')).rows;

    /** From start to SIGTERM; `meanwhile` runs when it is at work. */
    const run = async (meanwhile: () => Promise<void>): Promise<void> => {
      const loop = new CliProcess(['loop', '--plain'], env);
      try {
        await loop.says(/Journal: .+/);
        await meanwhile();
        loop.signal('SIGTERM');
        expect((await loop.ended()).code).toBe(0);
      } finally {
        loop.signal('SIGKILL');
      }
    };

    it('copies while it runs, to the last record of a clean end', async () => {
      await run(() => expect.poll(copy, { timeout: 30_000 }).not.toEqual([]));
      const own = journal();
      expect(own.map(({ record }) => record).join('\n')).toContain('"type":"stopped"');
      expect(await copy()).toEqual(own);
    }, 60_000);

    it('runs and ends as ever without Supabase, and copies what was missed the next time', async () => {
      await stack.rest.kill();
      const before = await copy();
      await run(() => expect.poll(journal, { timeout: 30_000 }).not.toHaveLength(before.length));
      expect(await copy()).toEqual(before);
      await stack.rest.start();
      await run(() => expect.poll(copy, { timeout: 30_000 }).not.toEqual(before));
      expect(await copy()).toEqual(journal());
    }, 90_000);

    it('writes no key into the journal', () => {
      const written = journal()
        .map(({ record }) => record)
        .join('\n');
      expect(written).not.toContain('bbk_');
      expect(written).not.toContain(stack.anonKey);
    });
  },
);
