import { describe, expect, it } from 'vitest';
import type { SymbolEvaluation } from '../../src/domain/answers.ts';
import { quantity } from '../../src/domain/decimal.ts';
import type { Evaluation, Recommendation } from '../../src/domain/policy.ts';
import { decide } from '../../src/engine/decision/decide.ts';
import { connected } from '../server/connect.ts';
import { exit, holding, NOW, protect, reduce, stopLimit, wants } from '../support/given.ts';
import { ToldAnswers } from './face.ts';
import { denied, passed, planPart } from './given-plan.ts';

const evaluations: readonly Evaluation[] = [
  wants(protect('97', '96.5'), { policy: 'trailing-stop', because: 'the price rose to 110' }),
  wants(protect('96', '95.5'), { policy: 'stop-loss', urgency: 'critical' }),
  wants(reduce('5'), { policy: 'partial-profit', urgency: 'high' }),
  { outcome: 'abstains', policy: 'gap-rescue', because: 'no stop was triggered' },
];

function evaluated(given: Partial<SymbolEvaluation> = {}): SymbolEvaluation {
  const context = holding({ price: '110', orders: [stopLimit()] });
  return {
    context,
    decision: decide(context, evaluations),
    part: planPart(),
    notes: [{ recipe: 'patch_stop', because: 'a PATCH is not taken after a partial fill' }],
    verdicts: [passed('order_size'), denied('exposure')],
    ...given,
  };
}

async function asking(evaluation: SymbolEvaluation) {
  const { call } = await connected({ bigBrother: new ToldAnswers({ evaluation }) });
  return call('evaluate_position', { symbol: 'AAPL' });
}

describe('an evaluation', () => {
  it('has every policy with its reason, those that want nothing included', async () => {
    const { json } = await asking(evaluated());
    expect(json.policies).toEqual([
      {
        policy: 'trailing-stop',
        wants: 'protect: stop 97 limit 96.5',
        urgency: 'normal',
        because: 'the price rose to 110',
      },
      expect.objectContaining({ policy: 'stop-loss', urgency: 'critical' }),
      expect.objectContaining({ wants: 'reduce by 5 (partial@2R)' }),
      { policy: 'gap-rescue', wants: null, urgency: null, because: 'no stop was triggered' },
    ]);
  });

  it('says what was decided, and who overruled whom for what reason', async () => {
    const { json } = await asking(evaluated());
    expect(json.decision).toMatchObject({
      chosen: ['trailing-stop: protect: stop 97 limit 96.5', expect.stringContaining('partial')],
      overruled: [
        {
          policy: 'stop-loss',
          wanted: 'protect: stop 96 limit 95.5',
          by: 'trailing-stop',
          because: expect.stringMatching(/\S/),
        },
      ],
      target: {
        hold_quantity: '5',
        stop: '97',
        limit: '96.5',
        sale: { quantity: '5', milestone: 'partial@2R' },
        reprice_limit: null,
      },
    });
  });

  it('says what each guardrail would say: passes in a line, a denial with what would pass', async () => {
    const { json } = await asking(evaluated());
    expect(json.passed).toEqual(['order_size: 5 shares, limit 1000 shares']);
    expect(json.denials).toEqual([
      {
        guardrail: 'exposure',
        symbol: 'AAPL',
        code: 'order_too_large',
        measured: '5000 shares',
        limit: '1000 shares',
        because: '5000 shares are more than 1000',
        would_pass: 'an order of at most 1000 shares',
      },
    ]);
  });

  it('shows the position, the plan it leads to and the ways turned down', async () => {
    const { json } = await asking(evaluated());
    expect(json).toMatchObject({
      as_of: new Date(NOW).toISOString(),
      position: { symbol: 'AAPL', r: '2.00', cover: { state: 'covered' } },
      plan: { recipe: 'shrink_stop_then_sell' },
      planning_notes: ['patch_stop: a PATCH is not taken after a partial fill'],
    });
  });

  it('has no plan when there is nothing to do, and no stop when nothing is held after', async () => {
    const context = holding({ price: '110' });
    const leave: Recommendation = {
      policy: 'host',
      symbol: context.position.symbol,
      action: exit(),
      urgency: 'normal',
      because: 'asked',
    };
    const decision = decide(context, [{ outcome: 'recommends', recommendation: leave }]);
    expect(decision.target.holdQuantity).toEqual(quantity('0'));
    const { json } = await asking(evaluated({ context, decision, part: null, verdicts: [] }));
    expect(json).toMatchObject({
      plan: null,
      denials: [],
      passed: [],
      decision: { chosen: ['host: exit (exit@host)'], target: { hold_quantity: '0', stop: null } },
    });
  });
});

it('of a symbol that is not held is refused', async () => {
  const { call } = await connected();
  const answer = await call('evaluate_position', { symbol: 'TSLA' });
  expect(answer.json.error).toMatchObject({
    code: 'no_position',
    message: 'There is no position in TSLA.',
    next_step: 'get_portfolio_context lists the positions held.',
  });
});

it('before the first look at the account says to come back', async () => {
  const { call } = await connected({ bigBrother: new ToldAnswers({ snapshot: null }) });
  const answer = await call('evaluate_position', { symbol: 'AAPL' });
  expect(answer.json.error).toMatchObject({ code: 'not_ready', retryable: true });
});
