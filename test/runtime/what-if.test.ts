import { describe, expect, it } from 'vitest';
import type { Supposition } from '../../src/domain/answers.ts';
import { text } from '../../src/domain/decimal.ts';
import { connected } from '../server/connect.ts';
import { buy, MSFT, readyToBuy } from '../support/entries.ts';
import { AAPL, type Guarded, settle } from '../support/guarded-account.ts';
import { ToldAnswers } from '../tools/face.ts';

const suppose = (guarded: Guarded, more: Parameters<typeof buy>[0] = {}) =>
  settle(guarded.clock, guarded.bigBrother.suppose(buy(more)));

function supposed(answer: Supposition) {
  if (answer.outcome !== 'supposed') throw new Error(answer.because.join('; '));
  return answer;
}

const grossOf = ({ exposure }: { exposure: { gross: Parameters<typeof text>[0] } }) =>
  text(exposure.gross);

describe('an entry that is only thought of', () => {
  it('is sized, judged and weighed like one that is proposed, and nothing of it is kept', async () => {
    const guarded = await readyToBuy();
    const before = guarded.broker.calls.filter((call) => call.startsWith('submit')).length;
    const answer = supposed(await suppose(guarded, { size: { kind: 'risk', percent: '0.1' } }));
    const [step] = answer.part.steps;
    const shares = step?.kind === 'submit' ? step.order.quantity : null;
    expect(shares?.gt('0')).toBe(true);
    expect(answer.verdicts.every(({ outcome }) => outcome === 'pass')).toBe(true);
    expect(answer.approval.tier).toBe('T1');
    const added = answer.riskAfter.exposure.gross.minus(answer.riskBefore.exposure.gross);
    expect(text(added)).toBe(shares && text(shares.times('100')));
    const known = guarded.bigBrother.history({ symbol: MSFT, types: ['plan_proposed'], limit: 10 });
    expect(known.records).toEqual([]);
    expect(guarded.broker.calls.filter((call) => call.startsWith('submit'))).toHaveLength(before);
    expect(guarded.held('MSFT')).toBeNull();
  });

  it.each([
    ['bought', 'buy', '95'],
    ['sold short', 'sell', '105'],
  ] as const)(
    'may lose what lies between its own limit and that of its stop: %s',
    async (...asked) => {
      const [, side, stopPrice] = asked;
      const guarded = await readyToBuy();
      const size = { kind: 'quantity', quantity: '20' } as const;
      const { part } = supposed(await suppose(guarded, { side, stopPrice, size }));
      const [step] = part.steps;
      const { limitPrice, stopLoss } = step?.kind === 'submit' ? step.order : {};
      const room = stopLoss?.limitPrice && limitPrice?.minus(stopLoss.limitPrice).abs();
      const { atStop, withGap } = part.worstLoss;
      expect(atStop?.toFixed()).toBe(room?.times('20').toFixed());
      const past = stopLoss?.stopPrice.times(side === 'buy' ? '0.95' : '1.05');
      const gapped = past && limitPrice?.minus(past).abs();
      expect(withGap.toFixed()).toBe(gapped?.times('20').toFixed());
    },
  );

  it('adds to what is held', async () => {
    const guarded = await readyToBuy();
    const { riskBefore, riskAfter } = supposed(await suppose(guarded, { symbol: AAPL }));
    expect([grossOf(riskBefore), grossOf(riskAfter)]).toEqual(['1000', '3000']);
  });

  it('is told what no guardrail would let pass', async () => {
    const guarded = await readyToBuy({ policies: { symbols: { allowed: [] } } });
    const { verdicts } = supposed(await suppose(guarded));
    const denied = verdicts.filter(({ outcome }) => outcome === 'deny');
    expect(denied.map(({ code }) => code)).toContain('symbol_not_allowed');
  });

  it('is impossible with its reason where it could not have a stop', async () => {
    const guarded = await readyToBuy();
    const half = { kind: 'quantity', quantity: '0.5' } as const;
    const answer = await suppose(guarded, { size: half });
    expect(answer).toMatchObject({ outcome: 'impossible', code: 'entry_not_protectable' });
  });

  it('is answered by evaluate_position with each figure before and after', async () => {
    const guarded = await readyToBuy();
    const supposition = await suppose(guarded);
    const { call } = await connected({ bigBrother: new ToldAnswers({ supposition }) });
    const { json } = await call('evaluate_position', {
      symbol: MSFT,
      entry: 'buy 20 stop 95',
    });
    expect(json).toMatchObject({
      plan: { symbol: 'MSFT', recipe: 'enter-with-stop' },
      denials: [],
      effect: {
        gross: { before: '1000.00', after: '3000.00' },
        name_percent: { before: '0' },
        // Thirty days of bars are too few to know how it moves.
        assumed: true,
      },
    });
    expect(json).not.toHaveProperty('policies');
  });

  it('needs words that name an entry', async () => {
    const { call } = await connected({ bigBrother: new ToldAnswers() });
    const { json } = await call('evaluate_position', { symbol: MSFT, entry: 'some' });
    expect(json).toMatchObject({ error: { code: 'invalid_arguments' } });
  });
});
