import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { PaperExchange, type PaperExchangeOptions } from '../../../src/paper-exchange/exchange.ts';
import { OracleViolation } from '../../../src/paper-exchange/oracle/rules.ts';
import { keys, quietExchange } from '../wire/given.ts';

const headers = { 'apca-api-key-id': keys.keyId, 'apca-api-secret-key': keys.secret };

async function order(exchange: PaperExchange, fields: object): Promise<number> {
  const body = { symbol: 'AAPL', qty: '1', side: 'buy', type: 'market', time_in_force: 'day' };
  const { status } = await exchange.fetchApi('https://paper-api.alpaca.markets/v2/orders', {
    ...{ method: 'POST', headers },
    body: JSON.stringify({ ...body, ...fields }),
  });
  return status;
}

const SIX_HOURS_MS = 6 * 3_600_000;

describe('an exchange with an oracle over it', () => {
  it('runs for days with a market of its own, and nothing is found', async () => {
    const clock = new VirtualClock(Date.parse('2026-11-02T09:00:00-05:00'));
    const symbols = ['AAPL', 'MSFT', 'SPY'].map((symbol) => ({ symbol, startPrice: '100' }));
    const exchange = new PaperExchange(
      {
        ...{ seed: 'overseen', oracle: true },
        accounts: [{ keyId: keys.keyId, secretKey: keys.secret, cash: '100000', multiplier: '4' }],
        market: { kind: 'generated', symbols, cadenceMs: 20_000 },
        switches: { randomPartialFills: true },
      },
      clock,
    );
    exchange.start();
    for (let turn = 0; turn < 8; turn += 1) {
      for (const { symbol } of symbols) {
        await order(exchange, { symbol, qty: '5' });
        const stop = { type: 'trailing_stop', trail_percent: '0.2', time_in_force: 'gtc' };
        await clock.advanceBy(60_000);
        await order(exchange, { ...stop, symbol, side: 'sell', qty: '5' });
      }
      await clock.advanceBy(SIX_HOURS_MS);
    }
    exchange.oracle?.verify();
    const [account = ''] = exchange.core.accountIds;
    expect(exchange.core.fills(account).length).toBeGreaterThan(10);
    exchange.stop();
  });

  it('stops, and says why, when a rule is broken', async () => {
    const { exchange, clock, trade } = quietExchange({ oracle: true });
    const [account = ''] = exchange.core.accountIds;
    exchange.core.adjustAccount(account, { cash: decimal('50000') });
    expect(await order(exchange, {})).toBe(500);
    await expect(clock.advanceBy(1)).rejects.toBeInstanceOf(OracleViolation);
    expect(() => trade('101')).toThrow(OracleViolation);
    expect(() => exchange.oracle?.throwIfBroken()).toThrow('broke the rule "cash"');
  });

  it('allows for what an operator puts into an account', async () => {
    const { exchange } = quietExchange({ oracle: true });
    const positions = [{ symbol: 'SPY', qty: '3', averageEntryPrice: '50' }];
    exchange.run({ do: 'account', cash: '5000', positions });
    expect(await order(exchange, {})).toBe(200);
    exchange.oracle?.verify();
    exchange.stop();
  });

  it('knows what was bought a moment before cash came in, though positions show it late', async () => {
    const latencies = { positionVisibilityMs: 3_000 };
    const { exchange, clock } = quietExchange({ oracle: true, latencies });
    expect(await order(exchange, { qty: '5' })).toBe(200);
    await clock.advanceBy(1_000);
    exchange.run({ do: 'account', cash: '5000' });
    const stop = { type: 'stop', stop_price: '95', side: 'sell', time_in_force: 'gtc' };
    expect(await order(exchange, { ...stop, qty: '15' })).toBe(200);
    await clock.advanceBy(5_000);
    exchange.oracle?.verify();
    exchange.stop();
  });

  it('knows what a merger took a moment before cash came in, though no order tells of it', async () => {
    const { exchange, clock } = quietExchange({ oracle: true });
    const terms = { kind: 'cash_merger', acquirerSymbol: null, rate: '120' } as const;
    exchange.run({ do: 'corporate_action', symbol: 'AAPL', terms });
    await clock.advanceBy(1_000);
    exchange.run({ do: 'account', cash: '5000' });
    const limit = { type: 'limit', limit_price: '10', symbol: 'SPY' };
    expect(await order(exchange, limit)).toBe(200);
    await clock.advanceBy(1_000);
    exchange.oracle?.verify();
    exchange.stop();
  });

  const faulty: readonly (readonly [string, PaperExchangeOptions['faults']])[] = [
    ['sells both exits', [{ what: { kind: 'fill_both_exits' } }]],
    ['executes too much', [{ what: { kind: 'overfill', percent: 150 } }]],
  ];
  it.each(faulty)('allows for a broker that %s', async (_, faults = []) => {
    const { exchange, quote, trade } = quietExchange({ oracle: true, faults });
    const oco = {
      ...{ side: 'sell', type: 'limit', qty: '10', order_class: 'oco', time_in_force: 'gtc' },
      ...{ take_profit: { limit_price: '105' }, stop_loss: { stop_price: '95' } },
    };
    expect(await order(exchange, oco)).toBe(200);
    quote('105.01', '105.03');
    trade('105.02');
    const [account = ''] = exchange.core.accountIds;
    expect(exchange.core.position(account, 'AAPL')?.qty).toBeLessThan(0n);
    exchange.oracle?.verify();
    exchange.stop();
  });

  it('has none unless asked for one', () => {
    expect(quietExchange().exchange.oracle).toBeNull();
  });
});
