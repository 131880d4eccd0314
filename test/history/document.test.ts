import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import { runHere } from '../cli/run-here.ts';
import { recordedMonth } from './month.ts';

/** Each command of the document that is followed by what it prints. */
const shown = [
  ...readFileSync('docs/history.md', 'utf8').matchAll(
    /```sh\nbigbrother (.*)\n```\n```\n([\s\S]*?)```/g,
  ),
].map(([, call = '', printed = '']) => [call, printed.trimEnd().split('\n')] as const);

/** Numbers of records and ids are of one run; how often it is tried again is not said here. */
const plain = (line: string): string =>
  line
    .replace(/#\d+/g, '#')
    .replace(/T\d\d:\d\d:\d\d\.\d{3}Z/g, '')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id')
    .replace(/snapshot \d+/, 'snapshot')
    .replace(/^(naked .*:) \d+$|(?<= {2})\d+x/, '$1')
    .replace(/ +\d+$/, '')
    .trim();

describe('the page on history', () => {
  let directory: string;

  beforeAll(async () => {
    const { store } = await recordedMonth();
    directory = mkdtempSync(join(tmpdir(), 'history-'));
    mkdirSync(join(directory, 'simulated-PA1'));
    const file = new SqliteEventStore(join(directory, 'simulated-PA1', 'journal.sqlite'));
    file.append([...store.scan(1)]);
    file.close();
  }, 60_000);

  afterAll(() => rmSync(directory, { recursive: true }));

  it('shows what commands print', () => {
    expect(shown.length).toBeGreaterThan(5);
  });

  it.each(shown)('tells the truth of: bigbrother %s', async (call, printed) => {
    const { code, stdout } = await runHere(call.split(' '), { BIGBROTHER_DATA_DIR: directory });
    expect(code).toBe(0);
    const lines = stdout.split('\n').map(plain);
    for (const line of printed.map(plain)) expect(lines).toContain(line);
  });

  it('prints as JSON what an agent is answered', async () => {
    const call = ['history', '--view', 'totals', '--symbol', 'TSLA', '--day', '2026-10', '--json'];
    const { stdout } = await runHere(call, { BIGBROTHER_DATA_DIR: directory });
    expect(JSON.parse(stdout)).toMatchObject({ view: 'totals', totals: { closed: 1 } });
  });

  it('says what is wrong with a question, and what would be right', async () => {
    const ended = await runHere(['history', '--view', 'why', '--day', 'someday'], {
      BIGBROTHER_DATA_DIR: directory,
    });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('a month such as 2026-10');
  });
});
