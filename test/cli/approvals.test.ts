import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callerOf } from '../server/connect.ts';
import { runCli } from './run-cli.ts';

/** A host of the built command on its own exchange, where every sale of a host needs a person. */
async function hosted() {
  const directory = mkdtempSync(join(tmpdir(), 'bigbrother-approvals-'));
  const config = join(directory, 'bigbrother.config.json');
  writeFileSync(config, JSON.stringify({ approvals: { limits: { saleDollarsPerDay: 0 } } }));
  const env = { BIGBROTHER_DATA_DIR: directory, BIGBROTHER_CONFIG: config };
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['dist/bigbrother.js', 'mcp'],
    env: { PATH: process.env.PATH ?? '', ...env },
    stderr: 'ignore',
  });
  const client = new Client({ name: 'test-host', version: '0.0.0' });
  await client.connect(transport);
  onTestFinished(async () => {
    await client.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const call = callerOf(client);
  // The tools are listed while the account is still being taken up; what is asked of it waits.
  await client.listTools();
  await call('get_portfolio_context');
  // Of positions that the exchange makes up.
  const propose = async (symbol = 'AAPL') => {
    const args = { intent: 'reduce', symbol, fraction: '0.3' };
    return (await call('propose_plan', args)).json;
  };
  const execute = async (plan: Record<string, unknown>) => {
    const { json: report } = await call('execute_plan', { plan_id: plan.plan_id, hash: plan.hash });
    const { code } = (report.error ?? {}) as { code?: string };
    return code ?? String(report.outcome);
  };
  const cli = (...args: string[]) => runCli(args, env);
  return { propose, execute, cli };
}

describe('a plan that waits', () => {
  it('is listed, approved with its code and executed; without the code it is not', async () => {
    const { propose, execute, cli } = await hosted();
    expect((await cli('pending')).stdout).toContain('no plan waits for you');
    const plan = await propose();
    expect(plan.approval).toMatchObject({ tier: 'T2' });
    const planId = String(plan.plan_id);
    expect(await execute(plan)).toBe('approval_needed');

    const listed = await cli('pending', '--json');
    const [waiting] = JSON.parse(listed.stdout) as { planId: string; code: string }[];
    expect(waiting).toMatchObject({ planId, hash: plan.hash, tier: 'T2' });
    expect((await cli('pending')).stdout).toContain('SIMULATED account');

    const bare = await cli('approve', planId);
    expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining('takes a person')]);
    const wrong = await cli('approve', planId, '--yes', 'wrong');
    expect(wrong.stderr).toContain('this is not the code of the plan');
    expect(await execute(plan)).toBe('approval_needed');

    const approved = await cli('approve', planId, '--yes', waiting?.code ?? '');
    expect(approved.stdout).toContain(`APPROVED ${planId}`);
    expect(await execute(plan)).not.toMatch(/^approval/);
    expect((await cli('approve', planId, '--yes', 'x')).stderr).toContain('No plan');
  }, 120_000);

  it('is rejected with a reason, and its page opens on this machine', async () => {
    const { propose, execute, cli } = await hosted();
    const plan = await propose();
    await execute(plan);
    const page = await cli('pending', '--page');
    const [, url = ''] = /^(http:\/\/127\.0\.0\.1:\d+\/\?token=\S+)/.exec(page.stdout) ?? [];
    expect(await (await fetch(url)).text()).toContain('SIMULATED account');
    expect((await fetch(url)).status).toBe(403);

    const rejected = await cli(
      'reject',
      String(plan.plan_id),
      '--because',
      'not before the earnings',
    );
    expect(rejected.stdout).toContain('REJECTED');
    expect(await execute(plan)).toBe('approval_rejected');
  }, 120_000);

  it('is answered with --json, and shown in full beside the answer', async () => {
    const { propose, execute, cli } = await hosted();
    const [sold, kept] = [await propose(), await propose('KO')];
    expect([await execute(sold), await execute(kept)]).toEqual(Array(2).fill('approval_needed'));
    const id = String(sold.plan_id);
    const waiting = JSON.parse((await cli('pending', '--json')).stdout);
    const { code, text } = waiting.find(({ planId }: { planId: string }) => planId === id);

    const bare = await cli('approve', id, '--json');
    const plan = [...text.lines, ...text.details];
    const shown = { plan_id: id, hash: sold.hash, tier: 'T2', plan };
    expect([bare.code, JSON.parse(bare.stdout)]).toEqual([
      2,
      {
        ...{ ok: false, ...shown, approved: false },
        error: { exit_code: 2, message: expect.stringContaining('Approving takes a person') },
      },
    ]);
    const approved = await cli('approve', id, '--yes', code, '--json');
    expect(JSON.parse(approved.stdout)).toEqual({ ok: true, ...shown, approved: true });
    expect(await execute(sold)).not.toMatch(/^approval/);

    const rejected = await cli('reject', String(kept.plan_id), '--because', 'not now', '--json');
    const told = { plan_id: kept.plan_id, rejected: true, because: 'not now' };
    expect(JSON.parse(rejected.stdout)).toEqual({ ok: true, ...told });
    expect(await execute(kept)).toBe('approval_rejected');
  }, 120_000);
});
