import { describe, expect, it } from 'vitest';
import { closedSession, stopLimit } from '../../support/given.ts';
import { answer, codeOf } from '../answer.ts';
import { buyMore, cancel, submit } from '../support.ts';

const bare = { quantity: '0', bid: null, ask: null, orders: [stopLimit()] };
const leaves = cancel(stopLimit());

describe('orders that rest where nothing is held', () => {
  it('are canceled without a price, which nobody needs for it', () => {
    expect(answer('fresh-data', { ...bare, steps: [leaves] })).toMatchObject({
      outcome: 'pass',
      measured: 'nothing held',
    });
  });

  it('are not canceled together with something else that needs one', () => {
    const mixed = [leaves, buyMore('1', '100')];
    expect(answer('fresh-data', { ...bare, quotedAt: 0, steps: mixed }).measured).not.toBe(
      'nothing held',
    );
    const held = { ...bare, quantity: '10', quotedAt: 0 };
    expect(answer('fresh-data', { ...held, steps: [leaves] }).measured).not.toBe('nothing held');
  });
});

it('what only one of several steps does is enough to hold them back', () => {
  const mixed = [submit({ quantity: '1' }), buyMore('1', '100')];
  expect(codeOf('market-hours', { session: closedSession, steps: mixed })).toBe('market_closed');
  expect(codeOf('no-short', { steps: mixed })).toBeNull();
});
