import { expect, it, onTestFinished } from 'vitest';
import { listen } from '../../src/adapters/system/http-listener.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { madeUpAccount } from '../../src/cli/exchange/embedded-exchange.ts';
import { tapeAt, tapeOf } from '../../src/cli/owner/exchange-tape.ts';
import { decimal } from '../../src/paper-exchange/core/basics/decimal.ts';
import { PaperExchange } from '../../src/paper-exchange/exchange.ts';
import { servePage } from '../../src/paper-exchange/page/page.ts';
import type { VenueSettings } from '../../src/venue-settings.ts';
import { NOW } from '../support/given.ts';

const at = (environment: 'simulated' | 'paper', url: string): VenueSettings => ({
  ...{ kind: 'alpaca', environment, endpoint: { url } },
  ...{ keyId: 'PK', secretKey: 'secret', accountNumber: null },
});

/** An exchange with a page, as "bigbrother exchange" serves it. */
async function given() {
  const clock = new VirtualClock(NOW);
  const market = { kind: 'silent', symbols: ['AAPL'] } as const;
  const exchange = new PaperExchange({ seed: '1', accounts: [madeUpAccount([])], market }, clock);
  const page = servePage(exchange, () => clock.now());
  const listener = await listen({
    ...{ host: '127.0.0.1', port: 0 },
    onRequest: page.before(exchange.requestListener),
  });
  onTestFinished(() => listener.close());
  exchange.start();
  return { exchange, url: `http://127.0.0.1:${listener.port}` };
}

it('is that of the exchange inside this process, and of one beside it', async () => {
  const { exchange, url } = await given();
  const within = tapeOf(exchange);
  const trade = { symbol: 'AAPL', at: NOW, price: decimal('101'), size: 7, id: 1 };
  exchange.tell({ kind: 'trade', trade });
  const beside = await tapeAt(at('simulated', url))();
  expect(beside?.prints).toMatchObject([{ symbol: 'AAPL', size: 7 }]);
  expect(await within()).toMatchObject({ prints: beside?.prints });
});

it('is nobody’s where the broker is real, has no page, or answers with something else', async () => {
  const { url } = await given();
  expect(await tapeAt(at('paper', url))()).toBeNull();
  expect(await tapeAt({ kind: 'embedded' })()).toBeNull();
  expect(await tapeAt(at('simulated', 'http://127.0.0.1:9'))()).toBeNull();
  expect(await tapeAt(at('simulated', `${url}/v2`))()).not.toBeUndefined();
});
