import { describe, expect, it } from 'vitest';
import { GapRescuePolicy } from '../../../policies/trading/gap-rescue.ts';
import { closedSession, holding, NOW, oco, order, stopLimit } from '../../support/given.ts';
import { because, settings, wish } from '../support.ts';

const policy = new GapRescuePolicy(settings());

describe('gap rescue', () => {
  it.each([
    { orders: [stopLimit()], why: 'covered by a stop' },
    { orders: oco({}), why: 'covered by an OCO' },
  ])('has nothing to do when all is $why', ({ orders }) => {
    expect(wish(policy.evaluate(holding({ orders })))).toBe('-');
  });

  describe('a stop-limit that triggered and did not fill', () => {
    const stuck = (price: string, given = {}) =>
      holding({ price, bid: price, ask: price, orders: [stopLimit()], ...given });

    it.each([
      { price: '94.5', wants: '-', why: 'at its limit it can still fill' },
      { price: '94.49', wants: 'reprice 94.05', why: 'a cent under the limit' },
      { price: '94.05', wants: 'reprice 94.05', why: 'exactly on the first step' },
      { price: '94.04', wants: 'reprice 93.1', why: 'a cent under the first step' },
      { price: '91.2', wants: 'reprice 91.2', why: 'exactly on the last step' },
      { price: '91.19', wants: 'exit exit@gap', why: 'a cent beyond the collar' },
      { price: '60', wants: 'exit exit@gap', why: 'a gap far past it' },
    ])('at $price: $wants, $why', ({ price, wants }) => {
      const evaluation = policy.evaluate(stuck(price));
      expect(wish(evaluation)).toBe(wants);
      if (wants !== '-')
        expect(evaluation).toMatchObject({ recommendation: { urgency: 'critical' } });
    });

    it.each([
      { price: '105.5', wants: '-' },
      { price: '105.51', wants: 'reprice 106.05' },
      { price: '109.2', wants: 'reprice 109.2' },
      { price: '109.21', wants: 'exit exit@gap' },
    ])('mirrors itself for a short at $price: $wants', ({ price, wants }) => {
      const orders = [stopLimit({ side: 'buy', stop: '105', limit: '105.5' })];
      expect(wish(policy.evaluate(stuck(price, { side: 'short', orders })))).toBe(wants);
    });

    it('takes each step once, so that it ends', () => {
      let limit = '94.5';
      const taken: string[] = [];
      for (let look = 0; look < 20; look += 1) {
        // The market runs away by a cent under whatever limit is set.
        const price = (Number(limit) - 0.01).toFixed(2);
        const wanted = wish(policy.evaluate(stuck(price, { orders: [stopLimit({ limit })] })));
        taken.push(wanted);
        if (!wanted.startsWith('reprice')) break;
        limit = wanted.split(' ')[1] ?? '';
      }
      expect(taken).toEqual([
        'reprice 94.05',
        'reprice 93.1',
        'reprice 92.15',
        'reprice 91.2',
        'exit exit@gap',
      ]);
    });

    it('goes by the quote it would be filled at, not by the last trade', () => {
      const context = holding({ price: '94.8', bid: '93.5', ask: '95', orders: [stopLimit()] });
      expect(wish(policy.evaluate(context))).toBe('reprice 93.1');
    });

    it('goes by the last trade when the quote is old', () => {
      const given = { price: '94', bid: '99', ask: '99.1', orders: [stopLimit()] };
      expect(wish(policy.evaluate(holding({ ...given, quotedAt: NOW - 10_000 })))).toBe('-');
      expect(wish(policy.evaluate(holding({ ...given, quotedAt: NOW - 10_001 })))).toBe(
        'reprice 93.1',
      );
    });

    it('goes by the last trade when nobody bids', () => {
      const context = holding({ price: '94', bid: '0', ask: '94.1', orders: [stopLimit()] });
      expect(wish(policy.evaluate(context))).toBe('reprice 93.1');
    });

    it('waits for a change that is under way', () => {
      const orders = [stopLimit({ status: 'pending_replace' })];
      expect(wish(policy.evaluate(stuck('93', { orders })))).toBe('-');
    });

    it('waits while the market is closed or halted', () => {
      expect(wish(policy.evaluate(stuck('93', { session: closedSession })))).toBe('-');
      expect(wish(policy.evaluate(stuck('93', { halted: true })))).toBe('-');
    });

    it('leaves at once when no steps are allowed', () => {
      const none = new GapRescuePolicy(settings({ gapRescue: { steps: 0 } }));
      expect(wish(none.evaluate(stuck('94.4')))).toBe('exit exit@gap');
    });

    it('serves the tranche that lies furthest behind', () => {
      const orders = [
        stopLimit({ id: 'a', quantity: '5', limit: '94.5' }),
        stopLimit({ id: 'b', quantity: '5', stop: '96', limit: '95.9' }),
      ];
      expect(wish(policy.evaluate(stuck('94', { orders })))).toBe('reprice 93.1');
    });
  });

  describe('a position without a stop', () => {
    it.each([
      { side: 'long', price: '95.01', wants: '-', why: 'a cent above the stop' },
      { side: 'long', price: '95', wants: 'exit exit@gap', why: 'exactly at the stop' },
      { side: 'long', price: '70', wants: 'exit exit@gap', why: 'a gap past it' },
      { side: 'short', price: '104.99', wants: '-', why: 'a cent below the stop' },
      { side: 'short', price: '105', wants: 'exit exit@gap', why: 'exactly at the stop' },
    ] as const)('$side at $price: $wants, $why', ({ side, price, wants }) => {
      const evaluation = policy.evaluate(holding({ side, price, bid: price, ask: price }));
      expect(wish(evaluation)).toBe(wants);
      if (wants === '-') expect(because(evaluation)).toContain('stop-loss does that');
    });

    it('states the loss it takes', () => {
      const evaluation = policy.evaluate(holding({ price: '90', bid: '89.5', ask: '90' }));
      expect(because(evaluation)).toBe(
        '10 shares have no exit and the market at 90.00 is through the stop at 95.00 (the stop ' +
          'it was entered with): out now, about a loss of 105.00 USD at 89.50',
      );
    });

    it('states the gain that is left, or that there is none', () => {
      const at = (price: string) =>
        because(policy.evaluate(holding({ price, bid: price, ask: price, initialStop: '110' })));
      expect(at('104')).toContain('a gain of 40.00 USD at 104.00');
      expect(at('100')).toContain('a gain of 0.00 USD at 100.00');
    });

    it('is not sold for one odd trade that the quote does not confirm', () => {
      const odd = holding({ price: '50', bid: '99.9', ask: '100.1' });
      expect(wish(policy.evaluate(odd))).toBe('-');
      expect(because(policy.evaluate(odd))).toContain('the quote is not');
    });

    it('is not sold twice while an exit can fill', () => {
      const at = { price: '90', bid: '90', ask: '90.1' };
      const leaving = (given: Parameters<typeof order>[0]) =>
        wish(policy.evaluate(holding({ ...at, orders: [order(given)] })));
      expect(leaving({ type: 'market' })).toBe('-');
      expect(leaving({ limit: '90' })).toBe('-');
      expect(leaving({ limit: '90.01' })).toBe('exit exit@gap');
      expect(leaving({ limit: '90', quantity: '9' })).toBe('exit exit@gap');
      expect(leaving({ type: 'market', status: 'pending_cancel' })).toBe('exit exit@gap');
    });

    it('waits for the open', () => {
      const evaluation = policy.evaluate(holding({ price: '80', session: closedSession }));
      expect(because(evaluation)).toContain('closed or halted');
    });

    it('leaves where the trailing stop had been, not where the first one was', () => {
      const context = holding({ price: '113', bid: '113', ask: '113.1', highWater: '120' });
      expect(wish(policy.evaluate(context))).toBe('exit exit@gap');
    });
  });
});
