import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { madeUpAccount } from '../../src/cli/exchange/embedded-exchange.ts';
import { PlainClient } from '../../src/demo/plain-client.ts';
import { Referee } from '../../src/demo/referee.ts';
import { RefusalCounter } from '../../src/demo/refusals.ts';
import { decimal } from '../../src/paper-exchange/core/basics/decimal.ts';
import type { Order, TradeUpdate } from '../../src/paper-exchange/core/basics/types.ts';
import { PaperExchange } from '../../src/paper-exchange/exchange.ts';

const OPEN = Date.parse('2026-03-10T15:00:00Z');

describe('the referee', () => {
  let referee: Referee;
  beforeEach(() => {
    referee = new Referee([{ symbol: 'AAPL', qty: '100', averageEntryPrice: '180.00' }]);
  });

  const order = (id: string, fields: Partial<Order>): Order =>
    ({
      id,
      clientOrderId: `bb1-${id}`,
      symbol: 'AAPL',
      side: 'sell',
      positionIntent: 'sell_to_close',
      qty: decimal('100'),
      filledQty: decimal('0'),
      status: 'new',
      parentId: null,
      replaces: null,
      ...fields,
    }) as Order;
  const tell = (at: number, told: Order, positionQty: string | null = null) =>
    referee.see({
      kind: 'trade_update',
      at,
      order: told,
      legs: [],
      execution: positionQty === null ? null : { positionQty: decimal(positionQty) },
    } as unknown as TradeUpdate);

  it('lets a stop for every share pass', () => {
    tell(1, order('a', {}));
    expect(referee.fouls()).toEqual([]);
  });

  it('calls two exits for one share', () => {
    tell(1, order('a', {}));
    tell(2, order('b', { qty: decimal('1') }));
    expect(referee.fouls()).toMatchObject([{ kind: 'shared_exit', symbol: 'AAPL' }]);
  });

  it('counts the legs of a pair once, and an order with its successor once', () => {
    tell(1, order('profit', {}));
    tell(1, order('loss', { parentId: 'profit', status: 'held' }));
    expect(referee.fouls()).toEqual([]);
    tell(2, order('profit', { status: 'pending_replace' }));
    tell(2, order('next', { replaces: 'profit' }));
    expect(referee.fouls()).toEqual([]);
  });

  it('waits for the end of an instant, in which a pair ends leg by leg', () => {
    tell(1, order('a', {}));
    tell(2, order('b', {}));
    tell(2, order('a', { status: 'canceled' }));
    expect(referee.fouls()).toEqual([]);
  });

  it('calls an exit that outlives its position', () => {
    tell(1, order('a', {}));
    tell(2, order('b', { status: 'filled' }), '0');
    expect(referee.fouls()).toMatchObject([{ kind: 'shared_exit' }]);
  });

  it('calls a sale that turns a long into a short', () => {
    tell(1, order('a', { status: 'filled' }), '-20');
    expect(referee.fouls()).toMatchObject([{ kind: 'oversell' }]);
  });

  it('calls an exit of ours that opens a position, but not a stranger who buys', () => {
    tell(1, order('a', { status: 'filled' }), '0');
    tell(2, order('c', { clientOrderId: 'app-1', status: 'filled', side: 'buy' }), '50');
    expect(referee.fouls()).toEqual([]);
    tell(3, order('d', { status: 'filled', side: 'buy' }), '80');
    expect(referee.fouls()).toMatchObject([{ kind: 'oversell' }]);
  });
});

describe('refusals on the wire', () => {
  const account = () => {
    const clock = new VirtualClock(OPEN);
    const position = { symbol: 'AAPL', qty: '100', averageEntryPrice: '180.00' };
    const symbols = [{ symbol: 'AAPL', startPrice: '180.00' }];
    const accounts = [madeUpAccount([position])] as const;
    const market = { kind: 'generated', symbols } as const;
    const exchange = new PaperExchange({ seed: 'x', accounts, market }, clock);
    const refusals = new RefusalCounter();
    const { credentials } = exchange;
    const fetchApi = refusals.watching(exchange.fetchApi);
    return { refusals, client: new PlainClient({ credentials, fetchApi }) };
  };
  const sell = (fields: Record<string, string>) => ({
    symbol: 'AAPL',
    side: 'sell',
    time_in_force: 'gtc',
    ...fields,
  });

  it('count a second exit for held shares as a conflict', async () => {
    const { refusals, client } = account();
    await client.order(sell({ qty: '100', type: 'stop', stop_price: '170.00' }));
    await expect(client.order(sell({ qty: '1', type: 'market' }))).rejects.toThrow('insufficient');
    expect(refusals).toMatchObject({ refused: 1, conflicts: 1 });
  });

  it('count a stop through the market as a refusal that is no conflict', async () => {
    const { refusals, client } = account();
    const through = sell({ qty: '100', type: 'stop', stop_price: '400.00' });
    await expect(client.order(through)).rejects.toThrow('422');
    expect(refusals).toMatchObject({ refused: 1, conflicts: 0 });
  });
});
