import { createInterface } from 'node:readline';
import { z } from 'zod';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { startOldBot } from './old-bot.ts';

const line = z.discriminatedUnion('do', [
  z.object({ do: z.literal('sell'), symbol: z.string(), quantity: z.number().nullable() }),
  z.object({ do: z.literal('protect'), symbol: z.string() }),
  z.object({ do: z.literal('buy'), symbol: z.string(), quantity: z.number() }),
]);

/** The bot as a process: signals as lines of JSON on stdin, troubles as lines on stderr. */
const [url = '', keyId = '', secret = ''] = process.argv.slice(2);
const bot = await startOldBot({
  connection: { keyId, secret, endpoint: { url } },
  clock: new SystemClock(),
  onTrouble: ({ manager, because }) => process.stderr.write(`${manager}: ${because}\n`),
});
createInterface({ input: process.stdin })
  .on('line', (text) => {
    const signal = line.parse(JSON.parse(text));
    if (signal.do === 'sell') void bot.signals.sell(signal.symbol, signal.quantity);
    else if (signal.do === 'protect') void bot.signals.protect(signal.symbol);
    else void bot.signals.buy(signal.symbol, signal.quantity);
  })
  .on('close', () => bot.stop());
