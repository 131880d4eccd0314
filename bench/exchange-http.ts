import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen } from '../src/adapters/system/http-listener.ts';
import { SystemClock } from '../src/adapters/system/system-clock.ts';
import { PaperExchange } from '../src/paper-exchange/exchange.ts';
import type { Row } from './harness.ts';
import { compare } from './harness.ts';

const REQUESTS = 2_000;
const AT_ONCE = 4;

/** One round trip over loopback HTTP, against a bare server that answers the same bytes. */
export async function exchangeHttp(): Promise<Row> {
  const symbols = Array.from({ length: 20 }, (_, index) => `S${index}`);
  const exchange = new PaperExchange(
    {
      seed: 'bench',
      accounts: [
        {
          keyId: 'PK',
          secretKey: 'secret',
          cash: '100000',
          multiplier: '4',
          positions: symbols.map((symbol) => ({ symbol, qty: '10', averageEntryPrice: '100' })),
        },
      ],
      market: { kind: 'silent', symbols },
      rest: { requestsPerMinute: null },
    },
    new SystemClock(),
  );
  exchange.start();
  const door = { onRequest: exchange.requestListener, onUpgrade: exchange.upgradeListener };
  const served = await listen({ host: '127.0.0.1', port: 0, ...door });
  const url = `http://127.0.0.1:${served.port}/v2/positions`;
  const headers = { 'APCA-API-KEY-ID': 'PK', 'APCA-API-SECRET-KEY': 'secret' };
  const first = await fetch(url, { headers });
  const body = await first.text();
  const head = Object.fromEntries(
    ['content-type', 'x-request-id', 'content-length'].map((name) => [
      name,
      first.headers.get(name) ?? '',
    ]),
  );

  const bare = createServer((request, response) => {
    request.resume();
    response.writeHead(200, head).end(body);
  });
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  const bareUrl = `http://127.0.0.1:${(bare.address() as AddressInfo).port}/`;

  const row = await compare({
    name: 'paper exchange: HTTP round trip, 20 positions',
    peer: 'bare Node HTTP server with the same bytes',
    aim: 'at least 0.67 (within 1.5x)',
    note: `${body.length} bytes, ${AT_ONCE} requests at once`,
    gate: async () => {
      const answers = [await textOf(url, headers), await textOf(bareUrl, headers)];
      if (answers[0] !== answers[1]) throw new Error('the two servers answer differently');
      if (!body.startsWith('[{')) throw new Error(`not a list of positions: ${body.slice(0, 80)}`);
    },
    ours: () => askOften(url, headers),
    theirs: () => askOften(bareUrl, headers),
    oursUnits: REQUESTS,
    theirsUnits: REQUESTS,
    unit: 'requests',
  });
  exchange.stop();
  bare.closeAllConnections();
  bare.close();
  await served.close();
  return row;
}

async function textOf(url: string, headers: Record<string, string>): Promise<string> {
  const answer = await fetch(url, { headers });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.text();
}

async function askOften(url: string, headers: Record<string, string>): Promise<void> {
  const worker = async () => {
    for (let count = 0; count < REQUESTS / AT_ONCE; count += 1) await textOf(url, headers);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
