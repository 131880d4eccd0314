import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CliProcess, type Ended, runCli } from './run-cli.ts';
import { accessTo, headersOf, useWorkplace } from './workplace.ts';

const ACCOUNT = 'PA777';
const ENTRY = { symbol: 'KO', qty: '1', side: 'buy', type: 'limit', limit_price: '1' };
const PROMPT = ['--give-up-after', '30'];

const { path, start } = useWorkplace('halt');

/** An exchange in a process of its own, long 10 AAPL, saved so that it can be started again. */
async function startExchange() {
  const state = ['--state', path('exchange.json')];
  const world = ['--account-number', ACCOUNT, '--positions', 'AAPL:10@100'];
  const isNew = !readdirSync(path()).includes('exchange.json');
  const process = start(['exchange', '--port', '0', ...state, ...(isNew ? world : [])]);
  const keys = await accessTo(process);
  const env = { ...keys, BIGBROTHER_DATA_DIR: path('data') };
  const headers = headersOf(keys);
  const ask = async (path: string, body?: unknown) => {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${keys.APCA_API_BASE_URL}${path}`, { headers, ...sent });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  const resting = async (): Promise<string[]> => {
    const orders = (await ask('/v2/orders?status=open')) as Record<string, string>[];
    return orders.map(({ side, qty, symbol, type }) => `${side} ${qty} ${symbol} ${type}`).sort();
  };
  const enter = () => ask('/v2/orders', { ...ENTRY, time_in_force: 'gtc' });
  const stop = async (): Promise<Ended> => {
    process.signal('SIGINT');
    return process.ended();
  };
  return { env, resting, enter, stop };
}

const STOP = 'sell 10 AAPL stop_limit';

async function guardedBy(env: Readonly<Record<string, string>>): Promise<CliProcess> {
  const loop = start(['loop', '--plain'], { ...env, BIGBROTHER_MODE: 'execute' });
  await loop.says(/"symbol":"AAPL".*place-/);
  return loop;
}

describe('bigbrother halt', () => {
  it('stops a running loop, cancels the entry, leaves the stop, and verifies it', async () => {
    const exchange = await startExchange();
    const loop = await guardedBy(exchange.env);
    await exchange.enter();
    const halt = await runCli(['halt', ...PROMPT, '--because', 'a drill'], exchange.env);
    expect(halt.stdout).toMatch(/^LATCHED simulated-PA777: halted \(everything\).*a drill/);
    expect(halt.stdout).toMatch(/VERIFIED: nothing is left that has to end\n$/);
    expect(halt.stdout).toContain('goes on resting: sell 10 AAPL stop_limit');
    expect(halt).toMatchObject({ code: 0, stderr: '' });
    expect(await exchange.resting()).toEqual([STOP]);
    await loop.says(/"type":"halt_latched".*\(everything\)/);

    const again = await runCli(['halt', ...PROMPT, '--json'], exchange.env);
    expect(again.code).toBe(0);
    const latched = { account: 'simulated-PA777', level: 'everything', because: 'a drill' };
    expect(JSON.parse(again.stdout)).toMatchObject({
      ok: true,
      latched: [{ ...latched, not_latched_because: null }],
      outcome: 'verified',
      still_there: [],
      kept: [{ symbol: 'AAPL', side: 'sell', type: 'stop_limit', remaining_quantity: '10' }],
      without_a_stop: [],
      broker_failure: null,
    });
    const latch = path('data', `simulated-${ACCOUNT}`, 'halt-everything.json');
    expect(statSync(latch).mode & 0o077).toBe(0);
  }, 60_000);

  it('works while the owner hangs, and the owner sends nothing when it wakes', async () => {
    const exchange = await startExchange();
    const loop = await guardedBy(exchange.env);
    await exchange.enter();
    loop.signal('SIGSTOP');
    const halt = await runCli(['halt', '--entries', ...PROMPT], exchange.env);
    expect(halt.code).toBe(0);
    expect(await exchange.resting()).toEqual([STOP]);
    loop.signal('SIGCONT');
    await loop.says(/"type":"halt_latched".*\(entries\)/);
  }, 60_000);

  it('holds without a network and through a restart, and says that nothing is verified', async () => {
    const first = await startExchange();
    const loop = await guardedBy(first.env);
    loop.signal('SIGKILL');
    await loop.ended();
    await first.stop();
    const told = await runCli(['halt', '--give-up-after', '1', '--json'], first.env);
    expect([told.code, JSON.parse(told.stdout)]).toEqual([
      1,
      expect.objectContaining({
        ok: false,
        outcome: 'at_work',
        broker_failure: expect.any(String),
      }),
    ]);
    const halt = await runCli(['halt', '--give-up-after', '3'], first.env);
    expect(halt.code).toBe(1);
    expect(halt.stdout).toMatch(/^LATCHED simulated-PA777/);
    expect(halt.stdout).toMatch(/NOT VERIFIED: .*; the halt holds, and it is tried again/);

    const second = await startExchange();
    await second.enter();
    const next = start(['loop', '--plain'], { ...second.env, BIGBROTHER_MODE: 'execute' });
    await next.says(/"type":"halt_verified"/);
    expect(await second.resting()).toEqual([STOP]);
  }, 60_000);

  it('finds an account that never ran here, so that it begins halted', async () => {
    const exchange = await startExchange();
    const halt = await runCli(['halt', ...PROMPT], exchange.env);
    expect(halt.code).toBe(0);
    expect(halt.stdout).toContain('These keys never ran here');
    expect(halt.stdout).toContain('WITHOUT A STOP: AAPL: 10 of 10 shares');
    const loop = start(['loop', '--plain'], { ...exchange.env, BIGBROTHER_MODE: 'execute' });
    await loop.says(/trading is halted/);
    expect(await exchange.resting()).toEqual([]);
  }, 60_000);

  it.each([
    ['that is no JSON', '{ "mode": "exec', /is not JSON/],
    ['with a rule that is none', '{ "loopIntervalMs": -1 }', /loopIntervalMs/],
  ])(
    'needs no settings file: one %s stops nothing',
    async (_, content, said) => {
      const exchange = await startExchange();
      const loop = await guardedBy(exchange.env);
      await exchange.enter();
      writeFileSync(path('data', 'bigbrother.config.json'), content);
      const halt = await runCli(['halt', ...PROMPT], exchange.env);
      expect(halt.stdout).toMatch(/^LATCHED simulated-PA777: halted \(everything\)/);
      expect(halt.stdout).toMatch(/VERIFIED: nothing is left that has to end\n$/);
      expect(halt.stderr).toMatch(said);
      expect(halt.stderr).toContain('It is halted all the same');
      expect(halt.code).toBe(0);
      expect(await exchange.resting()).toEqual([STOP]);
      await loop.says(/"type":"halt_latched".*\(everything\)/);
    },
    60_000,
  );

  it('takes one level only, and a person’s word before it closes positions', async () => {
    const exchange = await startExchange();
    const both = await runCli(['halt', '--entries', '--flatten'], exchange.env);
    expect([both.code, both.stdout]).toEqual([2, '']);
    const unsure = await runCli(['halt', '--flatten'], exchange.env);
    expect(unsure.code).toBe(2);
    expect(unsure.stdout).toContain('halted (everything)');
    expect(unsure.stderr).toContain('pass --yes with the account number');
    const other = await runCli(['halt', '--flatten', '--yes', 'PA1', '--json'], exchange.env);
    expect(other.stderr).toContain('"PA1" is not the number of this account (PA777)');
    // What holds all the same stands beside the error.
    expect(JSON.parse(other.stdout)).toMatchObject({
      ok: false,
      latched: [{ account: 'simulated-PA777', level: 'everything' }],
      error: { exit_code: 2, message: expect.stringContaining('"PA1" is not the number') },
    });
    expect(await exchange.resting()).toEqual([]);
  }, 60_000);

  it('is carried out by the owner of the exchange inside its process', async () => {
    const env = { BIGBROTHER_DATA_DIR: path('data') };
    const loop = start(['loop', '--plain'], env);
    await loop.says(/"symbol":"KO".*place-/);
    const halt = await runCli(['halt'], env);
    expect(halt.stdout).toMatch(/VERIFIED by the BigBrother that runs the account/);
    expect(halt.code).toBe(0);
    await loop.says(/"type":"halt_verified"/);
  }, 60_000);
});

describe('bigbrother resume', () => {
  it('shows the halt and the account, takes the account number, and the loop goes on', async () => {
    const exchange = await startExchange();
    const loop = await guardedBy(exchange.env);
    const nothing = await runCli(['resume'], exchange.env);
    expect(nothing).toMatchObject({ code: 0, stdout: 'Nothing is halted: simulated-PA777.\n' });
    await runCli(['halt', ...PROMPT, '--because', 'a drill'], exchange.env);

    const unsure = await runCli(['resume'], exchange.env);
    expect([unsure.code, unsure.stdout]).toEqual([2, expect.stringContaining('a drill')]);
    const wrong = await runCli(['resume', '--yes', 'PA1', '--json'], exchange.env);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('nothing was changed');
    const shown = {
      halted: [{ account: 'simulated-PA777', level: 'everything', because: 'a drill' }],
      ...{ account: ACCOUNT, positions: 1, resting_orders: 1, without_a_stop: [] },
    };
    expect(JSON.parse(wrong.stdout)).toMatchObject({ ok: false, ...shown, lifted: null });

    const resume = await runCli(['resume', '--yes', ACCOUNT], exchange.env);
    expect(resume.stdout).toContain('Every position is covered by a stop.');
    expect(resume.stdout).toContain('LIFTED simulated-PA777');
    expect(resume.code).toBe(0);
    await loop.says(/"type":"halt_lifted".*lifted by/);
    await loop.says(/trading is active/);

    await runCli(['halt', ...PROMPT, '--because', 'a drill'], exchange.env);
    const lifted = await runCli(['resume', '--yes', ACCOUNT, '--json'], exchange.env);
    const told = { ok: true, ...shown, lifted: 'simulated-PA777' };
    expect(JSON.parse(lifted.stdout)).toMatchObject(told);
  }, 60_000);

  it('leaves the halt when the account cannot be read', async () => {
    const exchange = await startExchange();
    await runCli(['halt', ...PROMPT], exchange.env);
    await exchange.stop();
    const resume = await runCli(['resume', '--yes', ACCOUNT], exchange.env);
    expect(resume.code).toBe(3);
    expect(resume.stderr).toContain('so the halt stays');
    const halted = await runCli(['resume'], exchange.env);
    expect(halted.stdout).toContain('halted (everything)');
  }, 60_000);
});
