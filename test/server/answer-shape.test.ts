import { describe, expect, it } from 'vitest';
import type { SystemStatus } from '../../src/domain/answers.ts';
import { namedBy } from '../../src/server/answers/answer-shape.ts';
import { estimatedTokens } from '../../tools/shared/page.ts';
import { watchedAccount } from '../support/guarded-account.ts';

const cause = (number: number, because: string) => ({
  state: 'reducing' as const,
  code: `cause_${number}`,
  because,
  since: Date.UTC(2026, 9, 8, 15),
  clearedBy: 'the next trading day',
});

describe('the first words of every result', () => {
  it('say where and how far, and nothing of trading while it is active', async () => {
    const { bigBrother } = await watchedAccount();
    expect(namedBy(bigBrother.status())).toEqual({ environment: 'simulated', mode: 'execute' });
  });

  it('say since when and why trading is not active, and what ends it', async () => {
    const { bigBrother } = await watchedAccount();
    const status: SystemStatus = {
      ...bigBrother.status(),
      tradingState: 'reducing',
      tradingStateCauses: [cause(1, 'the account lost $2,000')],
    };
    expect(namedBy(status).trading).toBe(
      'reducing since 2026-10-08T15:00:00.000Z: the account lost $2,000; ' +
        'cleared by the next trading day',
    );
  });

  it('stay short, however many causes there are and however long they are', async () => {
    const { bigBrother } = await watchedAccount();
    const tradingStateCauses = [1, 2, 3, 4].map((each) => cause(each, 'very long '.repeat(100)));
    const status: SystemStatus = {
      ...bigBrother.status(),
      tradingState: 'halted',
      tradingStateCauses,
    };
    const { trading = '' } = namedBy(status);
    expect(trading).toMatch(/ \| 2 more causes$/);
    expect(estimatedTokens(trading)).toBeLessThan(150);
  });
});
