import { describe, expect, it } from 'vitest';
import { Floor, refusal } from '../core/floor.ts';

describe('what an account is from its first day on', () => {
  it('is the highest level of options and the first tier of coins, as recorded', () => {
    expect(new Floor().account()).toMatchObject({
      ...{ options_approved_level: 3, options_trading_level: 3, crypto_tier: 1 },
    });
  });

  it('is what it was opened with; options are traded at the lower of two levels', () => {
    const floor = new Floor({ account: { optionsApprovedLevel: 1, cryptoTier: 4 } });
    expect(floor.account()).toMatchObject({
      ...{ options_approved_level: 1, options_trading_level: 1, crypto_tier: 4 },
    });
    floor.request('PATCH', '/v2/account/configurations', { max_options_trading_level: 0 });
    expect(floor.account().options_trading_level).toBe(0);
  });

  it.each([
    { sma: 'last_equity', shown: '100000' },
    { sma: 'zero', shown: '0' },
  ] as const)('shows as its special memorandum account: $sma', ({ sma, shown }) => {
    expect(new Floor({ switches: { sma } }).account().sma).toBe(shown);
  });
});

describe('margin', () => {
  /** 100 shares at this price, the rest of 100,000 dollars in cash. */
  function marginOf(price: string, qty = '100') {
    const positions = [{ symbol: 'AAPL', qty, averageEntryPrice: price }];
    const floor = new Floor({ account: { positions }, prices: false });
    const { initial_margin: initial, maintenance_margin: maintenance } = floor.account();
    return [initial, maintenance];
  }

  it('takes more of cheap shares, and of what is short', () => {
    expect(marginOf('100')).toEqual(['5000', '3000']);
    expect(marginOf('6')).toEqual(['300', '300']);
    expect(marginOf('6.01')).toEqual(['300.5', '180.3']);
    expect(marginOf('2.5')).toEqual(['125', '125']);
    expect(marginOf('2.49')).toEqual(['124.5', '249']);
    expect(marginOf('100', '-100')).toEqual(['5000', '3000']);
    expect(marginOf('10', '-100')).toEqual(['500', '500']);
    expect(marginOf('4', '-100')).toEqual(['200', '400']);
    expect(marginOf('2', '-100')).toEqual(['100', '250']);
  });
});

describe('money from a sale in an account without margin', () => {
  function sold(unsettledFunds: 'may_be_spent' | 'wait', multiplier: '1' | '4' = '1') {
    const account = { cash: '0', multiplier } as const;
    const floor = new Floor({ account, switches: { unsettledFunds } });
    floor.accepted({ side: 'sell', qty: '10' });
    return floor;
  }

  it.each([
    { unsettledFunds: 'may_be_spent', power: '999.9' },
    { unsettledFunds: 'wait', power: '0' },
  ] as const)('is buying power at once, or the next day: $unsettledFunds', (given) => {
    const floor = sold(given.unsettledFunds);
    expect(floor.account()).toMatchObject({
      ...{ cash: '999.9', buying_power: given.power, non_marginable_buying_power: given.power },
    });
    expect(floor.order({ qty: '1' }).status).toBe(given.power === '0' ? 403 : 200);
  });

  it('waits for the morning of the day on which it settles', () => {
    const floor = sold('wait');
    floor.advanceTo('2026-10-09T07:59:59Z');
    expect(floor.account().buying_power).toBe('0');
    expect(refusal(floor.order({ qty: '1' }), 'buying_power')).toMatchObject({ buying_power: '0' });
    floor.advanceTo('2026-10-09T08:00:00Z');
    expect(floor.account().buying_power).toBe('999.9');
  });

  it('settles a day later when it was sold in the night', () => {
    const account = { cash: '0', multiplier: '1' } as const;
    const floor = new Floor({
      ...{ account, startAt: '2026-10-08T01:00:00Z', switches: { unsettledFunds: 'wait' } },
    });
    floor.accepted({ side: 'sell', type: 'limit', limit_price: '99', extended_hours: true });
    expect(floor.account().cash).toBe('99.99');
    floor.advanceTo('2026-10-08T20:00:00Z');
    expect(floor.account().buying_power).toBe('0');
    floor.advanceTo('2026-10-09T08:00:00Z');
    expect(floor.account().buying_power).toBe('99.99');
  });

  it('is spent at once on margin', () => {
    expect(sold('wait', '4').account().non_marginable_buying_power).toBe('999.9');
  });
});

describe('fees of coins', () => {
  function coins(switches: { cryptoFees: boolean }, cryptoTier = 1): Floor {
    const floor = new Floor({
      ...{ switches, account: { cryptoTier }, assets: [{ symbol: 'AAPL' }, { symbol: 'LTC/USD' }] },
    });
    floor.market('LTC/USD', '99.9', '100', '100');
    return floor;
  }
  const buy = { symbol: 'LTC/USD', qty: '10', time_in_force: 'gtc' } as const;

  it('are none on paper', () => {
    const floor = coins({ cryptoFees: false });
    floor.accepted(buy);
    expect(floor.position('LTCUSD').qty).toBe('10');
    expect(floor.list('/v2/account/activities/CFEE')).toEqual([]);
  });

  it('are taken out of what a trade brings: coins of a buy, dollars of a sale', () => {
    const floor = coins({ cryptoFees: true });
    floor.accepted(buy);
    expect(floor.position('LTCUSD')).toMatchObject({ qty: '9.975', cost_basis: '1000' });
    expect(floor.list('/v2/account/activities/CFEE')).toMatchObject([
      { activity_type: 'CFEE', symbol: 'LTC/USD', qty: '-0.025', net_amount: '0' },
    ]);
    expect(refusal(floor.order({ ...buy, side: 'sell' }))).toMatchObject({ status: 403 });
    const cash = Number(floor.account().cash);
    floor.accepted({ ...buy, side: 'sell', qty: '9.975' });
    expect(floor.list('/v2/account/activities/FEE')).toMatchObject([{ net_amount: '-2.49125625' }]);
    expect(Number(floor.account().cash) - cash).toBeCloseTo(996.5025 - 2.49, 2);
  });

  it('are less for what has rested, and for a higher tier', () => {
    const limit = { ...buy, type: 'limit', limit_price: '99' } as const;
    for (const [tier, qty] of [
      [1, '9.985'],
      [4, '9.992'],
      [8, '10'],
    ] as const) {
      const floor = coins({ cryptoFees: true }, tier);
      floor.accepted(limit);
      floor.quote('LTC/USD', '98.9', '99');
      expect(floor.position('LTCUSD').qty).toBe(qty);
    }
  });
});

describe('zeros behind the last cent', () => {
  it.each([
    { trailingZeros: 'accept', status: 200 },
    { trailingZeros: 'refuse', status: 422 },
  ] as const)('of a price: $trailingZeros', ({ trailingZeros, status }) => {
    const floor = new Floor({ switches: { trailingZeros } });
    const limit = { type: 'limit', limit_price: '90.00' } as const;
    const id = floor.accepted(limit);
    expect(floor.order({ ...limit, limit_price: '90.000' }).status).toBe(status);
    expect(floor.order({ ...limit, limit_price: '0.12340' }).status).toBe(status);
    expect(floor.replace(id, { limit_price: '91.000' }).status).toBe(status);
    expect(floor.order({ ...limit, limit_price: '90.001' }).status).toBe(422);
  });
});
