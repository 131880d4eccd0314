import { describe, expect, it } from 'vitest';
import { Floor, refusal } from '../core/floor.ts';

describe('account, clock, calendar, assets', () => {
  it('case 1: the account answers 200, money as strings, multiplier 4, no day-trade field', () => {
    const floor = new Floor();
    const { status, body } = floor.request('GET', '/v2/account');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ACTIVE',
      currency: 'USD',
      cash: '99000',
      equity: '100000',
      portfolio_value: '100000',
      last_equity: '100000',
      long_market_value: '1000',
      short_market_value: '0',
      position_market_value: '1000',
      initial_margin: '500',
      maintenance_margin: '300',
      buying_power: '399000',
      regt_buying_power: '199000',
      multiplier: '4',
      shorting_enabled: true,
      balance_asof: '2026-10-07',
      crypto_tier: 1,
    });
    for (const gone of ['pattern_day_trader', 'daytrade_count', 'daytrading_buying_power']) {
      expect(body).not.toHaveProperty(gone);
    }
    expect(String(body.account_number)).toMatch(/^PA\d{10}$/);
  });

  it('case 2: a wrong key is 401 on every path, with a message and no code', () => {
    const floor = new Floor();
    const wrong = { 'apca-api-key-id': 'PKTEST', 'apca-api-secret-key': 'guess' };
    for (const path of ['/v2/account', '/v2/orders', '/v2/stocks/quotes/latest', '/v9/nothing']) {
      const answer = floor.send('GET', path, undefined, wrong);
      expect([answer.status, answer.body]).toEqual([401, '{"message":"unauthorized."}']);
    }
    expect(floor.send('GET', '/v2/account', undefined, {}).status).toBe(401);
  });

  it('takes the key headers whatever their case', () => {
    const headers = { 'APCA-API-KEY-ID': 'PKTEST', 'APCA-API-SECRET-KEY': 'secret' };
    expect(new Floor().send('GET', '/v2/account', undefined, headers).status).toBe(200);
  });

  it('case 3: the clock is open in regular hours and points to Monday at the weekend', () => {
    expect(new Floor().get('/v2/clock')).toEqual({
      timestamp: '2026-10-08T10:00:00-04:00',
      is_open: true,
      next_open: '2026-10-09T09:30:00-04:00',
      next_close: '2026-10-08T16:00:00-04:00',
    });
    const weekend = new Floor({ startAt: '2026-11-21T15:00:00.250Z' });
    expect(weekend.get('/v2/clock')).toEqual({
      timestamp: '2026-11-21T10:00:00.250-05:00',
      is_open: false,
      next_open: '2026-11-23T09:30:00-05:00',
      next_close: '2026-11-23T16:00:00-05:00',
    });
  });

  it('case 4: the calendar knows the short day, asked for by date or by time', () => {
    const floor = new Floor();
    const byTime = '/v2/calendar?start=2026-11-27T00:00:00.000Z&end=2026-11-27';
    const days = floor.list('/v2/calendar?start=2026-11-26&end=2026-11-27');
    expect(days).toEqual([
      {
        date: '2026-11-27',
        open: '09:30',
        close: '13:00',
        session_open: '0400',
        session_close: '1700',
        settlement_date: '2026-11-30',
      },
    ]);
    expect(floor.list(byTime)).toEqual(days);
    expect(floor.request('GET', '/v2/calendar?start=soon').status).toBe(422);
  });

  it('case 5: an unknown asset is 404', () => {
    const answer = new Floor().request('GET', '/v2/assets/ZZZZ');
    expect(refusal(answer)).toEqual({ status: 404, code: 40410000 });
  });

  it('finds an asset by symbol and by id, with its margin as number and as text', () => {
    const floor = new Floor();
    const asset = floor.get('/v2/assets/AAPL');
    expect(asset).toMatchObject({
      class: 'us_equity',
      symbol: 'AAPL',
      status: 'active',
      tradable: true,
      fractionable: true,
      maintenance_margin_requirement: 30,
      margin_requirement_long: '30',
    });
    expect(floor.get(`/v2/assets/${asset.id}`)).toEqual(asset);
    expect(floor.list('/v2/assets').map(({ symbol }) => symbol)).toContain('HARD');
  });

  it('case 6: a patched configuration answers with all keys and is kept', () => {
    const floor = new Floor();
    const path = '/v2/account/configurations';
    const { status, body } = floor.request('PATCH', path, { no_shorting: true });
    expect(status).toBe(200);
    expect(body).toEqual({
      disable_overnight_trading: false,
      fractional_trading: true,
      max_margin_multiplier: '4',
      max_options_trading_level: 3,
      no_shorting: true,
      ptp_no_exception_entry: false,
      suspend_trade: false,
      trade_confirm_email: 'all',
    });
    expect(floor.get(path)).toEqual(body);
    expect(floor.request('PATCH', path, { max_margin_multiplier: '3' }).status).toBe(422);
    expect(floor.get(path)).toEqual(body);
  });

  it('a suspended account takes no orders and says so', () => {
    const floor = new Floor();
    floor.request('PATCH', '/v2/account/configurations', { suspend_trade: true });
    expect(floor.account().trade_suspended_by_user).toBe(true);
    expect(refusal(floor.order({}))).toEqual({ status: 403, code: 40310000 });
  });

  it('a lower margin multiplier lowers the buying power, a cash account has none beyond cash', () => {
    const floor = new Floor();
    floor.request('PATCH', '/v2/account/configurations', { max_margin_multiplier: '2' });
    expect(floor.account()).toMatchObject({ multiplier: '2', buying_power: '199000' });
    const cash = new Floor({ account: { multiplier: '1' } });
    expect(cash.account()).toMatchObject({ buying_power: '99000', shorting_enabled: false });
  });

  it('an unknown path is 404, and so is a broken encoding', () => {
    const floor = new Floor();
    expect(refusal(floor.request('GET', '/v2/nothing'))).toEqual({ status: 404, code: 40410000 });
    expect(floor.request('GET', '/v2/assets/%E0%A4%A').status).toBe(404);
  });

  it('marks the account to the last sale, and last equity is that of the close before', () => {
    const floor = new Floor();
    floor.trade('AAPL', '101');
    expect(floor.account()).toMatchObject({ equity: '100010', last_equity: '100000' });
    floor.advanceTo('2026-10-09T07:59:00Z');
    expect(floor.account()).toMatchObject({ last_equity: '100000', balance_asof: '2026-10-07' });
    floor.advanceTo('2026-10-09T08:00:00Z');
    expect(floor.account()).toMatchObject({ last_equity: '100010', balance_asof: '2026-10-08' });
    expect(floor.position()).toMatchObject({ lastday_price: '101', unrealized_intraday_pl: '0' });
  });
});
