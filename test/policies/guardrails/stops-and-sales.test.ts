import { describe, expect, it } from 'vitest';
import { order, stopLimit } from '../../support/given.ts';
import { codeOf } from '../answer.ts';
import { cancel, type GivenReview, replace, submit } from '../support.ts';

const resting = stopLimit();
const shortStop = stopLimit({ side: 'buy', stop: '105', limit: '105.5' });
const stops = (given: GivenReview) => codeOf('stop-never-loosens', given);

describe('a sale that takes the place of a stop', () => {
  it('fills now, and not at the limit that an untouched stop would have', () => {
    const wide = { bid: '90', ask: '110', orders: [resting] };
    const at = (limit: string) => stops({ ...wide, steps: [cancel(resting), submit({ limit })] });
    expect(at('90')).toBeNull();
    expect(at('92')).toBe('stop_loosened');
  });

  it('buys a short back where shares are offered, and not where they are wanted', () => {
    const short = { side: 'short', orders: [shortStop] } as const;
    const at = (limit: string) =>
      stops({ ...short, steps: [cancel(shortStop), submit({ side: 'buy', limit })] });
    expect(at('100.01')).toBeNull();
    expect(at('100')).toBe('stop_loosened');
  });

  it('is measured by the mark where there is no quote', () => {
    const at = (side: 'long' | 'short', limit: string) => {
      const stop = side === 'long' ? resting : shortStop;
      const sale = submit({ side: side === 'long' ? 'sell' : 'buy', limit });
      return stops({ side, bid: null, orders: [stop], steps: [cancel(stop), sale] });
    };
    expect(at('long', '100')).toBeNull();
    expect(at('long', '100.01')).toBe('stop_loosened');
    expect(at('short', '100')).toBeNull();
    expect(at('short', '99.99')).toBe('stop_loosened');
  });

  it('is none where it is a new stop that the market has passed', () => {
    const passed = submit({ stop: '101', limit: '100' });
    expect(stops({ orders: [resting], steps: [cancel(resting), passed] })).toBe('stop_loosened');
  });

  it('is none of a stop without a limit that has been reached and has not filled', () => {
    const reached = order({ id: 'reached', type: 'stop', stop: '95' });
    const low = stopLimit({ id: 'low', stop: '90', limit: '89.5' });
    const given = { quantity: '20', price: '94', orders: [reached, low] };
    expect(stops({ ...given, steps: [cancel(low)] })).toBe('stop_loosened');
  });
});

describe('a stop', () => {
  it('without a limit is as good as one with', () => {
    const plain = order({ id: 'plain', type: 'stop', stop: '95' });
    expect(stops({ orders: [plain], steps: [replace(plain, { stop: '96' })] })).toBeNull();
    expect(stops({ orders: [plain], steps: [replace(plain, { stop: '94' })] })).toBe(
      'stop_loosened',
    );
  });

  it('is not made smaller for shares of others whose exit the same plan changes', () => {
    const theirs = stopLimit({
      id: 'theirs',
      foreign: true,
      quantity: '4',
      stop: '90',
      limit: '89',
    });
    const orders = [resting, theirs];
    const smaller = replace(resting, { quantity: '6' });
    expect(stops({ orders, steps: [smaller] })).toBeNull();
    expect(stops({ orders, steps: [smaller, replace(theirs, { stop: '91' })] })).toBe(
      'stop_loosened',
    );
  });

  it('of an entry on the short side is not judged without a quote', () => {
    const bracket = submit({
      ...{ side: 'sell', orderClass: 'bracket', intent: 'sell_to_open', limit: '100' },
      ...{ quantity: '1', stopLoss: ['103', '104'] },
    });
    expect(codeOf('stop-sanity', { bid: null, steps: [bracket] })).toBe('data_missing');
    expect(codeOf('stop-sanity', { steps: [bracket] })).toBeNull();
  });
});
