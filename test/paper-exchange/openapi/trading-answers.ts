import { Floor, type Json } from '../core/floor.ts';
import { type Answer, Recorder } from './recorder.ts';

const limit = { type: 'limit', limit_price: '50', qty: '1' };

export function accountAnswers(): readonly Answer[] {
  const recorder = new Recorder(new Floor());
  recorder.get(
    '/v2/account',
    '/v2/account/configurations',
    '/v2/clock',
    '/v2/calendar?start=2026-11-20&end=2026-12-31',
    '/v2/calendar?start=soon',
    '/v3/clock',
    '/v3/clock?markets=NYSE,XNAS&time=2026-11-22T12:00:00Z',
    '/v3/clock?markets=MOON',
    '/v3/calendar/NYSE?start=2026-11-20&end=2026-12-31',
    '/v3/calendar/XNAS?timezone=UTC',
    '/v3/calendar/MOON',
    '/v2/assets',
    '/v2/assets?status=inactive',
    '/v2/assets?exchange=NASDAQ&attributes=fractional_eh_enabled',
    '/v2/assets/AAPL',
    '/v2/assets/ZZZZ',
    '/v2/account/portfolio/history',
    '/v2/account/portfolio/history?period=1D&timeframe=5Min&intraday_reporting=extended_hours',
    '/v2/account/portfolio/history?period=ever',
  );
  recorder.send('PATCH', '/v2/account/configurations', { no_shorting: true });
  recorder.send('PATCH', '/v2/account/configurations', { no_shorting: 'perhaps' });
  recorder.send('PATCH', '/v2/account/configurations', []);
  const cash = new Recorder(new Floor({ account: { multiplier: '1' } }));
  cash.get('/v2/account');
  return [...recorder.answers, ...cash.answers];
}

export function orderAnswers(): readonly Answer[] {
  const recorder = new Recorder(new Floor());
  const { floor } = recorder;
  const filled = recorder.order({ client_order_id: 'first' });
  recorder.order({ client_order_id: 'first' });
  const resting = recorder.order(limit);
  recorder.order({ notional: '500' });
  recorder.order({ qty: '0.5' });
  recorder.order({ qty: '0' });
  recorder.order({ qty: '10000' });
  recorder.order({ side: 'sell', qty: '500' });
  recorder.order({ symbol: 'ZZZZ' });
  recorder.order({ ...limit, time_in_force: 'gtc', extended_hours: false });
  const stop = recorder.order({ type: 'stop', stop_price: '105' });
  recorder.order({ type: 'stop_limit', stop_price: '105', limit_price: '106' });
  recorder.order({ type: 'stop', stop_price: '95' });
  recorder.order({ type: 'trailing_stop', trail_percent: '2', time_in_force: 'gtc' });
  recorder.order({ type: 'trailing_stop', trail_price: '3', time_in_force: 'gtc' });
  const ioc = recorder.order({ ...limit, time_in_force: 'ioc' });
  recorder.order({ time_in_force: 'opg' });
  recorder.order({ time_in_force: 'cls' });
  recorder.send('PATCH', `/v2/orders/${resting}`, { limit_price: '51', qty: '2' });
  recorder.send('PATCH', `/v2/orders/${resting}`, { limit_price: '52' });
  recorder.send('PATCH', `/v2/orders/${stop}`, { stop_price: '95' });
  recorder.send('PATCH', '/v2/orders/none', { qty: '1' });
  recorder.send('DELETE', `/v2/orders/${stop}`);
  recorder.send('DELETE', `/v2/orders/${filled}`);
  recorder.send('DELETE', '/v2/orders/none');
  const partly = recorder.order({ ...limit, qty: '5' });
  floor.executePart(partly, '2', '50');
  for (const id of [filled, resting, stop, ioc, partly]) recorder.get(`/v2/orders/${id}`);
  recorder.get(
    '/v2/orders',
    '/v2/orders?status=all&limit=500&nested=true',
    '/v2/orders?status=closed',
    '/v2/orders?limit=501',
    '/v2/orders/none',
    '/v2/orders:by_client_order_id?client_order_id=first',
    '/v2/orders:by_client_order_id?client_order_id=none',
  );
  recorder.send('DELETE', '/v2/orders');
  floor.advanceTo('2026-10-08T21:00:00Z');
  recorder.order({});
  recorder.order({ notional: '5' });
  recorder.get('/v2/orders?status=all', '/v2/clock', '/v3/clock', '/v2/account');
  floor.advanceTo('2026-10-10T21:00:00Z');
  recorder.get('/v2/orders?status=all', '/v2/clock', '/v3/clock');
  return recorder.answers;
}

export function classAnswers(): readonly Answer[] {
  const recorder = new Recorder(new Floor());
  const { floor } = recorder;
  const exits = {
    take_profit: { limit_price: '110' },
    stop_loss: { stop_price: '90', limit_price: '89' },
  };
  const entry = { qty: '5', type: 'limit', limit_price: '99', time_in_force: 'gtc' };
  const bracket = recorder.order({ ...entry, ...exits, order_class: 'bracket' });
  recorder.order({ ...entry, ...exits, order_class: 'bracket', stop_loss: { stop_price: '99' } });
  recorder.order({ ...entry, order_class: 'oto', stop_loss: { stop_price: '90' } });
  floor.executePart(bracket, '2', '99');
  recorder.get(`/v2/orders/${bracket}?nested=true`);
  floor.quote('AAPL', '98.9', '98.95');
  recorder.get(`/v2/orders/${bracket}?nested=true`, '/v2/orders?status=all&nested=true');
  floor.market('AAPL', '110.2', '110.3', '110.25');
  recorder.get('/v2/orders?status=all&nested=true', '/v2/orders?status=all');
  const oco = { side: 'sell', type: 'limit', qty: '10', time_in_force: 'gtc', order_class: 'oco' };
  const other = new Recorder(new Floor());
  other.order({ ...oco, ...exits });
  other.get('/v2/orders?nested=true', '/v2/positions');
  other.floor.trade('AAPL', '89.9');
  other.get('/v2/orders?status=all&nested=true');
  return [...recorder.answers, ...other.answers];
}

export function positionAnswers(): readonly Answer[] {
  const recorder = new Recorder(new Floor());
  const { floor } = recorder;
  floor.market('MSFT', '49.99', '50.01', '50');
  recorder.order({ symbol: 'MSFT', qty: '3.5' });
  recorder.get('/v2/positions', '/v2/positions/AAPL', '/v2/positions/WHOLE', '/v2/positions/ZZZZ');
  const stop = recorder.order({ side: 'sell', type: 'stop', stop_price: '95', qty: '10' });
  recorder.send('DELETE', '/v2/positions/AAPL');
  recorder.send('DELETE', '/v2/positions');
  recorder.send('DELETE', `/v2/orders/${stop}`);
  recorder.send('DELETE', '/v2/positions/AAPL?qty=1&percentage=50');
  recorder.send('DELETE', '/v2/positions/AAPL?percentage=50');
  recorder.send('DELETE', '/v2/positions/AAPL');
  recorder.send('DELETE', '/v2/positions/AAPL');
  recorder.send('DELETE', '/v2/positions');
  recorder.order({ side: 'sell', qty: '4' });
  recorder.get('/v2/positions', '/v2/positions/AAPL', '/v2/account');
  recorder.send('DELETE', '/v2/positions?cancel_orders=true');
  recorder.send('DELETE', '/v2/positions?cancel_orders=perhaps');
  return recorder.answers;
}

export function coinAnswers(): readonly Answer[] {
  const floor = new Floor({ assets: [{ symbol: 'AAPL' }, { symbol: 'BTC/USD' }] });
  const recorder = new Recorder(floor);
  floor.market('BTC/USD', '60000', '60010', '60005');
  const coin = { symbol: 'BTC/USD', time_in_force: 'gtc' };
  recorder.order({ ...coin, qty: '0.5' });
  recorder.order({ ...coin, notional: '1000' });
  recorder.order({ ...coin, qty: '0.1', type: 'limit', limit_price: '50000' });
  const stop = { type: 'stop_limit', stop_price: '55000', limit_price: '54000' };
  recorder.order({ ...coin, ...stop, qty: '0.1', side: 'sell' });
  recorder.order({ ...coin, time_in_force: 'day', qty: '0.1' });
  recorder.order({ ...coin, qty: '0.1', type: 'stop', stop_price: '70000' });
  recorder.order({ ...coin, qty: '100' });
  recorder.get(
    '/v2/assets?asset_class=crypto',
    '/v2/assets/BTC%2FUSD',
    '/v2/assets/BTCUSD',
    '/v2/orders?status=all&symbols=BTCUSD&asset_class=crypto',
    '/v2/positions',
    '/v2/positions/BTCUSD',
    '/v2/account/activities',
    '/v2/account',
  );
  recorder.send('DELETE', '/v2/positions?cancel_orders=true');
  return recorder.answers;
}

export function locateAnswers(): readonly Answer[] {
  const locate = { availableQty: 300, feePerShare: '0.05' };
  const floor = new Floor({
    assets: [{ symbol: 'AAPL' }, { symbol: 'HARD', easyToBorrow: false, locate }],
    switches: { hardToBorrow: 'locate' },
  });
  const recorder = new Recorder(floor);
  const ask = (fields: Json) => recorder.send('POST', '/v1/locates', { symbol: 'HARD', ...fields });
  const { id } = ask({ qty: 200, limit_price: '0.10' });
  ask({ qty: 200, all_or_none: true });
  ask({ qty: 7 });
  ask({ qty: 100, symbol: 'AAPL' });
  ask({ qty: 100, symbol: 'ZZZZ' });
  ask({ qty: 100, limit_price: '-1' });
  recorder.send('POST', '/v1/locates', []);
  recorder.get(
    '/v1/locates',
    '/v1/locates?status=active&symbol=HARD&limit=1&start=2026-10-08&end=2026-10-09',
    '/v1/locates?limit=0',
    `/v1/locates/${id}`,
    '/v1/locates/none',
    '/v1/locates/quotes?symbols=HARD,AAPL,ZZZZ',
    '/v1/locates/quotes',
    '/v2/account/activities/FEE',
  );
  floor.advanceTo('2026-10-09T14:00:00Z');
  recorder.get('/v1/locates');
  const old = new Recorder(new Floor({ switches: { patternDayTraderRule: true } }));
  old.get('/v2/account');
  return [...recorder.answers, ...old.answers];
}

export function activityAnswers(): readonly Answer[] {
  const recorder = new Recorder(new Floor());
  const partly = recorder.order({ ...limit, qty: '5' });
  recorder.floor.executePart(partly, '2', '50');
  recorder.order({});
  recorder.get(
    '/v2/account/activities',
    '/v2/account/activities?category=trade_activity&page_size=1',
    '/v2/account/activities?page_size=101',
    '/v2/account/activities/FILL',
    '/v2/account/activities/DIV',
    '/v2/account/activities/NONE',
    '/v2/account/activities?category=non_trade_activity&activity_types=DIV',
    '/v2/account/activities?date=2026-10-08&until=2026-10-09&after=2026-10-07&direction=asc',
  );
  recorder.floor.advanceTo('2026-10-12T15:00:00Z');
  recorder.get(
    '/v2/account/portfolio/history?period=1W&timeframe=1D',
    '/v2/account/portfolio/history?period=3D&timeframe=1H&pnl_reset=no_reset&cashflow_types=ALL',
  );
  return recorder.answers;
}
