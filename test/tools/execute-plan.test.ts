import { describe, expect, it } from 'vitest';
import { notional, quantity } from '../../src/domain/decimal.ts';
import { orderId, type PlanId, ticker } from '../../src/domain/ids.ts';
import type { ExecutionReport, PlanRefusal, StepResult } from '../../src/domain/report.ts';
import { finishedReport } from '../../src/runtime/plans/execution-reports.ts';
import { errorAdvice } from '../../tools/errors.ts';
import { estimatedTokens } from '../../tools/shared/page.ts';
import { connected } from '../server/connect.ts';
import { NOW } from '../support/given.ts';
import { manySymbols, ToldAnswers } from './face.ts';
import { denied, stepsOf } from './given-plan.ts';

const HASH = 'a'.repeat(64);

const result = (given: Partial<StepResult> = {}): StepResult => {
  const [step] = stepsOf('AAPL');
  if (step === undefined) throw new Error('the plan has steps');
  return {
    step,
    outcome: 'done',
    orderId: orderId('stop-2'),
    filledQuantity: null,
    rejection: null,
    because: 'live at the broker',
    ...given,
  };
};

const report = (given: Partial<ExecutionReport> = {}): ExecutionReport => ({
  planId: 'plan-1' as PlanId,
  outcome: 'completed',
  refusal: null,
  parts: [
    {
      symbol: ticker('AAPL'),
      outcome: given.outcome ?? 'completed',
      steps: [result()],
      recipe: 'patch-stop + sell',
      cause: 'part_sold',
      predictedNakedDollarSeconds: notional('550'),
      nakedShareSeconds: quantity('0'),
      nakedDollarSeconds: notional('0'),
      because: 'all steps done',
    },
  ],
  verdicts: [],
  startedAt: NOW,
  finishedAt: NOW + 250,
  because: 'all steps done and verified',
  ...given,
});

async function executing(given?: ExecutionReport) {
  const bigBrother = new ToldAnswers(given === undefined ? {} : { report: given });
  const { call } = await connected({ bigBrother });
  return { bigBrother, run: (args: Record<string, unknown>) => call('execute_plan', args) };
}

const handle = { plan_id: 'plan-1', hash: HASH };

describe('what was done', () => {
  it('is reported step by step', async () => {
    const { run, bigBrother } = await executing(report());
    const { json, isError } = await run(handle);
    expect(bigBrother.executed).toEqual([{ planId: 'plan-1', hash: HASH }]);
    expect(isError).toBe(false);
    expect(json).toMatchObject({
      plan_id: 'plan-1',
      outcome: 'completed',
      started_at: '2026-10-14T14:00:00.000Z',
      finished_at: '2026-10-14T14:00:00.250Z',
      parts: [
        {
          symbol: 'AAPL',
          outcome: 'completed',
          naked_share_seconds: '0',
          steps: [
            {
              step: 'replace to protect: sell stop_limit stop-1 gets quantity 5, stop 97, limit 96.5',
              outcome: 'done',
              order_id: 'stop-2',
              rejection: null,
            },
          ],
        },
      ],
    });
  });

  it.each([
    ['stopped', result({ outcome: 'rejected', rejection: 'wash_trade' }), 'what was done stands'],
    ['unsettled', result({ outcome: 'unknown', orderId: null }), 'Do not repeat it'],
  ] as const)('though %s is no error: orders may stand', async (outcome, step, words) => {
    const [part] = report().parts;
    if (part === undefined) throw new Error('the report has a part');
    const parts = [{ ...part, outcome, steps: [step] }];
    const { run } = await executing(report({ outcome, parts }));
    const { json, isError } = await run(handle);
    expect(isError).toBe(false);
    expect(json).toMatchObject({ outcome, next_step: expect.stringContaining(words) });
    expect(json.parts).toMatchObject([
      { steps: [{ outcome: step.outcome, rejection: step.rejection }] },
    ]);
  });

  it('of many symbols says first what did not go well, and counts the rest', async () => {
    const [part] = report().parts;
    if (part === undefined) throw new Error('the report has a part');
    const parts = Array.from({ length: 500 }, (_, index) => ({
      ...part,
      symbol: ticker(manySymbols(index)),
      ...(index === 400 ? { outcome: 'stopped' as const, because: 'the order was refused' } : {}),
    }));
    const times = { startedAt: NOW, finishedAt: NOW + 250 };
    const { run } = await executing(finishedReport({ id: 'plan-1' as PlanId }, parts, [], times));
    const { json, text } = await run(handle);
    const names = [0, 1, 2].map(manySymbols).join(', ');
    expect(json.because).toBe(
      `${manySymbols(400)}: the order was refused; ${names} and 496 more: all steps done`,
    );
    expect(json.parts).toMatchObject([
      { symbol: manySymbols(400), outcome: 'stopped' },
      { symbol: manySymbols(0), outcome: 'completed' },
    ]);
    expect(json.more_parts).toHaveLength(6);
    expect(json.parts_left_out).toBe(492);
    expect(estimatedTokens(text)).toBeLessThan(1_000);
  });

  it('is an answer even when another part of the plan was denied', async () => {
    const { run } = await executing(report({ outcome: 'denied', refusal: 'guardrails_denied' }));
    const { json, isError } = await run(handle);
    expect(isError).toBe(false);
    expect(json).toMatchObject({ outcome: 'denied', parts: [{ steps: [{ outcome: 'done' }] }] });
  });
});

describe('a refusal', () => {
  const refusals: readonly PlanRefusal[] = [
    'plan_unknown',
    'plan_hash_mismatch',
    'plan_expired',
    'plan_already_used',
    'plan_drifted',
    'plan_wrong_account',
    'mode_forbids_execution',
    'guardrails_denied',
    'symbol_unsettled',
    'recovering',
    'shutting_down',
  ];

  it.each(refusals)('%s has a code and a next step of its own', async (refusal) => {
    const because = `the reason of ${refusal}`;
    const { run } = await executing(report({ outcome: 'denied', refusal, parts: [], because }));
    const { json, isError } = await run(handle);
    expect(isError).toBe(true);
    expect(json).toMatchObject({
      environment: 'simulated',
      mode: 'execute',
      error: {
        code: refusal,
        message: because,
        retryable: errorAdvice[refusal].retryable,
        next_step: errorAdvice[refusal].nextStep,
        plan_id: 'plan-1',
        nothing_was_sent: true,
      },
    });
  });

  it('by a guardrail says what would pass', async () => {
    const { run } = await executing(
      report({
        outcome: 'denied',
        refusal: 'guardrails_denied',
        parts: [],
        verdicts: [denied('order_size')],
        because: 'order_size denied',
      }),
    );
    const { json } = await run(handle);
    expect(json.error).toMatchObject({
      would_pass: 'an order of at most 1000 shares',
      denials: [{ guardrail: 'order_size', code: 'order_too_large' }],
    });
  });
});

it.each([
  [{ plan_id: 'plan-1' }, 'hash'],
  [{ plan_id: 'plan-1', hash: 'short' }, '64 hexadecimal digits'],
  [{ plan_id: '', hash: HASH }, 'plan_id'],
  [{ ...handle, force: true }, 'Unknown argument "force"'],
  [{ ...handle, dryrun: true }, 'Unknown argument "dryrun"'],
])('with the arguments %j nothing is executed', async (args, words) => {
  const { run, bigBrother } = await executing(report());
  const { json } = await run(args);
  expect(json.error).toMatchObject({
    code: 'invalid_arguments',
    message: expect.stringContaining(words),
  });
  expect(bigBrother.executed).toEqual([]);
});

it('goes on to its end when the host cancels', async () => {
  let finish: (given: ExecutionReport) => void = () => {};
  let ended = false;
  class Slow extends ToldAnswers {
    override async execute(): Promise<ExecutionReport> {
      const given = await new Promise<ExecutionReport>((resolve) => {
        finish = resolve;
      });
      ended = true;
      return given;
    }
  }
  const bigBrother = new Slow();
  const { client } = await connected({ bigBrother });
  const host = new AbortController();
  const waiting = client.callTool({ name: 'execute_plan', arguments: handle }, undefined, {
    signal: host.signal,
  });
  await new Promise(setImmediate);
  host.abort('the user pressed stop');
  await expect(waiting).rejects.toThrow('the user pressed stop');

  finish(report());
  await new Promise(setImmediate);
  expect(ended).toBe(true);
  expect(bigBrother.calls).toMatchObject([{ tool: 'execute_plan', outcome: 'answered' }]);
});
