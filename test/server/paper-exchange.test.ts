import { describe, expect, it, onTestFinished } from 'vitest';
import { guardrails, policySettings, tradingPolicies } from '../../policies/registry.ts';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { MemoryHaltLatch } from '../../src/adapters/system/memory-halt-latch.ts';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import type { Mode } from '../../src/domain/environment.ts';
import { ticker } from '../../src/domain/ids.ts';
import { defaultPlanning } from '../../src/engine/planning-settings.ts';
import { createRuntime } from '../../src/runtime/runtime.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { onTheExchange } from '../adapters/alpaca/exchange-support.ts';
import { type Answer, connected } from './connect.ts';

const UNTIL_CONFIRMED_MS = 5_000;

type Part = { steps: string[]; orders_after: string[]; naked: { seconds: number } };
type Proposed = { plan_id: string; hash: string; executable: boolean; parts: Part[] };
type Refusal = { error: { code: string; message: string } };

/**
 * A host, connected to the whole of BigBrother on the paper exchange, the loop not started:
 * long 10 AAPL bought at 98, bid 99.99, ask 100.01.
 */
async function host(mode: Mode = 'execute') {
  const venue = await onTheExchange({
    positions: [{ symbol: 'AAPL', qty: '10', averageEntryPrice: '98' }],
  });
  const { clock, requests } = venue;
  const settings = policySettings.parse({});
  const runtime = createRuntime({
    ...venue,
    store: new MemoryEventStore(),
    haltLatch: new MemoryHaltLatch(),
    ids: new SeededIds('host'),
    policies: tradingPolicies(settings),
    guardrails: guardrails(settings),
    planning: defaultPlanning,
    driftTolerance: { priceBps: 50 },
    settings: { ...defaultRuntimeSettings, mode },
    settingsHash: '0'.repeat(64),
  });
  const { bigBrother, logger } = runtime;
  const passing = async <Result>(work: Promise<Result>): Promise<Result> => {
    await clock.advanceBy(UNTIL_CONFIRMED_MS);
    return work;
  };
  await passing(runtime.start());
  onTestFinished(() => passing(runtime.stop()));
  const { call } = await connected({ bigBrother, clock, secrets: ['secret', 'PK-TEST'] });
  const ask = (tool: string, args: Record<string, unknown> = {}) => passing(call(tool, args));
  return {
    ...venue,
    ask,
    call,
    logger,
    requests,
    propose: async (args: Record<string, unknown>) => {
      const { json, isError, text } = await call('propose_plan', args);
      if (isError) throw new Error(text);
      return json as unknown as Proposed;
    },
    execute: ({ plan_id, hash }: { plan_id: string; hash: string }) =>
      ask('execute_plan', { plan_id, hash }),
  };
}

const codeOf = ({ json, isError }: Answer): string => {
  expect(isError).toBe(true);
  return (json as unknown as Refusal).error.code;
};

describe('a host on the paper exchange', () => {
  it('goes from context to evaluation, plan, execution and history', async () => {
    const { ask, propose, execute, broker, clock, logger } = await host();

    const context = (await ask('get_portfolio_context')).json;
    expect(context.rows).toEqual([
      ['AAPL', 'long', '10', '98', '100', '20.00', null, null, 'naked 5s'],
    ]);
    expect(context.cover).toMatchObject({ naked: 1, not_covered: ['AAPL'] });

    const evaluation = (await ask('evaluate_position', { symbol: 'AAPL' })).json;
    expect(evaluation.policies).toContainEqual(
      expect.objectContaining({ urgency: 'critical', wants: expect.stringContaining('protect') }),
    );
    expect(evaluation.denials).toEqual([]);

    const plan = await propose({ intent: 'protect', symbol: 'AAPL' });
    expect(plan.executable).toBe(true);
    expect(plan.parts).toMatchObject([
      {
        orders_after: [expect.stringMatching(/^sell 10 stop_limit stop [\d.]+ limit [\d.]+ gtc$/)],
      },
    ]);

    const done = await execute(plan);
    expect(done).toMatchObject({ isError: false, json: { outcome: 'completed' } });
    const [step] = (done.json.parts as { steps: { order_id: string }[] }[])[0]?.steps ?? [];

    const reading = broker.readOrders(clock.now() - 60_000);
    await clock.advanceBy(100);
    expect(await reading).toMatchObject([
      { id: step?.order_id, symbol: 'AAPL', type: 'stop_limit', side: 'sell', status: 'new' },
    ]);

    const history = (await ask('get_history', { plan_id: plan.plan_id })).json;
    const types = (history.records as { type: string }[]).map(({ type }) => type);
    expect(types).toEqual(
      expect.arrayContaining(['plan_proposed', 'step_intended', 'step_answered', 'plan_finished']),
    );
    expect((history.records as { text: string }[]).every(({ text }) => text.length > 5)).toBe(true);
    const after = (await ask('get_portfolio_context')).json;
    expect(after.cover).toMatchObject({ covered: 1, naked: 0, not_covered: [] });
    expect(logger.verify()).toMatchObject({ ok: true });
  });

  it('asks the broker nothing for a context, an evaluation or history', async () => {
    const { call, requests } = await host();
    const before = requests.length;
    await call('get_portfolio_context');
    await call('get_portfolio_context', { symbol: 'AAPL' });
    await call('evaluate_position', { symbol: 'AAPL' });
    await call('get_history', { kind: 'system' });
    expect(requests.length - before).toBe(0);
  });

  it('sells half, the stop shrinking first, and the rest stays covered', async () => {
    const { ask, propose, execute } = await host();
    await execute(await propose({ intent: 'protect', symbol: 'AAPL' }));
    const half = await propose({ intent: 'reduce', symbol: 'AAPL', fraction: '0.5' });
    expect(half.parts).toMatchObject([
      {
        steps: [
          expect.stringMatching(/^replace to .* gets quantity 5$/),
          expect.stringMatching(/^submit to reduce: sell 5 AAPL/),
        ],
      },
    ]);
    expect(await execute(half)).toMatchObject({ json: { outcome: 'completed' } });

    const { json } = await ask('get_portfolio_context', { symbol: 'AAPL' });
    expect(json.positions).toMatchObject([
      { quantity: '5', cover: { state: 'covered', naked_quantity: '0' } },
    ]);
  });

  it('leaves a position whole', async () => {
    const { ask, propose, execute } = await host();
    const plan = await propose({ intent: 'exit', symbol: 'AAPL' });
    expect(await execute(plan)).toMatchObject({ json: { outcome: 'completed' } });
    const { json } = await ask('get_portfolio_context');
    expect(json).toMatchObject({ rows: [], exposure: { gross: '0.00', largest: null } });
  });

  it('is told, in a plan that sells more than is held, what would be possible', async () => {
    const { ask } = await host();
    const answer = await ask('propose_plan', {
      intent: 'reduce',
      symbol: 'AAPL',
      quantity: '11',
    });
    expect(codeOf(answer)).toBe('plan_impossible');
    expect(answer.text).toContain('11 shares are more than the 10 held');
  });
});

describe('a plan is refused', () => {
  it('the second time', async () => {
    const { propose, execute, requests } = await host();
    const plan = await propose({ intent: 'protect', symbol: 'AAPL' });
    await execute(plan);
    const sent = requests.filter((request) => request.startsWith('POST')).length;
    expect(codeOf(await execute(plan))).toBe('plan_already_used');
    expect(requests.filter((request) => request.startsWith('POST'))).toHaveLength(sent);
  });

  it('with a wrong hash, and stays good with the right one', async () => {
    const { propose, execute } = await host();
    const plan = await propose({ intent: 'protect', symbol: 'AAPL' });
    expect(codeOf(await execute({ ...plan, hash: 'f'.repeat(64) }))).toBe('plan_hash_mismatch');
    expect((await execute(plan)).json.outcome).toBe('completed');
  });

  it('under a handle that nobody proposed', async () => {
    const { execute } = await host();
    const answer = await execute({ plan_id: 'plan-made-up', hash: 'f'.repeat(64) });
    expect(codeOf(answer)).toBe('plan_unknown');
  });

  it('after its time', async () => {
    const { propose, execute, clock } = await host();
    const plan = await propose({ intent: 'protect', symbol: 'AAPL' });
    await clock.advanceBy(defaultRuntimeSettings.planLifetimeMs + 1);
    expect(codeOf(await execute(plan))).toBe('plan_expired');
  });

  it('when the price has moved away from the one it was made at', async () => {
    const { propose, execute, quote, trade, clock } = await host();
    const plan = await propose({ intent: 'protect', symbol: 'AAPL' });
    quote('AAPL', '104.99', '105.01');
    trade('AAPL', '105');
    await clock.advanceBy(100);
    const answer = await execute(plan);
    expect(codeOf(answer)).toBe('plan_drifted');
    expect(answer.json.error).toMatchObject({ nothing_was_sent: true });
  });

  it('when an order came between', async () => {
    const { propose, execute, submit, clock } = await host();
    const plan = await propose({ intent: 'protect', symbol: 'AAPL' });
    const foreign = submit({ symbol: ticker('AAPL') }, 'other');
    await clock.advanceBy(100);
    await foreign;
    expect(codeOf(await execute(plan))).toBe('plan_drifted');
  });

  it('while the mode only proposes', async () => {
    const { propose, execute } = await host('propose');
    const plan = await propose({ intent: 'protect', symbol: 'AAPL' });
    expect(plan.executable).toBe(false);
    expect(codeOf(await execute(plan))).toBe('mode_forbids_execution');
  });
});
