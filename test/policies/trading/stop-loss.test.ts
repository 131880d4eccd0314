import { describe, expect, it } from 'vitest';
import { StopLossPolicy } from '../../../policies/trading/stop-loss.ts';
import { closedSession, holding, oco, order, stopLimit } from '../../support/given.ts';
import { because, settings, wish } from '../support.ts';

const policy = new StopLossPolicy(settings());
const by = (stopLoss: object) => new StopLossPolicy(settings({ stopLoss }));

describe('stop loss', () => {
  it('is content when a stop rests for every share', () => {
    const evaluation = policy.evaluate(holding({ orders: [stopLimit()] }));
    expect(evaluation).toEqual({
      outcome: 'abstains',
      policy: 'stop-loss',
      because: 'stops rest for all 10 shares',
    });
  });

  it('counts the held stop leg of an OCO as cover', () => {
    expect(wish(policy.evaluate(holding({ orders: oco({}) })))).toBe('-');
  });

  it.each([
    { orders: [], why: 'no stop' },
    { orders: [stopLimit({ quantity: '9' })], why: 'one share short' },
    { orders: [stopLimit({ status: 'pending_cancel' })], why: 'a stop about to go' },
  ])('calls it critical when the cover is $why', ({ orders }) => {
    const evaluation = policy.evaluate(holding({ orders }));
    expect(evaluation).toMatchObject({ recommendation: { urgency: 'critical' } });
    expect(wish(evaluation)).toBe('protect 95/94.5');
  });

  it('says how many shares are bare, where the stop goes and why', () => {
    const evaluation = policy.evaluate(holding({ orders: [stopLimit({ quantity: '9' })] }));
    expect(because(evaluation)).toBe(
      '1 of 10 shares have no resting stop; stop at 95.00 (the stop it was entered with), ' +
        'limit at 94.50, 0.25 of the average true range beyond it',
    );
  });

  it('protects outside the session too, since a stop may rest overnight', () => {
    expect(wish(policy.evaluate(holding({ session: closedSession })))).toBe('protect 95/94.5');
  });

  describe('without any stop known', () => {
    it.each([
      { side: 'long', stop: '92', limit: '91.5' },
      { side: 'short', stop: '108', limit: '108.54' },
    ] as const)('sets a $side first stop by percent of the entry', ({ side, stop, limit }) => {
      const context = holding({ side, initialStop: null });
      const wanted = wish(policy.evaluate(context));
      expect(wanted).toBe(`protect ${stop}/${limit}`);
    });

    it.each([
      { side: 'long', stop: '96', limit: '95.5' },
      { side: 'short', stop: '104', limit: '104.52' },
    ] as const)('sets a $side first stop by average true ranges', ({ side, stop, limit }) => {
      const context = holding({ side, initialStop: null, averageTrueRange: '2' });
      expect(wish(by({ method: 'atr' }).evaluate(context))).toBe(`protect ${stop}/${limit}`);
    });

    it('names percent as the way out when the average true range is unknown', () => {
      const context = holding({ initialStop: null, averageTrueRange: null });
      const evaluation = by({ method: 'atr' }).evaluate(context);
      expect(wish(evaluation)).toBe('protect 92/91.54');
      expect(because(evaluation)).toContain('since the average true range gives no stop');
    });

    it.each([
      { entry: '3', wants: 'protect 2.76/2.26', why: 'below zero' },
      { entry: '4', wants: 'protect 3.68/3.18', why: 'exactly to zero' },
      { entry: '4.01', wants: 'protect 0.01/0.0001', why: 'to a cent above it' },
    ])('takes percent when the average true range reaches $why', ({ entry, wants }) => {
      const given = { entry, price: entry, initialStop: null, averageTrueRange: '2' };
      expect(wish(by({ method: 'atr' }).evaluate(holding(given)))).toBe(wants);
    });

    it('measures from the market what cost nothing', () => {
      const evaluation = policy.evaluate(holding({ entry: '0', initialStop: null }));
      expect(wish(evaluation)).toBe('protect 92/91.5');
      expect(because(evaluation)).toContain('since the entry has no price');
    });

    it('names percent as the way out when the entry came without a plan', () => {
      const evaluation = by({ method: 'entry_plan' }).evaluate(holding({ initialStop: null }));
      expect(wish(evaluation)).toBe('protect 92/91.5');
      expect(because(evaluation)).toContain('since it came without a stop');
    });
  });

  describe('rounds to the tick', () => {
    it.each([
      { side: 'long', entry: '33.33', stop: '30.67', direction: 'up' },
      { side: 'short', entry: '33.33', stop: '35.99', direction: 'down' },
      { side: 'long', entry: '0.5555', stop: '0.5111', direction: 'up, below a dollar' },
    ] as const)('$direction for a $side: the stop loses less', ({ side, entry, stop }) => {
      const context = holding({
        side,
        entry,
        price: entry,
        initialStop: null,
        averageTrueRange: null,
      });
      const evaluation = policy.evaluate(context);
      expect(wish(evaluation).split('/')[0]).toBe(`protect ${stop}`);
      expect(because(evaluation)).toContain('rounded to the tighter tick');
    });

    it('and does not speak of rounding where there was none', () => {
      expect(because(policy.evaluate(holding()))).not.toContain('rounded');
    });
  });

  it('never puts the limit at zero or below, however volatile the share is', () => {
    const context = holding({
      entry: '2',
      price: '2',
      initialStop: '1.5',
      averageTrueRange: '9',
    });
    expect(wish(policy.evaluate(context))).toBe('protect 1.5/0.0001');
  });

  describe('arms again at the tightest price known', () => {
    it('and not at a looser remaining stop', () => {
      const orders = [stopLimit({ quantity: '4', stop: '93', limit: '92.5' })];
      expect(wish(policy.evaluate(holding({ orders })))).toBe('protect 95/94.5');
    });

    it('and at a remaining stop that was raised', () => {
      const orders = [stopLimit({ quantity: '4', stop: '97', limit: '96.5' })];
      expect(wish(policy.evaluate(holding({ orders })))).toBe('protect 97/96.5');
    });

    it('and at a tighter stop that is about to go', () => {
      const going = stopLimit({ stop: '97', limit: '96.5', status: 'pending_cancel' });
      expect(wish(policy.evaluate(holding({ orders: [going] })))).toBe('protect 97/96.5');
    });

    it('and not at the stop of an entry that has not filled', () => {
      const entry = order({ id: 'entry', side: 'buy', orderClass: 'bracket', limit: '99' });
      const leg = stopLimit({ stop: '98', limit: '97', status: 'held', parentId: 'entry' });
      const takeProfit = order({ id: 'tp', limit: '120', status: 'held', parentId: 'entry' });
      const context = holding({ orders: [entry, leg, takeProfit] });
      expect(wish(policy.evaluate(context))).toBe('protect 95/94.5');
    });

    it('and at a short position at the lowest', () => {
      const raised = stopLimit({ side: 'buy', quantity: '4', stop: '103', limit: '103.5' });
      const context = holding({ side: 'short', initialStop: '105', orders: [raised] });
      expect(wish(policy.evaluate(context))).toBe('protect 103/103.52');
    });

    it('and where the trailing stop had come to, when a day order ended with its day', () => {
      const context = holding({ price: '118', highWater: '120', initialStop: '95' });
      expect(wish(policy.evaluate(context))).toBe('protect 114/113.43');
    });

    it('and at the entry plan before any percent', () => {
      const context = holding({ initialStop: '98.5' });
      expect(wish(by({ percent: '8' }).evaluate(context)).split('/')[0]).toBe('protect 98.5');
    });
  });

  describe('when the market is through the stop already', () => {
    it.each([
      { side: 'long', price: '95.01', can: true },
      { side: 'long', price: '95', can: false },
      { side: 'long', price: '80', can: false },
      { side: 'short', price: '104.99', can: true },
      { side: 'short', price: '105', can: false },
      { side: 'short', price: '130', can: false },
    ] as const)('$side at $price: a stop can be placed: $can', ({ side, price, can }) => {
      const evaluation = policy.evaluate(holding({ side, price }));
      expect(evaluation.outcome).toBe(can ? 'recommends' : 'abstains');
      if (!can) expect(because(evaluation)).toContain('gap-rescue decides');
    });

    it('measures the first stop of a position that never had one from the market', () => {
      const context = holding({ price: '80', initialStop: null });
      expect(wish(policy.evaluate(context))).toBe('protect 73.6/73.1');
      expect(wish(policy.evaluate(holding({ price: '80' })))).toBe('-');
    });

    it('leaves such a position to gap-rescue, where the owner wants it sold', () => {
      const selling = by({ alreadyPast: 'exit' });
      expect(wish(selling.evaluate(holding({ price: '80', initialStop: null })))).toBe('-');
    });
  });

  it('covers fractions of a share', () => {
    const orders = [stopLimit({ quantity: '10' })];
    const evaluation = policy.evaluate(holding({ quantity: '10.7', orders }));
    expect(because(evaluation)).toContain('0.7 of 10.7 shares');
  });
});
