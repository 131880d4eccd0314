import { join } from 'node:path';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { madeUpAccount } from '../../src/cli/exchange/embedded-exchange.ts';
import { compose, type Running } from '../../src/compose.ts';
import { defaultSettings, type Settings } from '../../src/config.ts';
import { decimal } from '../../src/paper-exchange/core/basics/decimal.ts';
import { PaperExchange } from '../../src/paper-exchange/exchange.ts';
import { settle } from '../support/guarded-account.ts';

export const ELEVEN = Date.UTC(2026, 9, 8, 15, 0);

/** The whole program on a paper account with AAPL, its journal and its memory on disk. */
export function world(
  directory: string,
  intelligence: Partial<Settings['intelligence']> = {},
  given: Partial<Settings['rules']> = {},
) {
  const clock = new VirtualClock(ELEVEN);
  const account = madeUpAccount([{ symbol: 'AAPL', qty: '10', averageEntryPrice: '100' }], 'PA1');
  const market = { kind: 'silent', symbols: ['AAPL'] } as const;
  const exchange = new PaperExchange({ seed: '7', accounts: [account], market }, clock);
  const base = defaultSettings('execute', directory);
  const rules = { ...base.rules, ...given };
  const settings: Settings = {
    ...base,
    rules,
    intelligence: { ...base.intelligence, ...intelligence },
  };
  const system = { clock, ids: new SeededIds('whole'), exchange, journal: 'file' } as const;
  let trades = 0;
  const price = (at: string): void => {
    const last = decimal(at);
    const cent = decimal('0.01');
    const quote = {
      ...{ symbol: 'AAPL', at: clock.now(), bidPrice: last - cent, askPrice: last + cent },
      ...{ bidSize: 1_000, askSize: 1_000 },
    };
    exchange.tell({ kind: 'quote', quote });
    trades += 1;
    const trade = { symbol: 'AAPL', at: clock.now(), price: last, size: 100, id: trades };
    exchange.tell({ kind: 'trade', trade });
  };
  const buy = async (): Promise<void> => {
    const answer = await exchange.fetchApi('http://127.0.0.1/v2/orders', {
      method: 'POST',
      headers: {
        'APCA-API-KEY-ID': account.keyId,
        'APCA-API-SECRET-KEY': account.secretKey,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        ...{ symbol: 'AAPL', qty: '10', side: 'buy', type: 'market', time_in_force: 'day' },
      }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const start = async (): Promise<Running> => {
    exchange.start();
    price('100');
    const running = await settle(clock, compose(settings, system));
    running.orchestrator.start();
    await clock.advanceBy(1_000);
    return running;
  };
  const stop = async (running: Running): Promise<void> => {
    await settle(clock, running.stopGuarding());
    running.close();
  };
  const memoryFile = join(
    settings.dataDirectory,
    'simulated-PA1',
    'advisors',
    'memory',
    'memory.jsonl',
  );
  return { clock, price, buy, start, stop, memoryFile };
}
