import { describe, expect, it } from 'vitest';
import { estimatedTokens } from '../../../tools/shared/page.ts';
import { connected } from '../../server/connect.ts';
import { snapshot } from '../../support/given.ts';
import { manyHoldings, ToldAnswers } from '../../tools/face.ts';

const asked = async (count: number, args: Record<string, unknown>) => {
  const given = { snapshot: snapshot({ holdings: manyHoldings(count) }) };
  const { call } = await connected({ bigBrother: new ToldAnswers(given) });
  const { json } = await call('get_portfolio_context', args);
  return json as Record<string, never> & { risk: Record<string, object[]> };
};

describe('the risk of all positions, as an agent asks for it', () => {
  it('is a line of figures in every answer', async () => {
    const { risk } = await asked(3, {});
    expect(risk).toEqual({
      ...{ shortfall_95: expect.stringMatching(/^\d+(\.\d+)?$/) },
      ...{ worst_loss_with_gap: expect.stringMatching(/^\d+(\.\d+)?$/) },
      ...{ drawdown_percent: null, beta: expect.stringMatching(/^-?\d+\.\d\d$/) },
      ...{ days: 0, assumed_names: 3 },
    });
  });

  it('is told whole where it is asked for, under 2,000 tokens with 500 positions', async () => {
    const answer = await asked(500, { detail: 'risk' });
    expect(Object.keys(answer.risk)).toEqual([
      ...['exposure', 'names', 'sectors', 'clusters', 'asset_classes', 'one_day_loss'],
      ...['drawdown', 'worst_loss', 'stress', 'basis'],
    ]);
    expect(answer.risk.names).toHaveLength(5);
    expect(answer.risk.sectors).toMatchObject([{ name: 'unknown' }]);
    expect(answer.left_out).toBe(500);
    expect(answer.rows).toBeUndefined();
    expect(estimatedTokens(JSON.stringify(answer))).toBeLessThan(2_000);
  });
});
