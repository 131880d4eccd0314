import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import type { PlanId } from '../../src/domain/ids.ts';
import type { ExecutionReport } from '../../src/domain/report.ts';
import { createMcpServer } from '../../src/server/mcp-server.ts';
import { serveStdio } from '../../src/server/stdio.ts';
import { NOW } from '../support/given.ts';
import { ToldAnswers } from '../tools/face.ts';

class Collected extends Writable {
  text = '';
  override _write(chunk: Buffer | string, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Our server on streams of a process that is not there. */
function served(bigBrother = new ToldAnswers()) {
  const streams = { stdin: new PassThrough(), stdout: new Collected(), stderr: new Collected() };
  const server = createMcpServer({
    bigBrother,
    clock: new VirtualClock(NOW),
    ids: new SeededIds('stdio'),
    version: '0.0.0',
    secrets: [],
    log: (line) => streams.stderr.write(line),
  });
  let isOver = false;
  const over = serveStdio(server, streams).then(() => {
    isOver = true;
  });
  const say = (message: Record<string, unknown>) =>
    streams.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const heard = () =>
    streams.stdout.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { id: number; result?: Record<string, unknown> });
  return { ...streams, over, say, heard, isOver: () => isOver };
}

/** A plan that ends when the test says so. */
class Slow extends ToldAnswers {
  finish: () => void = () => {};
  override async execute(planId: PlanId, hash: string): Promise<ExecutionReport> {
    await new Promise<void>((resolve) => {
      this.finish = resolve;
    });
    return super.execute(planId, hash);
  }
}

const execute = {
  id: 7,
  method: 'tools/call',
  params: { name: 'execute_plan', arguments: { plan_id: 'plan-1', hash: 'a'.repeat(64) } },
};

describe('stdout', () => {
  it('carries protocol messages and nothing else', async () => {
    const { stdout, stderr, say, heard } = served();
    stdout.write('a library says hello\n');
    say({ id: 1, method: 'ping' });
    await turn();
    expect(heard()).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]);
    expect(stderr.text).toBe('a library says hello\n');
  });

  it('that breaks ends the service even while a call is under way', async () => {
    const bigBrother = new Slow();
    const { stdout, say, over } = served(bigBrother);
    say(execute);
    await turn();
    stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await over;
    bigBrother.finish();
    await turn();
    expect(bigBrother.calls).toMatchObject([{ tool: 'execute_plan', code: 'plan_unknown' }]);
  });
});

describe('stdin', () => {
  it('that ends, ends the service', async () => {
    const { stdin, over } = served();
    stdin.end();
    await over;
  });

  it('that ends right behind a request still gets its answer', async () => {
    const { stdin, say, over, heard } = served();
    say({ id: 1, method: 'tools/list' });
    say({ id: 2, method: 'tools/call', params: { name: 'get_portfolio_context' } });
    stdin.end();
    await over;
    expect(heard().map(({ id }) => id)).toEqual([1, 2]);
  });

  it('that ends while a plan runs waits for the plan', async () => {
    const bigBrother = new Slow();
    const { stdin, say, over, heard, isOver } = served(bigBrother);
    say(execute);
    stdin.end();
    await turn();
    await turn();
    expect(isOver()).toBe(false);

    bigBrother.finish();
    await over;
    expect(heard()).toMatchObject([{ id: 7, result: { isError: true } }]);
  });

  it('that ends after a cancelled call does not wait for an answer that never comes', async () => {
    const { stdin, say, over } = served(new Slow());
    say(execute);
    say({ method: 'notifications/cancelled', params: { requestId: 7 } });
    stdin.end();
    await over;
  });

  it('with a line that is no message goes on, and says so on stderr', async () => {
    const { stdin, stderr, say, heard } = served();
    stdin.write('this is not JSON\n');
    say({ id: 3, method: 'ping' });
    await turn();
    expect(heard()).toHaveLength(1);
    expect(stderr.text).toMatch(/^mcp: /);
  });
});
