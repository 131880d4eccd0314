import { decimal } from '../../../src/paper-exchange/core/decimal.ts';
import type { CorporateActionTerms } from '../../../src/paper-exchange/core/types.ts';
import type { RestRequest } from '../../../src/paper-exchange/wire/rest/handle.ts';
import { Floor, type Json } from '../core/floor.ts';

/** One request and what came back. */
export type Answer = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
};

const MINUTE = 60_000;
const limit = { type: 'limit', limit_price: '50', qty: '1' };

/** Every kind of answer of every endpoint, good and bad, from exchanges in many states. */
export function everyAnswer(): readonly Answer[] {
  return [
    ...accountAnswers(),
    ...orderAnswers(),
    ...classAnswers(),
    ...positionAnswers(),
    ...coinAnswers(),
    ...locateAnswers(),
    ...activityAnswers(),
    ...marketDataAnswers(),
    ...newsAnswers(),
    ...corporateActionAnswers(),
  ];
}

/** Sends requests and keeps what they were answered. */
export class Recorder {
  readonly floor: Floor;
  readonly answers: Answer[] = [];

  constructor(floor: Floor) {
    this.floor = floor;
  }

  send(method: RestRequest['method'], path: string, body?: unknown): Json {
    const { status, headers, body: text } = this.floor.send(method, path, body);
    const parsed = text === '' ? null : (JSON.parse(text) as unknown);
    this.answers.push({ method, path: path.split('?')[0] ?? '', status, headers, body: parsed });
    return typeof parsed === 'object' && parsed !== null ? (parsed as Json) : {};
  }

  get(...paths: readonly string[]): void {
    for (const path of paths) this.send('GET', path);
  }

  order(fields: Json): string {
    const qty = 'notional' in fields ? {} : { qty: '1' };
    const order = { symbol: 'AAPL', side: 'buy', type: 'market', time_in_force: 'day', ...qty };
    return String(this.send('POST', '/v2/orders', { ...order, ...fields }).id);
  }
}

function accountAnswers(): readonly Answer[] {
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

function orderAnswers(): readonly Answer[] {
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

function classAnswers(): readonly Answer[] {
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

function positionAnswers(): readonly Answer[] {
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

function coinAnswers(): readonly Answer[] {
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

function locateAnswers(): readonly Answer[] {
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

function activityAnswers(): readonly Answer[] {
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

/** Shares and a pair with bars, quotes and trades. */
function tradedFloor(): Floor {
  const floor = new Floor({
    assets: [{ symbol: 'AAPL' }, { symbol: 'MSFT' }, { symbol: 'BTC/USD' }],
  });
  for (let minute = 0; minute < 30; minute += 1) {
    const at = floor.core.now;
    for (const symbol of ['AAPL', 'BTC/USD']) {
      floor.market(symbol, '100', '100.02', '100.01');
      const price = decimal('100');
      const prices = { open: price, high: price, low: price, close: price, vwap: price };
      const bar = { symbol, at, durationMs: MINUTE, ...prices, volume: 10, tradeCount: 1 };
      floor.core.onBar(bar);
    }
    floor.advanceBy(MINUTE);
  }
  return floor;
}

function marketDataAnswers(): readonly Answer[] {
  const recorder = new Recorder(tradedFloor());
  for (const kind of ['bars', 'quotes', 'trades']) {
    const timeframe = kind === 'bars' ? '&timeframe=5Min' : '';
    const stocks = `/v2/stocks/${kind}`;
    const crypto = `/v1beta3/crypto/us/${kind}`;
    recorder.get(
      `${stocks}?symbols=AAPL,MSFT${timeframe}&limit=2`,
      `${stocks}?symbols=AAPL&currency=USD${timeframe}&sort=desc&feed=iex`,
      `${stocks}?symbols=ZZZZ${timeframe}`,
      `${stocks}?${timeframe}`,
      `${stocks}?symbols=AAPL${timeframe}&feed=sip&end=2026-10-08T14:30:00Z`,
      `/v2/stocks/AAPL/${kind}?limit=1${timeframe}`,
      `/v2/stocks/AAPL/${kind}?limit=0${timeframe}`,
      `/v2/stocks/AAPL/${kind}?end=2026-10-08T14:30:00Z${timeframe}`,
      `/v2/stocks/${kind}/latest?symbols=AAPL,ZZZZ`,
      `/v2/stocks/${kind}/latest?symbols=AAPL&feed=sip`,
      `/v2/stocks/${kind}/latest`,
      `/v2/stocks/AAPL/${kind}/latest`,
      `/v2/stocks/AAPL/${kind}/latest?feed=sip`,
      `/v2/stocks/AA PL/${kind}/latest`,
      `${crypto}?symbols=BTC/USD,ETH/USD${timeframe}&limit=2`,
      `${crypto}?symbols=AAPL${timeframe}`,
      `/v1beta3/crypto/us/latest/${kind}?symbols=BTC/USD`,
      `/v1beta3/crypto/mars/latest/${kind}?symbols=BTC/USD`,
    );
  }
  recorder.get(
    '/v1beta3/crypto/us/latest/orderbooks?symbols=BTC/USD',
    '/v1beta3/crypto/us/latest/orderbooks',
    '/v1beta3/crypto/us/snapshots?symbols=BTC/USD',
    '/v1beta3/crypto/us/snapshots',
    '/v2/stocks/snapshots?symbols=AAPL,MSFT',
    '/v2/stocks/snapshots?symbols=AAPL&feed=sip',
    '/v2/stocks/snapshots',
    '/v2/stocks/AAPL/snapshot',
    '/v2/stocks/AAPL/snapshot?feed=sip',
    '/v2/stocks/AA PL/snapshot',
  );
  return recorder.answers;
}

function newsAnswers(): readonly Answer[] {
  const recorder = new Recorder(tradedFloor());
  const { core } = recorder.floor;
  core.publishNews({ headline: 'Something happened', summary: 'To AAPL.', symbols: ['AAPL'] });
  recorder.get(
    '/v1beta1/news',
    '/v1beta1/news?symbols=AAPL&include_content=true&limit=1&sort=asc',
    '/v1beta1/news?limit=51',
  );
  return recorder.answers;
}

function corporateActionAnswers(): readonly Answer[] {
  const floor = new Floor({ switches: { dividendsPaid: true } });
  floor.market('MSFT', '49.99', '50.01', '50');
  const recorder = new Recorder(floor);
  for (const symbol of ['MSFT', 'WHOLE', 'LONGONLY', 'HARD']) {
    floor.market(symbol, '49.99', '50.01', '50');
    recorder.order({ symbol, qty: '10' });
  }
  const [exDate, rate] = ['2026-10-09', decimal('1')];
  const allTerms: readonly CorporateActionTerms[] = [
    { kind: 'cash_dividend', symbol: 'AAPL', rate, special: true },
    { kind: 'forward_split', symbol: 'AAPL', newRate: 4, oldRate: 1 },
    { kind: 'reverse_split', symbol: 'MSFT', newRate: 1, oldRate: 10 },
    { kind: 'name_change', symbol: 'WHOLE', newSymbol: 'PART' },
    { kind: 'cash_merger', symbol: 'LONGONLY', acquirerSymbol: 'AAPL', rate },
    { kind: 'worthless_removal', symbol: 'HARD' },
  ];
  for (const terms of allTerms) floor.core.announce({ terms, exDate });
  recorder.order({ type: 'limit', limit_price: '90', qty: '1', time_in_force: 'gtc' });
  floor.advanceTo('2026-10-09T14:00:00Z');
  recorder.get(
    '/v1/corporate-actions?start=2026-10-01&end=2026-10-31',
    '/v1/corporate-actions',
    '/v1/corporate-actions?types=feast',
    '/v2/account/activities',
    '/v2/account/activities/SPLIT',
    '/v2/account/portfolio/history?timeframe=1D&cashflow_types=ALL',
    '/v2/assets',
    '/v2/positions',
    '/v2/orders?status=all',
  );
  return recorder.answers;
}
