import { describe, expect, it } from 'vitest';
import { connectAlpaca } from '../../src/adapters/alpaca/connect.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { exchangeOf, newWorld } from '../../src/cli/exchange/exchange-world.ts';
import { ticker } from '../../src/domain/ids.ts';
import { averageVolume, closesOf } from '../../src/engine/risk/returns.ts';
import { riskModelOf } from '../../src/engine/risk/risk-model.ts';
import { PaperExchange } from '../../src/paper-exchange/exchange.ts';
import { settle } from '../support/guarded-account.ts';

const KEYS = { keyId: 'PK-TEST', secretKey: 'secret' };
const AAPL = ticker('AAPL');

/** The market that BigBrother guards an account on where no keys are given. */
function embedded() {
  const clock = new VirtualClock(Date.UTC(2026, 9, 8, 15, 0));
  const account = { ...KEYS, cash: '100000', multiplier: '4', positions: [] } as const;
  const { market } = exchangeOf(newWorld({ seed: '7', account: 'margin' })).options;
  const exchange = new PaperExchange({ seed: '7', accounts: [account], market }, clock);
  exchange.start();
  const { fetchApi, wsFactory } = exchange;
  const endpoint = { url: 'http://127.0.0.1' };
  const access = { keyId: KEYS.keyId, secret: KEYS.secretKey, endpoint, fetchApi, wsFactory };
  const { broker, marketData } = connectAlpaca(access, clock);
  return { clock, exchange, broker, marketData };
}

describe('what guardrails want to know of an entry', () => {
  it('is told by the embedded market: the asset, and twenty days of volume', async () => {
    const { clock, exchange, broker, marketData } = embedded();
    expect(await settle(clock, broker.readAsset(AAPL))).toEqual({
      ...{ assetClass: 'us_equity', isActive: true, isTradable: true },
    });
    const bars = await settle(clock, marketData.readDailyBars([AAPL], clock.now(), 25));
    expect(averageVolume(bars.get(AAPL) ?? [])?.gt('0')).toBe(true);
    exchange.stop();
  });

  it('has a year of days in it, so that what is held is measured and not assumed', async () => {
    const { clock, exchange, marketData } = embedded();
    const [spy, names] = [ticker('SPY'), [AAPL, ticker('KO')]];
    const bars = await settle(clock, marketData.readDailyBars([spy, ...names], clock.now(), 254));
    const closes = new Map([...bars].map(([symbol, days]) => [symbol, closesOf(days)]));
    const model = riskModelOf(closes, { benchmark: spy, clusterCorrelation: 0.7 });
    expect(model.returns.days).toHaveLength(252);
    for (const name of names) expect(model.movesOf(name)).toMatchObject({ isAssumed: false });
    exchange.stop();
  });

  it('is not made up for a symbol that the broker does not know', async () => {
    const { clock, exchange, broker } = embedded();
    expect(await settle(clock, broker.readAsset(ticker('NOSUCH')))).toBeNull();
    exchange.stop();
  });
});
