import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../src/domain/event.ts';
import { ticker } from '../../src/domain/ids.ts';
import type { Order } from '../../src/domain/order.ts';
import { BrokerErrorWatch } from '../../src/runtime/halt/broker-error-watch.ts';
import { NOW, order, snapshot } from '../support/given.ts';
import { haltRig, started } from '../support/halt-rig.ts';

const seen = (orders: readonly Order[]) => ({ ...snapshot(), orders });

describe('what a broker must never do', () => {
  const given = () => {
    const made = started({ mode: 'observe' });
    return { ...made, errors: new BrokerErrorWatch({ halts: made.watch, alerts: made.alerts }) };
  };
  const opened = (episode: unknown, symbol: string | null = 'AAPL'): JournalRecord => {
    const { logger, store } = haltRig();
    logger.log({
      ...{ type: 'episode_opened', actor: 'broker' },
      ...{ symbol: symbol === null ? null : ticker(symbol), body: { episode } },
    });
    logger.commit();
    const [record] = store.scan(1);
    if (record === undefined) throw new Error('a record was to be written');
    return record;
  };
  const EXCESS = { isExcess: true, side: 'short', quantity: '10' };
  const over = (given: Parameters<typeof order>[0] = {}) =>
    order({ id: 'over', quantity: '10', filled: '11', status: 'filled', updatedAt: NOW, ...given });

  it('is to open a position with exits: a person is told, and no entry leaves', () => {
    const { errors, alerts, latch } = given();
    errors.hear(opened(EXCESS));
    const because =
      'exits in AAPL filled for more than was held and opened a short position of 10 shares; it ' +
      'is closed at once';
    expect(alerts.alerts().find(({ code }) => code === 'excess_position')).toMatchObject({
      ...{ symbol: 'AAPL', because },
    });
    expect(latch.read()).toMatchObject({
      ...{ level: 'entries', actor: 'system', by: 'BigBrother', because, includesForeign: false },
    });
  });

  it.each([
    ['a position of another kind', opened({ ...EXCESS, isExcess: false })],
    ['a record without a position', opened(undefined)],
    ['a record without a symbol', opened(EXCESS, null)],
    ['another record', { ...opened(EXCESS), type: 'episode_closed' as const }],
  ])('is not: %s', (_, record) => {
    const { errors, alerts, latch } = given();
    errors.hear(record);
    expect(latch.read()).toBeNull();
    expect(alerts.alerts()).toEqual([]);
  });

  it('is to fill more than was ordered: told once for each order', () => {
    const { errors, alerts, latch, records } = given();
    errors.see(seen([over()]));
    errors.see(seen([over(), over({ id: 'too', symbol: 'KO' })]));
    expect(alerts.alerts().filter(({ code }) => code === 'overfilled_order')).toMatchObject([
      {
        symbol: 'AAPL',
        because: 'order over in AAPL filled 11 shares of 10 ordered; what is held is believed',
      },
      { symbol: 'KO' },
    ]);
    expect(latch.read()?.level).toBe('entries');
    alerts.clear({ code: 'overfilled_order', symbol: ticker('AAPL') });
    errors.see(seen([over()]));
    expect(alerts.alerts().some(({ symbol }) => symbol === 'AAPL')).toBe(false);
    expect(records('halt_latched')).toHaveLength(1);
  });

  it.each([
    ['as many as were ordered', over({ filled: '10' })],
    ['dollars, not shares', over({ quantity: null })],
    ['what filled before anybody looked', over({ updatedAt: NOW - 1 })],
  ])('is not to fill %s', (_, one) => {
    const { errors, alerts } = given();
    errors.see(seen([one]));
    expect(alerts.alerts()).toEqual([]);
  });

  it('is told of an order that filled after the first look', () => {
    const { errors, alerts } = given();
    errors.see(seen([]));
    errors.see({ ...seen([over({ updatedAt: NOW + 5 })]), at: NOW + 10 });
    expect(alerts.alerts().map(({ code }) => code)).toContain('overfilled_order');
  });
});
