import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import { Ed25519Signer } from '../../src/adapters/system/ed25519-signer.ts';
import { temporaryDirectory } from '../../src/adapters/system/files.ts';
import { csvCell } from '../../src/cli/journal/export-orders.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { guardedAccount, settle } from '../support/guarded-account.ts';
import { runHere } from './run-here.ts';

const data = temporaryDirectory('bigbrother-export-');
const signer = Ed25519Signer.forThisRun();
const inside = (...names: readonly string[]): string => join(data.path, ...names);
const run = (...args: readonly string[]) => runHere(args, { BIGBROTHER_DATA_DIR: data.path });
let records: readonly JournalRecord[] = [];
let stop: JournalRecord | undefined;

beforeAll(async () => {
  mkdirSync(inside('simulated-1'));
  const account = await guardedAccount({
    signing: { signer, anchorPlace: null, codeVersion: '0.1.0' },
  });
  const store = new SqliteEventStore(inside('simulated-1', 'journal.sqlite'));
  const guarded = account.boot({}, store);
  await settle(account.clock, guarded.start());
  guarded.orchestrator.start();
  await account.clock.advanceBy(60_000);
  account.price('AAPL', '91.9');
  account.price('AAPL', '91.8');
  await account.clock.advanceBy(60_000);
  await settle(account.clock, guarded.stop());
  records = [...store.scan(1)];
  stop = records.find(({ type }) => type === 'fill_received');
  store.close();
});
afterAll(() => data.remove());

it('says with --json what it wrote where, and gives the story of an order', async () => {
  const names = { bundle: 'told', orders: 'told.csv', timeline: 'told.md' };
  const args = Object.entries(names).flatMap(([name, to]) => [`--${name}`, inside(to)]);
  const id = stop?.orderId ?? '';
  const told = JSON.parse((await run('export', ...args, '--why', id, '--json')).stdout);
  expect(told).toMatchObject({
    ok: true,
    bundle: { directory: inside('told'), records: records.length },
    orders: { file: inside('told.csv') },
    timeline: { file: inside('told.md') },
    why: { order: { orderId: id, symbol: 'AAPL' } },
  });
  expect(told.orders.orders).toBe(
    readFileSync(inside('told.csv'), 'utf8').trim().split('\n').length - 1,
  );
  expect(told.why.report).toBe((await run('export', '--why', id)).stdout);
});

describe('an evidence bundle', () => {
  it('is checked by its directory, and finds a change in any of its files', async () => {
    const { code, stdout } = await run('export', '--bundle', inside('evidence'));
    expect({ code, stdout }).toMatchObject({ code: 0 });
    const good = await run('verify', inside('evidence'), '--json');
    const whole = await run('verify', '--json');
    expect(JSON.parse(good.stdout)).toMatchObject({
      ok: true,
      records: records.length,
      public_key: signer.publicKey,
      root: JSON.parse(whole.stdout).root,
    });
    for (const name of ['records.jsonl', 'checkpoints.jsonl', 'public-key.txt']) {
      const content = readFileSync(inside('evidence', name), 'utf8');
      writeFileSync(inside('evidence', name), content.replace(/[0-9]/, 'x'));
      expect(await run('verify', inside('evidence'))).toMatchObject({ code: 1 });
      writeFileSync(inside('evidence', name), content);
    }
    const lines = readFileSync(inside('evidence', 'records.jsonl'), 'utf8');
    writeFileSync(inside('evidence', 'records.jsonl'), lines.split('\n').slice(0, 9).join('\n'));
    expect(await run('verify', inside('evidence'))).toMatchObject({ code: 1 });
    writeFileSync(inside('evidence', 'records.jsonl'), lines);
  });

  it('discloses one order without the others', async () => {
    const id = stop?.orderId ?? '';
    await run('export', '--bundle', inside('evidence'), '--disclose', id);
    const path = inside('evidence', 'disclosure.json');
    const content = readFileSync(path, 'utf8');
    expect(JSON.parse(content).records.length).toBeGreaterThan(3);
    expect(await run('verify', path, '--key', signer.publicKey)).toMatchObject({ code: 0 });
    const { publicKey } = Ed25519Signer.forThisRun();
    expect(await run('verify', path, '--key', publicKey)).toMatchObject({ code: 1 });
    const lies = [
      content.replace('stop_limit', 'stop_limix'),
      content.replace(/("path": \[\s*")[0-9a-f]{2}/, '$1ff'),
      content.replace(/"settingsHash": "./, '"settingsHash": "_'),
    ];
    for (const lie of lies) {
      expect(lie).not.toBe(content);
      writeFileSync(path, lie);
      expect(await run('verify', path)).toMatchObject({ code: 1 });
    }
    const missing = await run('export', '--bundle', inside('evidence'), '--disclose', 'no-such-id');
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('no-such-id') });
  });
});

describe('exported orders', () => {
  it('name each order once, with its plan, its reason and what it filled', async () => {
    expect(await run('export', '--orders', inside('orders.csv'))).toMatchObject({ code: 0 });
    const [head = '', ...lines] = readFileSync(inside('orders.csv'), 'utf8').trim().split('\r\n');
    const submits = records.filter(
      ({ type, body }) => type === 'step_intended' && JSON.stringify(body).includes('"submit"'),
    );
    expect(lines.length).toBe(new Set(submits.map(({ seq }) => seq)).size);
    const names = head.split(',');
    const row = lines.find((line) => line.startsWith(stop?.orderId ?? '?')) ?? '';
    const cell = (name: string) => row.split(',')[names.indexOf(name)];
    expect(cell('side')).toBe('sell');
    expect(cell('first_at')).toMatch(/^2026-10-08T15:\d\d:\d\d\.\d{3}Z$/);
    expect(cell('status')).toBe('filled');
    expect(cell('filled_quantity')).toBe('10');
    expect(Number(cell('filled_value'))).toBeGreaterThan(900);
    expect(row).toContain('loop,plan-');
    expect(row).toContain('no resting stop');
  });

  it.each([
    ['=1+1', '"\'=1+1"'],
    ['+49', '"\'+49"'],
    ['-2', '"\'-2"'],
    ['@SUM(A1)', '"\'@SUM(A1)"'],
    ['\t=1', '"\'\t=1"'],
    [' =cmd|x', '"\' =cmd|x"'],
    ['a "b", c', '"a ""b"", c"'],
    ['plain', 'plain'],
    [12, '12'],
    [null, ''],
  ])('write %j so that no spreadsheet computes it', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });
});

describe('what people read', () => {
  it('tells the days, and an order from the look it was decided on to its fill', async () => {
    expect(await run('export', '--timeline', inside('days.md'))).toMatchObject({ code: 0 });
    expect(readFileSync(inside('days.md'), 'utf8')).toMatch(/^## 2026-10-08 \(UTC\)$/m);
    const { code, stdout } = await run('export', '--why', stop?.orderId ?? '');
    expect(code).toBe(0);
    const headings = [...stdout.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(headings).toEqual([
      'Seen',
      'Decided',
      'Planned, reviewed and approved',
      'Sent, answered and filled',
      'What came of it',
    ]);
    expect(stdout).not.toContain('says nothing of it');
    expect(stdout).toMatch(/chosen: stop-loss/);
    expect(stdout).toMatch(/guardrails passed it/);
  });

  it('says what is missing', async () => {
    expect(await run('export')).toMatchObject({ code: 2 });
    expect(await run('export', '--why', 'nobody')).toMatchObject({ code: 2 });
    expect(await run('export', '--disclose', 'x')).toMatchObject({ code: 2 });
  });
});
