import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ended } from './run-cli.ts';
import { runHere } from './run-here.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'bigbrother-bad-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const file = (name: string, content: string): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

/** A sentence for a person: what is wrong and what to do, and no stack. */
const expectClear = ({ stderr, stdout }: Ended, ...words: readonly string[]) => {
  expect(stdout).toBe('');
  for (const word of words) expect(stderr).toContain(word);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain('fault in BigBrother');
};

/** The same with `--json`: one object says what stderr says. */
const expectClearJson = ({ stdout, ...ended }: Ended, ...words: readonly string[]) => {
  const { ok, error } = JSON.parse(stdout) as { ok: boolean; error: Record<string, unknown> };
  expect({ ok, code: error.exit_code }).toEqual({ ok: false, code: ended.code });
  expect(ended.stderr).toContain(error.message);
  expectClear({ ...ended, stdout: '' }, ...words);
};

describe('arguments that cannot be used', () => {
  it.each([
    [['frobnicate'], '"frobnicate" is not a command; there are mcp, loop, status, demo'],
    [['demo', '--sed', '1'], "unknown option '--sed'"],
    [['demo', '--seed', '-1'], 'a whole number from 0'],
    [['exchange', '--port', '70000'], 'a whole number from 0 to 65535'],
    [['exchange', '--speed', '0'], 'a whole number from 1'],
    [['exchange', '--positions', 'AAPL'], 'symbol:shares@entry'],
    [['exchange', '--positions', '../x:1@1'], 'symbol:shares@entry'],
    [['exchange', '--positions', 'AAPL:0@180.00'], 'symbol:shares@entry'],
    [['history', '--symbol', 'not a symbol'], 'a symbol such as AAPL'],
    [['history', '--since', 'some day'], 'a span such as 24h or 7d'],
    [['history', '--day', 'someday'], 'a New York date such as 2026-10-06'],
    [['history', '--view', 'wy'], 'why_not'],
    [['history', '--type', 'fils'], 'fill_received'],
    [['history', '--limit', '0'], 'a whole number from 1'],
  ])('%j: exits 2 and says what is allowed', async (args, allowed) => {
    const ended = await runHere(args, { BIGBROTHER_DATA_DIR: directory });
    expect(ended.code).toBe(2);
    expectClear(ended, allowed);
  });
});

describe('settings that cannot be used', () => {
  it.each([
    ['one key alone', { APCA_API_KEY_ID: 'PK1' }, 'APCA_API_SECRET_KEY is not'],
    ['an unknown mode', { BIGBROTHER_MODE: 'turbo' }, 'allowed: observe, propose, execute'],
    ['half a live key', { BIGBROTHER_LIVE_ACCOUNT: '123' }, 'there are no keys'],
    ['a settings file that is not there', { BIGBROTHER_CONFIG: '/absent.json' }, 'does not exist'],
  ])('%s: exits 2 and says which', async (_, env, because) => {
    const ended = await runHere(['loop'], { BIGBROTHER_DATA_DIR: directory, ...env });
    expect(ended.code).toBe(2);
    expectClear(ended, because);
  });

  it('name themselves, their value and what is allowed, out of a file', async () => {
    const path = file('wrong.json', '{"policies":{"partialProfit":{"targetR":"lots"}}}');
    const ended = await runHere(['loop', '--config', path], { BIGBROTHER_DATA_DIR: directory });
    expect(ended.code).toBe(2);
    expectClear(ended, 'policies.partialProfit.targetR is "lots"', 'from 0.1 to 100');
  });

  it('show their stack when asked to', async () => {
    const ended = await runHere(['loop', '--debug'], { BIGBROTHER_MODE: 'turbo' });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^\s+at /m);
  });
});

describe('files that cannot be used', () => {
  const header = 'time,open,high,low,close,volume\n';
  it.each([
    ['a file that is not there', () => join(directory, 'ABSENT.csv'), ['does not exist']],
    ['a file that is not named after a symbol', () => file('my bars.csv', header), ['AAPL.csv']],
    ['an empty file', () => file('A.csv', ''), ['A.csv, line 1', 'the file is empty']],
    ['a file without rows', () => file('B.csv', header), ['B.csv', 'no bars']],
    [
      'a price that is none',
      () => file('C.csv', `${header}2026-03-10T09:00,1,2,x,1,5\n`),
      ['C.csv, line 2, column low', '"x"'],
    ],
    [
      'a high below the low',
      () => file('D.csv', `${header}2026-03-10T09:00,5,4,6,5,5\n`),
      ['D.csv, line 2, column high'],
    ],
    [
      'times that go back',
      () => file('E.csv', `${header}2026-03-10T10:00,1,1,1,1,5\n2026-03-10T09:00,1,1,1,1,5\n`),
      ['E.csv, line 3, column time', 'ascend'],
    ],
    [
      'a daily bar on a day without trading',
      () => file('F.csv', `${header}2026-03-14,1,1,1,1,5\n`),
      ['2026-03-14', 'closed'],
    ],
  ])('%s: the demo exits 2 and says where', async (_, path, words) => {
    const ended = await runHere(['demo', '--json', '--bars', path()]);
    expect(ended.code).toBe(2);
    expectClearJson(ended, ...words);
  });

  it('one symbol twice is refused', async () => {
    const path = file('G.csv', `${header}2026-03-10T09:00,1,1,1,1,5\n2026-03-10T10:00,1,1,1,1,5\n`);
    const ended = await runHere(['demo', '--bars', `${path},${path}`]);
    expect(ended.code).toBe(2);
    expectClear(ended, 'G', 'twice');
  });

  it('a data directory that cannot be written names a way out', async () => {
    const ended = await runHere(['loop'], { BIGBROTHER_DATA_DIR: '/dev/null/data' });
    expect(ended.code).toBe(2);
    expectClear(ended, '/dev/null/data', 'set BIGBROTHER_DATA_DIR');
  });

  it('a journal directory of the demo that cannot be written says so', async () => {
    const ended = await runHere(['demo', '--json', '--keep', '/dev/null/journal']);
    expect(ended.code).toBe(2);
    expectClearJson(ended, '/dev/null/journal');
  });

  it('a data directory without a journal says what to do first', async () => {
    const ended = await runHere(['history'], { BIGBROTHER_DATA_DIR: directory });
    expect(ended.code).toBe(2);
    expectClear(ended, 'There is no journal', 'bigbrother loop');
  });
});

describe('a broker that does not answer as it should', () => {
  const answers: readonly [string, number, string, string][] = [
    ['refuses the keys', 401, '{"message":"unauthorized."}', 'Check that the keys are right'],
    ['forbids', 403, '{"message":"forbidden."}', 'Check that the keys are right'],
    ['does not understand', 422, '{"code":42210000,"message":"no"}', 'APCA_API_BASE_URL'],
    ['is asked too often', 429, '{"message":"too many requests."}', 'Too many requests'],
    ['fails', 500, '{"message":"internal server error"}', 'then try again'],
    ['talks HTML', 200, '<html>gateway</html>', 'then try again'],
    ['leaves fields out', 200, '{"id":"x"}', 'then try again'],
    ['stops half way', 200, '{"account_number":"PA1","equ', 'then try again'],
  ];

  it.each(answers)(
    '%s (%i): exits 3 with the cause and a way out',
    async (_, status, body, way) => {
      const server = createServer((_request, response) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(body);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        const ended = await runHere(['loop'], brokerAt((server.address() as AddressInfo).port));
        expect(ended.code).toBe(3);
        expectClear(ended, 'The simulated account cannot be read', 'GET /v2/account', way);
        expect(ended.stderr).not.toContain('a-secret');
        if (status !== 200) expect(ended.stderr).toContain(String(status));
      } finally {
        server.closeAllConnections();
        server.close();
      }
    },
  );

  it('is not there: exits 3 with the cause and a way out', async () => {
    const ended = await runHere(['loop'], brokerAt(await closedPort()));
    expect(ended.code).toBe(3);
    expectClear(ended, 'cannot be read', 'ECONNREFUSED', 'Check the network');
  });

  const closedPort = async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
  };
  const brokerAt = (port: number) => ({
    BIGBROTHER_DATA_DIR: directory,
    APCA_API_BASE_URL: `http://127.0.0.1:${port}`,
    APCA_API_KEY_ID: 'PK1',
    APCA_API_SECRET_KEY: 'a-secret',
  });
});

it('a reader that is gone is no fault', async () => {
  const child = spawn(process.execPath, ['dist/bigbrother.js', '--help']);
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect([code, stderr]).toEqual([0, '']);
});
