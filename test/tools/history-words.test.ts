import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../src/domain/event.ts';
import { sentenceOf } from '../../tools/shared/history-words.ts';

describe('a sentence about a record', () => {
  it('tells once why the market is what it is', () => {
    const body = { day: 0, regime: 'stressed', because: "it is 17.1 % below the year's high" };
    const record = { type: 'regime_seen', symbol: null, body } as unknown as JournalRecord;
    expect(sentenceOf(record)).toBe("the market is stressed: it is 17.1 % below the year's high");
  });
});
