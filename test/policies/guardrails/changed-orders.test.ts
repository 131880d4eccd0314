import { describe, expect, it } from 'vitest';
import { order, stopLimit } from '../../support/given.ts';
import { codeOf } from '../answer.ts';
import { replace, submit } from '../support.ts';

const resting = stopLimit();
const plainStop = order({ id: 'plain', type: 'stop', stop: '95' });

describe('the limit of an order that is changed', () => {
  it('is the one that it has, where the change leaves it', () => {
    // To 111.50 with the limit still at 94.5: more than 15 % under its own stop.
    const raised = replace(resting, { stop: '111.5' });
    expect(codeOf('price-collar', { orders: [resting], price: '120', steps: [raised] })).toBe(
      'price_outside_collar',
    );
    const little = replace(resting, { stop: '96' });
    expect(codeOf('price-collar', { orders: [resting], steps: [little] })).toBeNull();
  });

  it('is no matter where the order has none', () => {
    const raised = replace(plainStop, { stop: '96' });
    expect(codeOf('price-collar', { orders: [plainStop], steps: [raised] })).toBeNull();
  });

  it('is measured by the worst price known where the quote is crossed', () => {
    const crossed = { bid: '101', ask: '99' };
    expect(codeOf('price-collar', { ...crossed, steps: [submit({ limit: '90' })] })).toBeNull();
    expect(codeOf('price-collar', { ...crossed, steps: [submit({ limit: '89.99' })] })).toBe(
      'price_outside_collar',
    );
  });
});

describe('a stop that the market has gone through', () => {
  const through = { price: '94.9' };

  it('is taken out by a sale that fills at least as readily', () => {
    const readier = replace(resting, { limit: '94' });
    expect(
      codeOf('stop-never-loosens', { ...through, orders: [resting], steps: [readier] }),
    ).toBeNull();
  });

  it('is not taken out by one that waits for a better price', () => {
    const slower = replace(resting, { limit: '94.95' });
    expect(codeOf('stop-never-loosens', { ...through, orders: [resting], steps: [slower] })).toBe(
      'stop_loosened',
    );
  });

  it('is not put off by a stop further down', () => {
    const lower = replace(resting, { stop: '90', limit: '89.5' });
    expect(codeOf('stop-never-loosens', { ...through, orders: [resting], steps: [lower] })).toBe(
      'stop_loosened',
    );
  });
});
