import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callerOf } from './connect.ts';

const COMMAND = 'dist/bigbrother.js';

type Proposed = { plan_id: string; hash: string; executable: boolean };

/** A host that starts the built command as Claude Desktop does, in a data directory of its own. */
async function hostOf(env: Record<string, string> = {}) {
  if (!existsSync(COMMAND)) throw new Error(`there is no ${COMMAND}: run npm run build first`);
  const dataDirectory = mkdtempSync(join(tmpdir(), 'bigbrother-stdio-'));
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [COMMAND, 'mcp'],
    env: { PATH: process.env.PATH ?? '', BIGBROTHER_DATA_DIR: dataDirectory, ...env },
    stderr: 'pipe',
  });
  let stderr = '';
  transport.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const faults: Error[] = [];
  const client = new Client({ name: 'test-host', version: '0.0.0' });
  client.onerror = (error) => faults.push(error);
  const connecting = client.connect(transport);
  onTestFinished(async () => {
    await client.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  });
  await connecting.catch((error) => {
    throw new Error(`${error}\n${stderr}`);
  });
  await client.listTools();
  // Only who owns the account answers this: what comes before it needs no account.
  await client.setLoggingLevel('warning');
  const { pid } = transport;
  return { client, call: callerOf(client), pid, faults, stderr: () => stderr };
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the command, started by a host', () => {
  it('goes from context to history over real pipes', async () => {
    const { call, faults, stderr } = await hostOf();
    const context = (await call('get_portfolio_context')).json;
    expect(context).toMatchObject({ environment: 'simulated', mode: 'execute' });
    const [first] = context.rows as [string, ...string[]][];
    const symbol = first?.[0];
    expect((await call('evaluate_position', { symbol })).isError).toBe(false);

    const plan = (await call('propose_plan', { intent: 'protect', symbol }))
      .json as unknown as Proposed;
    expect(plan.executable).toBe(true);
    const { plan_id, hash } = plan;
    expect((await call('execute_plan', { plan_id, hash })).json.outcome).toBe('completed');
    expect((await call('execute_plan', { plan_id, hash })).json.error).toMatchObject({
      code: 'plan_already_used',
    });

    const after = (await call('get_portfolio_context', { symbol })).json;
    expect(after.positions).toMatchObject([
      { symbol, cover: { state: 'covered' }, orders: [{ owner: 'bigbrother' }] },
    ]);
    const { records } = (await call('get_history', { plan_id })).json as {
      records: { type: string }[];
    };
    expect(records.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['plan_finished', 'step_intended', 'plan_proposed']),
    );
    // What is for people goes to stderr; a stray line on stdout would be a fault of the client.
    expect(stderr()).toContain('paper exchange');
    expect(faults).toEqual([]);
  });

  it('ends by itself when the host closes its input', async () => {
    const { client, pid } = await hostOf();
    expect(pid).not.toBeNull();
    const startedAt = performance.now();
    // The client closes stdin and waits two seconds before it would kill.
    await client.close();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(isAlive(pid ?? -1)).toBe(false);
  });

  it('has no tool that acts when it may only observe', async () => {
    const { client } = await hostOf({ BIGBROTHER_MODE: 'observe' });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).not.toContain('execute_plan');
    expect(client.getInstructions()).toContain('mode observe');
  });
});
