import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../src/domain/event.ts';
import { proposedScenario } from '../../src/intelligence/proposed-scenario.ts';
import { rememberedIn } from '../../src/intelligence/remembered.ts';
import { TradeBook } from '../../src/intelligence/trade-book.ts';

const record = (type: JournalRecord['type']): JournalRecord => ({
  ...{ v: 1, seq: 1, at: 0, boot: 'boot', type, actor: 'loop', symbol: 'AAPL', planId: null },
  ...{ orderId: null, body: {}, prev: '', hash: '' },
});

/** A body is read out of its record's text, which takes as long as to write it. */
const unread = (type: JournalRecord['type']): JournalRecord =>
  Object.defineProperty(record(type), 'body', {
    get: () => {
      throw new Error('the body was read');
    },
  });

const decided = { inputs: { context: { episode: { id: 'AAPL#1' } } } };

describe('a record that says nothing of interest', () => {
  it('is passed over without its body being read', () => {
    expect(rememberedIn(unread('decision_made'))).toBeNull();
    expect(proposedScenario(unread('decision_made'))).toBeNull();
    expect(proposedScenario(unread('plan_proposed'))).toBeNull();
    expect(() => rememberedIn(unread('outcome_measured'))).toThrow('the body was read');
  });

  it('is a decision in a trade that is known to have begun', () => {
    const book = new TradeBook();
    expect(() => book.remember(unread('decision_made'), decided)).toThrow('the body was read');
    book.remember({ ...record('decision_made'), body: decided });
    expect(book.takeBegun().map(({ episodeId }) => episodeId)).toEqual(['AAPL#1']);
    book.remember(unread('decision_made'), decided);
    expect(book.takeBegun()).toEqual([]);
  });
});
