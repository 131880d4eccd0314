import { describe, expect, it } from 'vitest';
import { Floor, refusal } from '../core/floor.ts';

// What random commands once found, each as the least that shows it.

describe('the oracle found that', () => {
  it('a trailing buy stop was taken that the account could not pay at its stop', () => {
    const floor = new Floor({ account: { cash: '1000', multiplier: '1', positions: [] } });
    const trailing = { type: 'trailing_stop', trail_percent: '5', qty: '10' };
    expect(refusal(floor.order(trailing), 'cost_basis')).toEqual({
      status: 403,
      code: 40310000,
      cost_basis: '1050',
    });
    expect(floor.order({ ...trailing, qty: '9' }).status).toBe(200);
  });
});
