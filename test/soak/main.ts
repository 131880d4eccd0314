import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { acquireOwnerLock } from '../../src/adapters/event-stores/owner-lock.ts';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import { temporaryDirectory } from '../../src/adapters/system/files.ts';
import { guardedAccount, settle } from '../support/guarded-account.ts';
import { type Day, growing, lineOf, measured, slopeOf } from './figures.ts';

const HOURS = 24;
const HOUR_MS = 3_600_000;
const SYMBOLS = ['AAPL', 'MSFT', 'NVDA', 'KO', 'XOM'];
/** The exchange is in the same process, and its books keep every order, as a broker's do. */
const BOUNDS = { heapBytesPerDay: 512 * 1_024, rssBytesPerDay: 3 * 1_048_576 };

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '30' },
    'cycle-seconds': { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
  },
});
const write = (line: string): void => void process.stdout.write(`${line}\n`);

const data = temporaryDirectory('bigbrother-soak-');
acquireOwnerLock({ path: join(data.path, 'owner.lock'), pid: process.pid });
const store = new SqliteEventStore(join(data.path, 'journal.sqlite'));
const account = await guardedAccount({
  positions: SYMBOLS.map((symbol) => ({ symbol, qty: '20', averageEntryPrice: '100' })),
});
const cycleMs = Number(values['cycle-seconds']) * 1_000;
const guard = account.boot({ cycleMs, closedCycleMs: Math.max(60_000, cycleMs) }, store);
await settle(account.clock, guard.start());
guard.orchestrator.start();

/** Prices wander, stops follow them, and on each day its owner leaves one position and takes it again. */
async function live(day: number): Promise<void> {
  for (let hour = 0; hour < HOURS; hour += 1) {
    for (const [place, symbol] of SYMBOLS.entries()) {
      const wave = Math.sin((day * HOURS + hour + place * 7) / 19) * 4;
      account.price(symbol, (100 + wave).toFixed(2));
    }
    const symbol = SYMBOLS[day % SYMBOLS.length] ?? 'AAPL';
    if (account.exchange.calendar.sessionAt(account.clock.now()) === 'regular') {
      if (hour === 1) account.exchange.run({ do: 'close_by_hand', account: undefined, symbol });
      if (hour === 2) await settle(account.clock, account.trade(symbol, 'buy', '20'));
    }
    await account.clock.advanceBy(HOUR_MS);
  }
}

const days: Day[] = [];
const startedAt = performance.now();
for (let day = 1; day <= Number(values.days); day += 1) {
  await live(day);
  const today = measured(day, guard.logger.length);
  days.push(today);
  if (!values.json) write(lineOf(today));
}
const seconds = Math.round((performance.now() - startedAt) / 1_000);
await settle(account.clock, guard.stop());
store.close();
data.remove();
const grown = growing(days, BOUNDS);
const perDay = {
  heapBytes: Math.round(slopeOf(days, ({ heapBytes }) => heapBytes)),
  rssBytes: Math.round(slopeOf(days, ({ rssBytes }) => rssBytes)),
};
if (values.json) write(JSON.stringify({ days, perDay, seconds, grown }));
else
  write(
    `a day adds ${perDay.heapBytes} bytes of heap and ${perDay.rssBytes} of memory; ${seconds} s`,
  );
for (const what of grown) process.stderr.write(`${what}\n`);
process.exitCode = grown.length === 0 ? 0 : 1;
