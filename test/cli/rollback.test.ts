import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';
import { accessTo, headersOf, useWorkplace } from './workplace.ts';

const ACCOUNT = 'PA778';

const { path, start, settings, place } = useWorkplace('rollback');

/** An exchange in a process of its own, long 10 AAPL and 5 KO without a stop. */
async function startExchange() {
  const world = ['--account-number', ACCOUNT, '--positions', 'AAPL:10@100,KO:5@60'];
  const keys = await accessTo(start(['exchange', '--port', '0', ...world]));
  const env = { ...keys, ...place() };
  settings({ mode: 'execute' });
  const headers = headersOf(keys);
  const resting = async (): Promise<string[]> => {
    const answer = await fetch(`${keys.APCA_API_BASE_URL}/v2/orders?status=open`, { headers });
    const orders = (await answer.json()) as Record<string, string>[];
    return orders.map(({ side, qty, symbol, type }) => `${side} ${qty} ${symbol} ${type}`).sort();
  };
  return { env, resting };
}

const reports = (): readonly string[] =>
  readdirSync(path('data', `simulated-${ACCOUNT}`)).filter((name) => name.startsWith('hand-over-'));

describe('bigbrother rollback', () => {
  it('takes a guarded account back under way, leaves it covered, and gives it again', async () => {
    const { env, resting } = await startExchange();
    const loop = start(['loop', '--plain'], env);
    await loop.says(/"symbol":"AAPL"/);
    const startedAt = Date.now();
    const { code, stdout } = await runCli(['rollback'], env);
    expect(Date.now() - startedAt).toBeLessThan(60_000);
    expect(stdout).toContain('Stops rest for every share of every position');
    expect(code).toBe(0);
    const rest = await resting();
    expect(rest.map((line) => line.split(' ')[2])).toEqual(expect.arrayContaining(['AAPL', 'KO']));
    expect(
      reports()
        .map((name) => name.split('.').at(-1))
        .sort(),
    ).toEqual(['json', 'md']);
    const json = reports().find((name) => name.endsWith('.json')) ?? '';
    const written = path('data', `simulated-${ACCOUNT}`, json);
    expect(JSON.parse(readFileSync(written, 'utf8'))).toMatchObject({
      accountNumber: ACCOUNT,
      isQuiet: true,
      isCovered: true,
      positions: [
        { symbol: 'AAPL', nakedQuantity: '0' },
        { symbol: 'KO', nakedQuantity: '0' },
      ],
    });

    const unsure = await runCli(['rollback', '--undo', '--json'], env);
    expect([unsure.code, JSON.parse(unsure.stdout)]).toEqual([
      2,
      expect.objectContaining({
        account: `simulated-${ACCOUNT}`,
        taken_back: expect.objectContaining({ because: 'asked for on the command line' }),
        lifted: null,
        error: { exit_code: 2, message: expect.stringContaining('with --json pass --yes') },
      }),
    ]);
    const undone = await runCli(['rollback', '--undo', '--yes', ACCOUNT], env);
    expect(undone).toMatchObject({ code: 0, stdout: expect.stringContaining('LIFTED') });
  });

  it('works where no BigBrother runs, says what is bare, and covers it when asked', async () => {
    const { env, resting } = await startExchange();
    const bare = await runCli(['rollback'], env);
    expect(bare.stdout).toContain('AAPL: 10 of 10 shares have no stop');
    expect(bare.stdout).toContain('"bigbrother rollback --protect"');
    expect(bare.code).toBe(1);
    expect(await resting()).toEqual([]);

    const covered = await runCli(['rollback', '--protect', '--json'], env);
    expect(covered.code).toBe(0);
    const { ok, stood_down, hand_over, written_to } = JSON.parse(covered.stdout);
    expect({ ok, stood_down }).toEqual({ ok: true, stood_down: [`simulated-${ACCOUNT}`] });
    expect(hand_over).toMatchObject({ accountNumber: ACCOUNT, isCovered: true });
    expect(hand_over).toEqual(JSON.parse(readFileSync(written_to[1], 'utf8')));
    expect(await resting()).toEqual(['sell 10 AAPL stop_limit', 'sell 5 KO stop_limit']);
    // And stays so: what starts now only looks.
    const loop = start(['loop', '--plain'], env);
    await loop.says(/mode observe/);
  });
});

describe('bigbrother rollback with a settings file that is broken', () => {
  const broken = () => writeFileSync(path('settings.json'), '{ "mode": "exe');

  it('goes on with the settings that held last, and covers what is bare', async () => {
    const { env, resting } = await startExchange();
    expect((await runCli(['rollback'], env)).code).toBe(1);
    broken();
    const covered = await runCli(['rollback', '--protect'], env);
    expect(covered.stderr).toMatch(
      /taken back all the same, with the settings that held last, of 2/,
    );
    expect(covered.stdout).toContain('Stops rest for every share of every position');
    expect(covered.code).toBe(0);
    expect(await resting()).toEqual(['sell 10 AAPL stop_limit', 'sell 5 KO stop_limit']);
  });

  it('asks the BigBrother that runs, as ever', async () => {
    const { env } = await startExchange();
    const loop = start(['loop', '--plain'], env);
    await loop.says(/"symbol":"AAPL"/);
    broken();
    const { code, stdout, stderr } = await runCli(['rollback'], env);
    expect(stderr).toContain('The account is taken back all the same');
    expect(stdout).toContain('Stops rest for every share of every position');
    expect(code).toBe(0);
  });

  it('says so where no journal tells what held before', async () => {
    const { env } = await startExchange();
    broken();
    const { stderr, stdout, code } = await runCli(['rollback'], env);
    expect(stderr).toContain('with the defaults, since no journal tells what held before');
    expect(stdout).toContain('AAPL: 10 of 10 shares have no stop');
    expect(code).toBe(1);
  });
});

describe('the settings of a BigBrother that runs', () => {
  it('become stricter at once, and looser with a code from the terminal', async () => {
    const { env } = await startExchange();
    const loop = start(['loop', '--plain'], env);
    await loop.says(/"symbol":"AAPL"/);
    settings({ mode: 'execute', policies: { dailyLoss: { percentOfEquity: '1' } } });
    await loop.says(/settings changed policies\.dailyLoss\.percentOfEquity/);
    settings({ mode: 'execute', policies: { dailyLoss: { percentOfEquity: '9' } } });
    await loop.says(/settings held policies\.dailyLoss\.percentOfEquity/);
    const shown = await runCli(['settings', 'pending'], env);
    expect(shown.stdout).toContain('policies.dailyLoss.percentOfEquity: "1" -> "9"');
    const code = /accept (\S{8})/.exec(shown.stdout)?.[1] ?? '';
    expect((await runCli(['settings', 'accept', 'WRONG'], env)).code).toBe(2);
    expect(await runCli(['settings', 'accept', code], env)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('it holds from'),
    });
    const again = await runCli(['settings', 'accept', code, '--json'], env);
    const { applies_at } = JSON.parse(
      (await runCli(['settings', 'pending', '--json'], env)).stdout,
    );
    expect(JSON.parse(again.stdout)).toEqual({
      ...{ ok: true, account: `simulated-${ACCOUNT}`, accepted: true },
      applies_at: new Date(applies_at).toISOString(),
    });
  });
});
