/** The exchange of the rig, in a process of its own; ends when its stdin does. */
import { listen } from '../../src/adapters/system/http-listener.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { PaperExchange } from '../../src/paper-exchange/exchange.ts';
import { Heartbeat } from './heartbeat.ts';
import { rigClock } from './rig-clock.ts';
import { truthOf } from './truth.ts';
import type { ExchangeSettings, TruthAnswer } from './words.ts';

const { time, token, accounts, symbols } = JSON.parse(process.argv[2] ?? '') as ExchangeSettings;
const [first, ...others] = accounts;
if (first === undefined) throw new Error('the exchange needs an account');

const exchange = new PaperExchange(
  {
    seed: 'crash',
    accounts: [first, ...others],
    market: { kind: 'silent', symbols },
    // Real exchanges take a moment; what is killed in between must be taken up.
    latencies: { cancelMs: 40, replaceMs: 40, fillMs: 20 },
    handshakeClock: new SystemClock(),
    rest: { requestsPerMinute: 1_000_000 },
    control: { token, journalEntries: 10 },
  },
  rigClock(time),
);
exchange.start();
const heartbeat = new Heartbeat();
const listener = await listen({
  host: '127.0.0.1',
  port: 0,
  onRequest: (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
    if (pathname !== '/truth') return exchange.requestListener(request, response);
    const keyId = searchParams.get('account');
    const account = exchange.core.accountIds[accounts.findIndex((each) => each.keyId === keyId)];
    const asked = { symbol: searchParams.get('symbol') ?? '', since: searchParams.get('since') };
    const truth = truthOf(exchange.core, account ?? '', asked);
    const answer: TruthAnswer = { truth, stillAt: heartbeat.stillAt };
    response.end(JSON.stringify(answer));
  },
  onUpgrade: exchange.upgradeListener,
});
process.stdout.write(`${JSON.stringify({ port: listener.port })}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
