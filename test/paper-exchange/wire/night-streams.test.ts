import { expect, it } from 'vitest';
import { fromNumber } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { type Stage, setStage } from '../faults/stage.ts';
import { keys } from './given.ts';

const HOUR = 3_600_000;
const streams = { feeds: ['iex', 'sip', 'boats', 'overnight'], dataConnections: 4 } as const;

async function listening(stage: Stage, path: string) {
  const client = await stage.open(path);
  client.send({ action: 'auth', key: keys.keyId, secret: keys.secret });
  client.send({
    action: 'subscribe',
    trades: ['AAPL'],
    quotes: ['AAPL'],
    bars: ['AAPL'],
    statuses: ['*'],
  });
  await client.hears(3);
  client.heard.length = 0;
  return client;
}

function sell({ exchange, clock }: Stage, dollars: number): void {
  const price = fromNumber(dollars);
  const prices = { open: price, high: price, low: price, close: price, vwap: price };
  const at = clock.now() - 60_000;
  exchange.run({ do: 'trade', symbol: 'AAPL', price: String(dollars), size: 100 });
  exchange.tell({
    kind: 'bar',
    bar: { ...{ symbol: 'AAPL', at, durationMs: 60_000, volume: 1, tradeCount: 1 }, ...prices },
  });
}

it('each stream tells the prices of its own venue, and all tell what is halted', async () => {
  const stage = await setStage('in-process', { streams });
  const day = [await listening(stage, '/v2/iex'), await listening(stage, '/v2/sip')];
  const night = [
    await listening(stage, '/v1beta1/boats'),
    await listening(stage, '/v1beta1/overnight'),
  ];
  sell(stage, 100);
  for (const client of day) await client.hears(2);
  stage.exchange.run({ do: 'halt', symbol: 'AAPL' });
  for (const client of [...day, ...night]) await client.hears(1);
  // From noon to nine in the evening.
  await stage.clock.advanceBy(9 * HOUR);
  sell(stage, 103);
  for (const client of night) await client.hears(3);
  stage.exchange.run({ do: 'resume', symbol: 'AAPL' });
  for (const client of [...day, ...night]) await client.hears(4);
  const told = (heard: readonly Record<string, unknown>[]) =>
    heard.map(({ T, p, c }) => [T, p ?? c]);
  for (const { heard } of day) {
    expect(told(heard)).toEqual([
      ['t', 100],
      ['b', 100],
      ['s', undefined],
      ['s', undefined],
    ]);
  }
  for (const { heard } of night) {
    expect(told(heard)).toEqual([
      ['s', undefined],
      ['t', 103],
      ['b', 103],
      ['s', undefined],
    ]);
  }
  await stage.close();
});
