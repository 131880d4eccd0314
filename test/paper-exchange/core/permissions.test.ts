import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { WireError } from '../../../src/paper-exchange/core/basics/types.ts';
import { Floor, refusal } from './floor.ts';

const limit = { type: 'limit', limit_price: '90' };

describe('blocks of an account', () => {
  it.each(['accountBlocked', 'tradingBlocked'] as const)(
    '%s refuses new and changed orders, and lets old ones be cancelled',
    (block) => {
      const floor = new Floor();
      const id = floor.accepted(limit);
      floor.core.blockAccount(floor.accountId, { [block]: true });
      expect(floor.core.account(floor.accountId)[block]).toBe(true);
      expect(floor.order(limit).status).toBe(403);
      expect(floor.replace(id, { limit_price: '91' }).status).toBe(403);
      expect(floor.cancel(id).status).toBe(204);
      floor.core.blockAccount(floor.accountId, { [block]: false });
      expect(floor.order(limit).status).toBe(200);
    },
  );

  it('a user who suspends trading cannot change orders either', () => {
    const floor = new Floor();
    const id = floor.accepted(limit);
    floor.request('PATCH', '/v2/account/configurations', { suspend_trade: true });
    expect(floor.order({ side: 'sell' }).body.message).toContain('by user request');
    expect(floor.replace(id, { limit_price: '91' }).status).toBe(403);
  });

  it('a position over 600 % of the equity leaves only closing orders until it is lifted', () => {
    const positions = [{ symbol: 'AAPL', qty: '50', averageEntryPrice: '100' }];
    const floor = new Floor({ account: { cash: '-2000', positions } });
    expect(floor.core.account(floor.accountId).closingOnly).toBe(false);
    floor.market('AAPL', '46.99', '47.01', '47');
    expect(floor.core.account(floor.accountId).closingOnly).toBe(true);
    floor.market('AAPL', '99.99', '100.01', '100');
    expect(floor.order({}).body.message).toBe('account is restricted to closing positions');
    floor.accepted({ side: 'sell' });
    floor.core.liftClosingOnly(floor.accountId);
    floor.accepted({});
  });

  it('a lower limit of the margin multiplier binds', () => {
    const floor = new Floor();
    const configure = (max: string) =>
      floor.request('PATCH', '/v2/account/configurations', { max_margin_multiplier: max });
    const power = (max: string) => {
      configure(max);
      return floor.account().buying_power;
    };
    expect(['4', '2', '1'].map(power)).toEqual(['399000', '199000', '99000']);
  });

  it('a share without margin is bought with cash alone', () => {
    const floor = new Floor({
      assets: [{ symbol: 'AAPL' }, { symbol: 'CASH', marginable: false }],
    });
    floor.market('CASH', '9.99', '10', '10');
    const answer = floor.order({ symbol: 'CASH', qty: '10000' });
    expect(refusal(answer, 'buying_power')).toMatchObject({ status: 403, buying_power: '99500' });
    floor.accepted({ symbol: 'CASH', qty: '1000' });
    expect(floor.account()).toMatchObject({ buying_power: '359000' });
    floor.core.changeAsset('CASH', { marginable: true });
    expect(floor.account()).toMatchObject({ buying_power: '389000' });
  });
});

describe('selling short what is hard to borrow', () => {
  const short = { symbol: 'HARD', side: 'sell', qty: '100' };

  function hardFloor(hardToBorrow: 'day_order' | 'locate'): Floor {
    const floor = new Floor({
      assets: [
        { symbol: 'AAPL' },
        {
          symbol: 'HARD',
          easyToBorrow: false,
          locate: { availableQty: 300, feePerShare: '0.02' },
        },
      ],
      switches: { hardToBorrow },
    });
    floor.market('HARD', '19.99', '20.01', '20');
    return floor;
  }

  it('takes a day order', () => {
    const floor = hardFloor('day_order');
    const answer = floor.order({ ...short, time_in_force: 'gtc' });
    expect(answer.body.message).toBe('only day orders are allowed for hard-to-borrow asset');
    floor.accepted(short);
  });

  it('by a switch takes located shares too, which cost a fee and are used up', () => {
    const floor = hardFloor('locate');
    expect(floor.order(short).body.message).toBe('insufficient located shares (located: 0)');
    expect(floor.core.locateQuote('HARD')).toMatchObject({ availableQty: 300 });
    const locate = floor.core.requestLocate(floor.accountId, { symbol: 'HARD', qty: 100 });
    expect(locate).toMatchObject({
      status: 'active',
      locatedQty: 100,
      locatedPrice: decimal('0.02'),
      expiresAt: Date.parse('2026-10-09T00:00:00Z'),
    });
    expect(floor.account().cash).toBe('98998');
    expect(floor.core.activities(floor.accountId).at(0)).toMatchObject({ type: 'FEE' });
    floor.accepted({ ...short, qty: '60' });
    expect(floor.order({ ...short, qty: '60' }).status).toBe(403);
    floor.accepted({ ...short, qty: '40' });
  });

  it('what was located counts until eight in the evening', () => {
    const floor = hardFloor('locate');
    floor.core.requestLocate(floor.accountId, { symbol: 'HARD', qty: 100 });
    floor.advanceTo('2026-10-09T00:00:00Z');
    expect(floor.core.locates(floor.accountId)).toMatchObject([{ status: 'expired' }]);
    expect(floor.order(short).status).toBe(403);
  });

  it('a locate may be rejected for want of shares or for its price', () => {
    const floor = hardFloor('locate');
    const ask = (fields: object) =>
      floor.core.requestLocate(floor.accountId, { symbol: 'HARD', qty: 400, ...fields });
    expect(ask({ all_or_none: true })).toMatchObject({
      status: 'rejected',
      rejectionReason: 'inventory_unavailable',
    });
    expect(ask({ limit_price: '0.01' })).toMatchObject({ rejectionReason: 'limit_price_exceeded' });
    expect(ask({})).toMatchObject({ status: 'active', locatedQty: 300 });
    expect(ask({})).toMatchObject({ status: 'rejected' });
  });

  it.each([
    [{ symbol: 'NOPE', qty: 100 }, 422, 'symbol_not_found'],
    [{ symbol: 'AAPL', qty: 100 }, 422, 'easy_to_borrow'],
    [{ symbol: 'HARD', qty: 50 }, 400, 'invalid_input'],
    [{ symbol: 'HARD', qty: 100, limit_price: '-1' }, 400, 'invalid_limit_price'],
    [{ symbol: 3, qty: 100 }, 400, 'invalid_input'],
    ['nothing', 400, 'invalid_request_body'],
  ])('a locate of %j is refused', (body, status, code) => {
    const floor = hardFloor('locate');
    const answer = floor.core.requestLocate(floor.accountId, body);
    expect(answer).toBeInstanceOf(WireError);
    expect(answer).toMatchObject({ status, body: { code } });
  });
});

describe('the pattern-day-trader rule that is no more', () => {
  function dayTrades(floor: Floor, count: number): void {
    for (let trade = 0; trade < count; trade += 1) {
      floor.accepted({ symbol: 'MSFT' });
      floor.accepted({ symbol: 'MSFT', side: 'sell' });
    }
  }

  function smallFloor(patternDayTraderRule: boolean): Floor {
    const floor = new Floor({ account: { cash: '9000' }, switches: { patternDayTraderRule } });
    floor.market('MSFT', '49.99', '50.01', '50');
    return floor;
  }

  it('does not exist', () => {
    const floor = smallFloor(false);
    dayTrades(floor, 6);
    expect(floor.core.account(floor.accountId).dayTrading).toBeNull();
  });

  it('by a switch refuses the fourth day trade in five days below 25,000 dollars', () => {
    const floor = smallFloor(true);
    dayTrades(floor, 3);
    expect(floor.core.account(floor.accountId).dayTrading).toEqual({
      count: 3,
      isPatternDayTrader: false,
      buyingPower: 0n,
    });
    floor.accepted({ symbol: 'MSFT' });
    expect(refusal(floor.order({ symbol: 'MSFT', side: 'sell' }))).toEqual({
      status: 403,
      code: 40310100,
    });
    floor.accepted({ side: 'sell' });
    floor.advanceTo('2026-10-09T14:00:00Z');
    floor.market('MSFT', '49.99', '50.01', '50');
    floor.accepted({ symbol: 'MSFT', side: 'sell' });
    expect(floor.core.account(floor.accountId).dayTrading?.count).toBe(3);
    floor.advanceTo('2026-10-15T14:00:00Z');
    expect(floor.core.account(floor.accountId).dayTrading?.count).toBe(0);
  });

  it('by a switch lets a large account trade and calls it a pattern day trader', () => {
    const floor = new Floor({ switches: { patternDayTraderRule: true } });
    floor.market('MSFT', '49.99', '50.01', '50');
    dayTrades(floor, 4);
    const { dayTrading, buyingPower } = floor.core.account(floor.accountId);
    expect(dayTrading).toEqual({ count: 4, isPatternDayTrader: true, buyingPower });
  });
});

describe('an IPO', () => {
  it('takes limit orders alone until its first trade', () => {
    const floor = new Floor({ assets: [{ symbol: 'AAPL' }, { symbol: 'NEW', ipo: true }] });
    floor.quote('NEW', '19', '20');
    expect(floor.order({ symbol: 'NEW' }).status).toBe(422);
    floor.accepted({ symbol: 'NEW', type: 'limit', limit_price: '18' });
    floor.trade('NEW', '19.5');
    floor.accepted({ symbol: 'NEW' });
    expect(floor.core.asset('NEW')?.ipo).toBe(false);
  });
});
