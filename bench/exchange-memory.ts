import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { VirtualClock } from '../src/adapters/system/virtual-clock.ts';
import { madeUpMarket } from '../src/cli/exchange/embedded-exchange.ts';
import { PaperExchange } from '../src/paper-exchange/exchange.ts';
import type { Row } from './harness.ts';

/** Monday, 5 October 2026, 09:30 in New York. */
const STARTS_AT = Date.UTC(2026, 9, 5, 13, 30);
const DAY_MS = 86_400_000;
const ORDER_EVERY_MS = 600_000;
/** Minute bars are kept for so long: until then what lives grows. */
const DAYS_UNTIL_FULL = 20;
const DAYS = 30;

/** What lives after thirty simulated days more, against what lived before them. */
export async function exchangeMemory(): Promise<Row> {
  const clock = new VirtualClock(STARTS_AT);
  const account = { keyId: 'PK', secretKey: 'secret', cash: '1000000', multiplier: '4' } as const;
  const market = { kind: 'generated', symbols: madeUpMarket } as const;
  const exchange = new PaperExchange({ seed: 'bench', accounts: [account], market }, clock);
  const { core } = exchange;
  const [accountId = ''] = core.accountIds;
  let updates = 0;
  core.subscribe(({ kind }) => {
    if (kind === 'trade_update') updates += 1;
  });
  exchange.start();
  let side = 'sell';
  const trade = (): void => {
    side = side === 'sell' ? 'buy' : 'sell';
    const order = { symbol: 'AAPL', side, qty: '1', type: 'market', time_in_force: 'day' };
    core.submitOrder(accountId, order);
    clock.after(ORDER_EVERY_MS, trade);
  };
  trade();

  await clock.advanceTo(STARTS_AT + DAYS_UNTIL_FULL * DAY_MS);
  const before = livingMegabytes();
  const updatesBefore = updates;
  await clock.advanceTo(STARTS_AT + (DAYS_UNTIL_FULL + DAYS) * DAY_MS);
  const after = livingMegabytes();
  exchange.stop();
  if (updates - updatesBefore < 1_000) throw new Error(`only ${updates} updates of orders`);
  const ratio = after / before;
  return {
    name: `paper exchange: memory after ${DAYS} simulated days more`,
    peer: `itself after the first ${DAYS_UNTIL_FULL} days`,
    ours: `${after.toFixed(1)} MB`,
    theirs: `${before.toFixed(1)} MB`,
    ratio: { median: ratio, min: ratio, max: ratio },
    aim: 'flat: at most 1.1',
    note: `${madeUpMarket.length} symbols, ${updates} updates of orders; heap and buffers after a collection`,
  };
}

function livingMegabytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1_000_000;
}
