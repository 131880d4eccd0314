import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';
import { accessTo, useWorkplace } from './workplace.ts';

const ACCOUNT = 'PA779';

const { start, settings, place } = useWorkplace('doctor');

async function startExchange(): Promise<Readonly<Record<string, string>>> {
  const world = ['--account-number', ACCOUNT, '--positions', 'AAPL:10@100'];
  const exchange = start(['exchange', '--port', '0', ...world]);
  return { ...(await accessTo(exchange)), ...place() };
}

async function examined(env: Readonly<Record<string, string>>) {
  const { code, stdout } = await runCli(['doctor', '--json'], env);
  const report = JSON.parse(stdout) as {
    readonly ok: boolean;
    readonly mode: string;
    readonly trading_state: string;
    readonly blast_radius_usd_per_day: string | null;
    readonly guardrails: readonly { readonly name: string; readonly codes: readonly string[] }[];
    readonly servers: readonly Readonly<Record<string, string | null>>[];
    readonly findings: readonly {
      readonly check: string;
      readonly status: string;
      readonly what_to_do: string | null;
    }[];
  };
  const problems = report.findings.filter(({ status }) => status !== 'ok');
  return { code, report, problems };
}

describe('bigbrother doctor', () => {
  it('finds nothing wrong where nothing was set, and needs no network for it', async () => {
    settings({});
    const { code, report, problems } = await examined(place());
    expect([code, problems]).toEqual([0, []]);
    expect(report).toMatchObject({
      ok: true,
      environment: 'simulated',
      mode: 'execute',
      trading_state: 'active',
    });
    expect(Number(report.blast_radius_usd_per_day)).toBeGreaterThan(0);
    expect(report.guardrails.length).toBeGreaterThan(20);
    expect(report.guardrails.every(({ codes }) => codes.length > 0)).toBe(true);
  });

  it('says of each server that may be asked its version, its state and the hash of its tools', async () => {
    settings({ intelligence: { thinking: { use: 'off' }, host: { use: 'on' } } });
    const { report } = await examined(place());
    const pinned = { because: null, tools_hash: expect.stringMatching(/^[0-9a-f]{64}$/) };
    const off = { status: 'off', tools_hash: null };
    expect(report.servers).toEqual([
      { name: 'memory', version: expect.stringMatching(/\d/), status: 'idle', ...pinned },
      { name: 'thinking', version: null, ...off, because: expect.stringMatching(/switched off/) },
      {
        name: 'market',
        version: expect.stringMatching(/\d/),
        ...off,
        because: 'PERPLEXITY_API_KEY is not set',
      },
      { name: 'host', version: null, ...off, because: expect.stringMatching(/does not run/) },
    ]);
  });

  it('says of a guarded account what it is and what it may cost, and what was halted', async () => {
    const env = await startExchange();
    settings({ mode: 'execute' });
    const loop = start(['loop', '--plain'], env);
    await loop.says(/An agent in wrong hands can cost at most \$/);
    await loop.says(/"symbol":"AAPL"/);
    const guarded = await examined(env);
    expect(guarded.report).toMatchObject({ account: ACCOUNT, trading_state: 'active' });
    expect(guarded.problems.filter(({ check }) => !check.startsWith('alert'))).toEqual([]);
    await runCli(['halt', '--entries', '--give-up-after', '30'], env);
    const halted = await examined(env);
    expect(halted.code).toBe(1);
    expect(halted.report.trading_state).toBe('reducing');
    expect(halted.problems.map(({ what_to_do: advice }) => advice)).toContain(
      'when it is over: bigbrother resume',
    );
    const alerts = halted.problems.filter(({ check }) => check.startsWith('alert '));
    expect(alerts.length).toBeGreaterThan(0);
    for (const { what_to_do: advice } of alerts) expect(advice).toContain('"bigbrother history --');
  });

  it('says what cannot be looked at without the network, and what to do', async () => {
    settings({ approvals: { limits: { saleEquityPercentPerDay: '0.02' } } });
    const keys = { APCA_API_KEY_ID: 'PKNONE', APCA_API_SECRET_KEY: 'none' };
    const project = {
      ...{ SUPABASE_URL: 'http://127.0.0.1:9', SUPABASE_KEY: 'sb_publishable_none' },
      SUPABASE_ACCOUNT_KEY: `bbk_${'0'.repeat(64)}`,
    };
    const env = { ...place(), ...keys, ...project, APCA_API_BASE_URL: 'http://127.0.0.1:9' };
    const { code, report, problems } = await examined(env);
    expect(code).toBe(1);
    expect(report.blast_radius_usd_per_day).toBeNull();
    expect(problems.map(({ check, status }) => [check, status])).toEqual([
      ['settings', 'problem'],
      ['account', 'unknown'],
      ['clock', 'unknown'],
      ['limits at the broker', 'unknown'],
      ['supabase url', 'problem'],
    ]);
    expect(problems.every(({ what_to_do: advice }) => advice !== null)).toBe(true);
  });
});
