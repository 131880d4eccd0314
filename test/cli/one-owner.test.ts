import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callerOf } from '../server/connect.ts';
import { CliProcess, runCli } from './run-cli.ts';

const COMMAND = 'dist/bigbrother.js';
/** The promise: whoever waits has an owner again within this time. */
const HANDOVER_MS = 5_000;

type Env = Readonly<Record<string, string>>;
type Sent = { readonly client_order_id: string; readonly symbol: string; readonly status: string };

/** An exchange in a process of its own, and what leads others to its one account. */
async function exchangeProcess() {
  const directory = mkdtempSync(join(tmpdir(), 'bigbrother-owner-'));
  const positions = 'AAPL:10@100,KO:20@50';
  const exchange = new CliProcess([
    ...['exchange', '--port', '0', '--account-number', 'PA777', '--positions', positions],
    '--control',
  ]);
  onTestFinished(async () => {
    exchange.signal('SIGTERM');
    await exchange.ended();
    rmSync(directory, { recursive: true, force: true });
  });
  const [printed] = await exchange.says(/^APCA[\s\S]*Ctrl-C/m);
  const keys = Object.fromEntries(
    [...printed.matchAll(/^(APCA_\w+)=(.+)$/gm)].map(([, name, value]) => [name, value ?? '']),
  );
  const [, token = ''] = /X-Sim-Token: (\S+)/.exec(printed) ?? [];
  const env: Env = { ...keys, BIGBROTHER_DATA_DIR: directory, BIGBROTHER_MODE: 'execute' };
  const asOwner = { 'content-type': 'application/json', ...headersOf(keys) };
  const orders = `${env.APCA_API_BASE_URL}/v2/orders`;
  /** Everything that was ever sent to the account, as the exchange lists it. */
  const sent = async (): Promise<readonly Sent[]> => {
    const answer = await fetch(`${orders}?status=all&limit=500`, { headers: asOwner });
    return (await answer.json()) as readonly Sent[];
  };
  /** Somebody else sends an order. */
  const place = async (order: unknown): Promise<void> => {
    const body = JSON.stringify(order);
    const answer = await fetch(orders, { method: 'POST', headers: asOwner, body });
    expect(answer.ok).toBe(true);
  };
  /** From now on something goes wrong at the exchange. */
  const fault = async (rule: unknown): Promise<void> => {
    const answer = await fetch(`${env.APCA_API_BASE_URL}/__sim/faults`, {
      ...{ method: 'POST', body: JSON.stringify(rule) },
      headers: { 'content-type': 'application/json', 'x-sim-token': token },
    });
    expect(answer.ok).toBe(true);
  };
  return { env, sent, place, fault, directory, account: join(directory, 'simulated-PA777') };
}

const headersOf = (keys: Env): Env => ({
  'APCA-API-KEY-ID': keys.APCA_API_KEY_ID ?? '',
  'APCA-API-SECRET-KEY': keys.APCA_API_SECRET_KEY ?? '',
});

/** A loop as a process; killed at the end of the test if it still runs. */
function loopOf(env: Env): CliProcess {
  const loop = new CliProcess(['loop'], env);
  onTestFinished(async () => {
    loop.signal('SIGKILL');
    await loop.ended();
  });
  return loop;
}

/** A host that starts the command over stdio, and hears what it says to people. */
async function hostOf(env: Env, ...args: string[]) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [COMMAND, 'mcp', ...args],
    env: { PATH: process.env.PATH ?? '', ...env },
    stderr: 'pipe',
  });
  let said = '';
  const listeners = new Set<() => void>();
  transport.stderr?.on('data', (chunk) => {
    said += String(chunk);
    for (const listener of listeners) listener();
  });
  const client = new Client({ name: 'test-host', version: '0.0.0' });
  onTestFinished(() => client.close());
  await client.connect(transport);
  await client.listTools();
  // Only who owns the account answers this, so from here on the process has its place.
  await client.setLoggingLevel('warning');
  /** Resolves as soon as the process has said it; the test's own time limit bounds it. */
  const says = (pattern: RegExp): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!pattern.test(said)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
    });
  const call = callerOf(client);
  const status = async () => (await call('get_portfolio_context')).json;
  const { pid } = transport;
  if (pid === null) throw new Error('the host has no process');
  return { client, call, status, says, said: () => said, pid };
}

/** How many processes have owned the account so far, by the journal. */
async function starts(env: Env): Promise<number> {
  const { stdout } = await runCli(['history', '--type', 'started', '--json'], env);
  return stdout.split('\n').filter((line) => line !== '').length;
}

const idsOf = (orders: readonly Sent[]) => orders.map((order) => order.client_order_id);

/** Shares are covered once and nothing was sent twice. */
async function expectOneStopEach(sent: () => Promise<readonly Sent[]>): Promise<void> {
  const orders = await sent();
  expect(new Set(idsOf(orders)).size).toBe(orders.length);
  const live = orders.filter(({ status }) => ['new', 'accepted', 'held'].includes(status));
  expect(live.map(({ symbol }) => symbol).sort()).toEqual(['AAPL', 'KO']);
}

describe('two hosts and the loop on one account', () => {
  it('have one owner, to which the others relay', { timeout: 60_000 }, async () => {
    const { env, sent, account } = await exchangeProcess();
    const loop = loopOf(env);
    await loop.says(/"symbol":"KO".*place-(stop|tranches)/);
    await loop.says(/"symbol":"AAPL".*place-(stop|tranches)/);
    const [one, two] = await Promise.all([hostOf(env), hostOf(env, '--loop')]);
    expect(one.said()).toContain('owns the account and guards it');
    expect(two.said()).toContain('owns the account and guards it');

    for (const { status } of [one, two]) {
      expect(await status()).toMatchObject({ environment: 'simulated', mode: 'execute' });
    }
    expect(await starts(env)).toBe(1);
    await expectOneStopEach(sent);

    // Nobody but the user can enter, read the token or connect.
    for (const name of ['.', 'owner.sock', 'owner.json']) {
      expect(statSync(join(account, name)).mode & 0o077).toBe(0);
    }
  });

  it('hand over within 5 s when the owner is killed, and send nothing twice', {
    timeout: 90_000,
  }, async () => {
    const { env, sent } = await exchangeProcess();
    const loop = loopOf(env);
    await loop.says(/"symbol":"KO".*place-(stop|tranches)/);
    await loop.says(/"symbol":"AAPL".*place-(stop|tranches)/);
    const one = await hostOf(env);
    const two = await hostOf(env, '--loop');
    const before = await sent();

    const killedAt = performance.now();
    loop.signal('SIGKILL');
    const [answered] = await Promise.all([one.status(), two.status()]);
    const handoverMs = performance.now() - killedAt;
    expect(answered).toMatchObject({ environment: 'simulated' });
    expect(handoverMs).toBeLessThan(HANDOVER_MS);

    // The host that was started with --loop has it go on, whichever of them owns the account.
    await expect.poll(async () => (await one.status()).guarded).toBe(true);
    expect(await starts(env)).toBe(2);
    expect(idsOf(await sent())).toEqual(idsOf(before));
    await expectOneStopEach(sent);
  });

  it('never send a plan again whose owner was killed with its order on the way', {
    timeout: 60_000,
  }, async () => {
    const { env, sent, fault } = await exchangeProcess();
    const owner = await hostOf(env);
    const host = await hostOf(env);
    const plan = (await host.call('propose_plan', { intent: 'protect', symbol: 'KO' })).json;
    const { plan_id, hash } = plan as { plan_id: string; hash: string };
    // The order arrives, and its answer never does.
    await fault({
      where: { method: 'POST', route: '/v2/orders' },
      when: { nth: 1 },
      what: { kind: 'hang', applied: true },
    });
    const answer = host.call('execute_plan', { plan_id, hash });
    await expect.poll(async () => (await sent()).length, { timeout: 10_000 }).toBeGreaterThan(0);
    process.kill(owner.pid, 'SIGKILL');
    expect(await answer).toMatchObject({
      isError: true,
      json: { environment: 'simulated', error: { code: 'plan_outcome_unknown' } },
    });
    const orders = idsOf(await sent());

    // The next owner knows the plan by its id, and takes it no second time.
    expect(await host.call('execute_plan', { plan_id, hash })).toMatchObject({
      isError: true,
      json: { error: { code: 'plan_already_used' } },
    });
    const told = await host.call('get_history', { plan_id });
    expect(told.text).toContain(plan_id);
    expect(idsOf(await sent())).toEqual(orders);
    const { alerts } = await host.status();
    expect(JSON.stringify(alerts)).not.toContain('unknown_order');
  });

  it('hand over when the owner is asked to end, which finishes first', {
    timeout: 60_000,
  }, async () => {
    const { env, sent } = await exchangeProcess();
    const first = loopOf(env);
    await first.says(/"symbol":"KO".*place-(stop|tranches)/);
    await first.says(/"symbol":"AAPL".*place-(stop|tranches)/);
    const second = loopOf(env);
    await second.says(/This process is attached to it/);
    first.signal('SIGTERM');
    expect((await first.ended()).code).toBe(0);
    await second.says(/Journal: /);
    second.signal('SIGTERM');
    expect((await second.ended()).code).toBe(0);
    await expectOneStopEach(sent);
  });

  it('are guarded from when a loop is started until it ends, in whichever process', {
    timeout: 60_000,
  }, async () => {
    const { env, sent } = await exchangeProcess();
    const host = await hostOf(env);
    expect(await host.status()).toMatchObject({ guarded: false });
    expect(await sent()).toEqual([]);

    const loop = loopOf(env);
    await loop.says(/"symbol":"KO".*place-(stop|tranches)/);
    await loop.says(/"symbol":"AAPL".*place-(stop|tranches)/);
    expect(loop.said()).toContain(`Process ${host.pid} owns the account`);
    expect(await host.status()).toMatchObject({ guarded: true });
    loop.signal('SIGTERM');
    expect((await loop.ended()).code).toBe(0);
    await expect.poll(async () => (await host.status()).guarded).toBe(false);

    // The host ends, and its process with it: the loop that stays owns the account.
    const staying = loopOf(env);
    await staying.says(/This process is attached to it/);
    await host.client.close();
    await staying.says(/Journal: /);
    await expectOneStopEach(sent);
  });

  it('say so when the one that guarded is gone and no other was started to guard', {
    timeout: 60_000,
  }, async () => {
    const { env } = await exchangeProcess();
    const loop = loopOf(env);
    await loop.says(/Journal: /);
    const host = await hostOf(env);
    loop.signal('SIGKILL');
    await host.says(/nobody guards it now/);
    const { guarded, alerts } = await host.status();
    expect(guarded).toBe(false);
    expect(JSON.stringify(alerts)).toContain('nobody guards it now');
  });

  it('go no further than the mode they were started in', { timeout: 60_000 }, async () => {
    const { env } = await exchangeProcess();
    const owner = await hostOf(env);
    const observer = await hostOf({ ...env, BIGBROTHER_MODE: 'observe' }, '--loop');
    const { tools } = await observer.client.listTools();
    expect(tools.map(({ name }) => name)).not.toContain('execute_plan');
    expect(await observer.status()).toMatchObject({ mode: 'observe', guarded: false });
    expect(observer.said()).toContain('It is not asked to guard');
    expect((await owner.client.listTools()).tools.map(({ name }) => name)).toContain(
      'execute_plan',
    );
  });

  it('lose nobody but who talks nonsense, or does not know the token', {
    timeout: 60_000,
  }, async () => {
    const { env, account } = await exchangeProcess();
    const owner = await hostOf(env);
    const relaying = await hostOf(env);
    const stranger = (words: string): Promise<string> =>
      new Promise((resolve) => {
        let heard = '';
        const socket = createConnection(join(account, 'owner.sock'), () => socket.write(words));
        socket.on('data', (chunk) => {
          heard += String(chunk);
        });
        socket.on('close', () => resolve(heard));
      });
    expect(await stranger('nonsense\n')).toContain('refused');
    const hello = { kind: 'hello', version: 1, pid: 1, mode: 'execute', guards: true };
    const guess = { bigbrother: { ...hello, token: 'token-0000000000000000' } };
    expect(await stranger(`${JSON.stringify(guess)}\n`)).toContain('token is not the one');
    const { token } = JSON.parse(readFileSync(join(account, 'owner.json'), 'utf8'));
    const known = { bigbrother: { ...hello, token, guards: false } };
    expect(await stranger(`${JSON.stringify(known)}\n{"half":\n`)).toContain('welcome');
    expect(await relaying.status()).toMatchObject({ guarded: false });
    expect(await owner.status()).toMatchObject({ guarded: false });
  });

  it('meet at a short address when the path of the account is too long', {
    timeout: 60_000,
  }, async () => {
    const { env, directory } = await exchangeProcess();
    const deep = join(directory, 'd'.repeat(60), 'e'.repeat(60));
    const long = { ...env, BIGBROTHER_DATA_DIR: deep };
    const owner = await hostOf(long);
    const relaying = await hostOf(long);
    expect(relaying.said()).toContain(`Process ${owner.pid} owns the account`);
    expect(readdirSync(join(deep, 'simulated-PA777'))).not.toContain('owner.sock');
  });
});

describe('another machine on the same account', () => {
  it('stops this one until a person adopts its orders', { timeout: 60_000 }, async () => {
    const { env, place } = await exchangeProcess();
    const loop = loopOf(env);
    await loop.says(/"symbol":"AAPL".*place-(stop|tranches)/);
    await place({
      ...{ symbol: 'KO', qty: '1', side: 'buy', type: 'limit', limit_price: '10' },
      ...{ time_in_force: 'gtc', client_order_id: 'bb1-anothermachinesorderid2345' },
    });
    await loop.says(/trading is halted/);
    const unsure = await runCli(['adopt', '--yes', 'PA1'], env);
    expect(unsure).toMatchObject({ code: 2 });
    expect(unsure.stdout).toContain('bb1-anothermachinesorderid2345');
    expect(unsure.stderr).toContain('nothing was changed');
    const adopted = await runCli(['adopt', '--yes', 'PA777'], env);
    expect(adopted).toMatchObject({ code: 0 });
    expect(adopted.stdout).toContain('ADOPTED 1 orders of simulated-PA777');
    await loop.says(/trading is active/);
    const none = await runCli(['adopt'], env);
    expect(none.stdout).toContain('there is no order of another BigBrother');
  });

  it('needs an owner that has looked before anything can be adopted', async () => {
    const { env } = await exchangeProcess();
    const { code, stderr } = await runCli(['adopt', '--yes', 'PA777'], env);
    expect(code).toBe(2);
    expect(stderr).toContain('start "bigbrother loop" first');
  });
});
