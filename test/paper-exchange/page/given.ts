import { type HttpListener, listen } from '../../../src/adapters/system/http-listener.ts';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { PaperExchange } from '../../../src/paper-exchange/exchange.ts';
import { servePage } from '../../../src/paper-exchange/page/page.ts';

export const MARKUP = '<img src=x onerror="document.title=1">';
const noon = Date.parse('2026-11-02T12:00:00-05:00');

/** An exchange with a bracket, a held position, two accounts and two faults, and its page. */
export async function shownExchange() {
  const clock = new VirtualClock(noon);
  const account = (place: number, extra: object = {}) => ({
    ...{ keyId: `PKSECRET${place}`, secretKey: `hidden-${place}`, cash: '100000' },
    ...{ multiplier: place === 0 ? ('4' as const) : ('1' as const), ...extra },
  });
  const positions = [
    { symbol: 'AAPL', qty: '100', averageEntryPrice: '178' },
    { symbol: 'TSLA', qty: '-30', averageEntryPrice: '254' },
    { symbol: 'VTI', qty: '12.345', averageEntryPrice: '266.4' },
  ];
  const exchange = new PaperExchange(
    {
      seed: 'page',
      accounts: [
        account(0, { accountNumber: 'PA123', positions }),
        account(1, { accountNumber: `PA${MARKUP}` }),
      ],
      market: { kind: 'silent', symbols: ['AAPL', 'MSFT', 'TSLA', 'VTI'] },
    },
    clock,
  );
  const page = servePage(exchange, () => clock.now());
  const [accountId = ''] = exchange.core.accountIds;
  let tradeId = 0;
  const print = (symbol: string, price: string): void => {
    tradeId += 1;
    const at = clock.now();
    const [bidPrice, askPrice] = [decimal(price) - decimal('0.01'), decimal(price)];
    exchange.tell({
      kind: 'quote',
      quote: { symbol, at, bidPrice, askPrice, bidSize: 300, askSize: 200 },
    });
    const trade = { symbol, at, price: decimal(price), size: 100 + tradeId, id: tradeId };
    exchange.tell({ kind: 'trade', trade });
  };
  for (const [symbol, price] of [
    ['AAPL', '180.25'],
    ['TSLA', '249.9'],
    ['VTI', '270.1'],
    ['MSFT', '420'],
    ['AAPL', '180.02'],
    ['MSFT', '420.15'],
  ] as const) {
    print(symbol, price);
    await clock.advanceBy(1_000);
  }
  const order = (body: object) => exchange.core.submitOrder(accountId, body);
  const sell = { symbol: 'AAPL', side: 'sell', time_in_force: 'gtc' };
  order({ ...sell, qty: '60', type: 'stop', stop_price: '171' });
  order({ ...sell, qty: '40', type: 'limit', limit_price: '195.5', time_in_force: 'day' });
  order({
    ...{ symbol: 'MSFT', qty: '10', side: 'buy', type: 'market', time_in_force: 'gtc' },
    ...{ order_class: 'bracket', take_profit: { limit_price: '440' } },
    stop_loss: { stop_price: '405', limit_price: '404' },
  });
  exchange.faults.add({
    ...{ id: 'slow orders', where: { route: '/v2/orders', method: 'POST' } },
    what: { kind: 'delay', ms: 3000 },
  });
  exchange.faults.add({ id: MARKUP, where: { symbol: 'AAPL' }, what: { kind: 'drop_before' } });

  const server: HttpListener = await listen({
    ...{ host: '127.0.0.1', port: 0, onUpgrade: exchange.upgradeListener },
    onRequest: page.before(exchange.requestListener),
  });
  return { exchange, clock, print, server, url: `http://127.0.0.1:${server.port}/` };
}
