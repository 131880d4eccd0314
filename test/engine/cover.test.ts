import { describe, expect, it } from 'vitest';
import type { Order } from '../../src/domain/order.ts';
import type { Cover } from '../../src/domain/portfolio.ts';
import { type GivenHolding, holding, oco, order, stopLimit } from '../support/given.ts';

const coverWith = (orders: readonly Order[], given: GivenHolding = {}): Cover =>
  holding({ ...given, orders }).cover;

const figures = ({ coveredQuantity, nakedQuantity, exitQuantity }: Cover) => ({
  covered: coveredQuantity.toFixed(),
  naked: nakedQuantity.toFixed(),
  exits: exitQuantity.toFixed(),
});

describe('cover', () => {
  it('is none without orders', () => {
    expect(figures(coverWith([]))).toEqual({ covered: '0', naked: '10', exits: '0' });
  });

  it.each([
    ['new', '10', '10'],
    ['accepted', '10', '10'],
    ['partially_filled', '10', '10'],
    ['pending_new', '0', '10'],
    ['pending_cancel', '0', '10'],
    ['pending_replace', '10', '10'],
    ['done_for_day', '0', '10'],
    ['suspended', '0', '10'],
    ['held', '0', '10'],
    ['unrecognized', '0', '10'],
    ['canceled', '0', '0'],
    ['replaced', '0', '0'],
  ] as const)(
    'counts a stop in %s as %s shares of cover and %s of exits',
    (status, covered, exits) => {
      const cover = coverWith([stopLimit({ status })]);
      expect(figures(cover)).toMatchObject({ covered, exits });
    },
  );

  it('counts what is left of a partly filled stop', () => {
    const cover = coverWith([stopLimit({ status: 'partially_filled', filled: '4' })]);
    expect(figures(cover)).toEqual({ covered: '6', naked: '4', exits: '6' });
  });

  it('counts an order being replaced as nothing while an outcome is unknown', () => {
    const context = holding({
      orders: [stopLimit({ status: 'pending_replace' })],
      intents: [
        {
          key: 'PA3TEST00001|AAPL#1|cover/whole',
          generation: 2,
          clientOrderId: 'bb1-x',
          state: 'unknown',
          orderId: null,
        },
      ],
    });
    expect(figures(context.cover)).toEqual({ covered: '0', naked: '10', exits: '10' });
  });

  it('counts a replaced order and its successor once, by what each is good for', () => {
    const cover = coverWith([
      stopLimit({ id: 'old', status: 'pending_replace', quantity: '10' }),
      stopLimit({ id: 'new', replaces: 'old', quantity: '6' }),
    ]);
    expect(figures(cover)).toEqual({ covered: '6', naked: '4', exits: '10' });
  });

  it('counts the two exits of an OCO once', () => {
    expect(figures(coverWith(oco({})))).toEqual({ covered: '10', naked: '0', exits: '10' });
  });

  it('takes no held stop for cover when its group is being canceled', () => {
    const [takeProfit, stop] = oco({});
    const cover = coverWith([{ ...takeProfit, status: 'pending_cancel' }, stop]);
    expect(figures(cover)).toEqual({ covered: '0', naked: '10', exits: '10' });
  });

  it('takes the legs of a bracket whose entry still works for nothing at all', () => {
    const legs = oco({ id: 'entry' }).map((leg) => ({
      ...leg,
      id: `${leg.id}-leg` as Order['id'],
      status: 'held' as const,
      parentId: 'entry' as Order['id'],
    }));
    const entry = order({
      id: 'entry',
      side: 'buy',
      orderClass: 'bracket',
      limit: '100',
      quantity: '20',
      filled: '10',
      status: 'partially_filled',
    });
    expect(figures(coverWith([entry, ...legs]))).toEqual({ covered: '0', naked: '10', exits: '0' });
  });

  it.each([
    ['95.01', '10'],
    ['95', '0'],
    ['94', '0'],
  ])('at a price of %s a stop-limit at 95 covers %s shares', (price, covered) => {
    expect(figures(coverWith([stopLimit()], { price })).covered).toBe(covered);
  });

  it('keeps a triggered stop market order as cover: it fills at any price', () => {
    const cover = coverWith([stopLimit({ type: 'stop', limit: null })], { price: '94' });
    expect(figures(cover).covered).toBe('10');
  });

  it('takes no stop of the wrong side for cover', () => {
    expect(figures(coverWith([stopLimit({ side: 'buy' })])).covered).toBe('0');
    expect(
      figures(coverWith([stopLimit({ side: 'buy', stop: '105', limit: '106' })], { side: 'short' }))
        .covered,
    ).toBe('10');
  });

  it('never covers more than the position, but counts every share that exits may take', () => {
    const cover = coverWith([stopLimit({ quantity: '8' }), stopLimit({ id: 'b', quantity: '7' })]);
    expect(figures(cover)).toEqual({ covered: '10', naked: '0', exits: '15' });
  });

  it('lets an exit placed in dollars take the whole position', () => {
    const cover = coverWith([order({ type: 'market', quantity: null })]);
    expect(figures(cover)).toEqual({ covered: '0', naked: '10', exits: '10' });
  });
});
