import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliProcess, runCli } from './run-cli.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bigbrother-probe-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const KEYS = { APCA_API_KEY_ID: 'PK1', APCA_API_SECRET_KEY: 'a-secret' };

describe('the probe', () => {
  it('finds the switch that an exchange on this machine was given, and writes it down', async () => {
    const path = (name: string) => join(directory, name);
    writeFileSync(path('in.json'), '{"switches":{"cancelOfCanceled":"refuse"}}');
    const exchange = new CliProcess(['exchange', '--port', '0', '--switches', path('in.json')]);
    const [printed] = await exchange.says(/^APCA[\s\S]*Ctrl-C/m);
    const env = Object.fromEntries(
      [...printed.matchAll(/^(APCA_\w+)=(.+)$/gm)].map(([, name, value]) => [name, value]),
    );
    const files = ['--write-switches', path('out.json'), '--report', path('report.md')];
    // It sends a hundred requests in a minute at most, so it is stopped before that.
    const probe = new CliProcess(['exchange', 'probe', ...files], env);
    await probe.says(/cancel of what is canceled: differs/);
    probe.signal('SIGINT');
    const ended = await probe.ended();
    expect(ended.stderr).toContain('Stopping: what is placed is taken back first.');
    expect(ended.stdout).toContain('It was stopped before all was asked');
    expect(ended.stdout).toContain('Nothing is left');
    expect(ended.code).toBe(1);
    const found = JSON.parse(readFileSync(path('out.json'), 'utf8'));
    expect(found.switches.cancelOfCanceled).toBe('refuse');
    expect(readFileSync(path('report.md'), 'utf8')).toBe(ended.stdout);
    exchange.signal('SIGINT');
    await exchange.ended();
  }, 60_000);

  it('refuses keys and addresses that are not of a paper account, before it sends anything', async () => {
    for (const [env, because] of [
      [{}, 'There are no keys'],
      [{ ...KEYS, APCA_API_KEY_ID: 'AK123' }, 'those of live accounts with AK'],
      [{ ...KEYS, APCA_API_BASE_URL: 'https://api.alpaca.markets' }, 'where real money is'],
      [{ ...KEYS, APCA_API_BASE_URL: 'https://paper.example.com' }, 'allowed: https://paper-api'],
    ] as const) {
      const ended = await runCli(['exchange', 'probe'], env);
      expect([ended.code, ended.stdout]).toEqual([2, '']);
      expect(ended.stderr).toContain(because);
      expect(ended.stderr).not.toContain('a-secret');
    }
  }, 30_000);

  it('says why it did not begin, and sends nothing but reads', async () => {
    const methods: string[] = [];
    const server = createServer((request, response) => {
      methods.push(request.method ?? '');
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"account_number":"912345678"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const env = { ...KEYS, APCA_API_BASE_URL: `http://127.0.0.1:${port}` };
    const ended = await runCli(['exchange', 'probe'], env);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect([ended.code, ended.stdout]).toEqual([3, '']);
    expect(ended.stderr).toMatch(/The probe did not begin: the account 912345678 is no paper/);
    expect(new Set(methods)).toEqual(new Set(['GET']));
    const gone = await runCli(['exchange', 'probe'], env);
    expect([gone.code, gone.stderr]).toEqual([3, expect.stringContaining('ECONNREFUSED')]);
  });

  it('takes no option of the exchange', async () => {
    const ended = await runCli(['exchange', 'probe', '--seed', '3'], KEYS);
    expect([ended.code, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toContain('--seed is of "exchange"');
  });

  it('explains what it does to the account', async () => {
    const { stdout, code } = await runCli(['exchange', 'probe', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('orders for one share, far from the market');
  });
});
