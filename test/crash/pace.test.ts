import { expect, it } from 'vitest';
import type { JournalRecord } from '../../src/domain/event.ts';
import { Pace } from './pace.ts';

const sale = (at: number, purpose = 'reduce'): JournalRecord => ({
  ...{ v: 1, seq: 1, at, boot: 'boot', actor: 'system', type: 'step_intended' },
  ...{ symbol: null, planId: null, orderId: null, prev: '', hash: '' },
  body: { kind: 'submit', purpose },
});

it('a life begins late enough for three sales of a part in it to be no circle', () => {
  const pace = new Pace();
  pace.note([sale(0), sale(1_000, 'protect'), sale(100_000)]);
  pace.note([sale(200_000)]);
  expect(pace.restMs(200_000)).toBe(0);
  pace.note([sale(300_000)]);
  expect(pace.restMs(300_000)).toBe(300_000);
  expect(pace.restMs(700_000)).toBe(0);
  pace.note([sale(700_000)]);
  expect(pace.restMs(650_000)).toBe(50_000);
});
