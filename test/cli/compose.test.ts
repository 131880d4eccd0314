import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { FileError } from '../../src/adapters/system/files.ts';
import { listen } from '../../src/adapters/system/http-listener.ts';
import { RandomIds } from '../../src/adapters/system/random-ids.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { madeUpAccount } from '../../src/cli/exchange/embedded-exchange.ts';
import { compose } from '../../src/compose.ts';
import { StartError } from '../../src/composition/start-error.ts';
import { defaultSettings, type Settings } from '../../src/config.ts';
import { PaperExchange } from '../../src/paper-exchange/exchange.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** An account at the other end of real sockets, and the settings that lead there as "live". */
async function liveLookalike(accountNumber: string, expected: string) {
  const clock = new SystemClock();
  const account = madeUpAccount([], accountNumber);
  const market = { kind: 'silent', symbols: ['AAPL'] } as const;
  const exchange = new PaperExchange({ seed: 'live', accounts: [account], market }, clock);
  const { requestListener: onRequest, upgradeListener: onUpgrade } = exchange;
  const listener = await listen({ host: '127.0.0.1', port: 0, onRequest, onUpgrade });
  exchange.start();
  const dataDirectory = mkdtempSync(join(tmpdir(), 'bigbrother-live-'));
  cleanups.push(() => rmSync(dataDirectory, { recursive: true }));
  cleanups.push(() => listener.close());
  cleanups.push(() => exchange.stop());
  const settings: Settings = {
    ...defaultSettings('observe', dataDirectory),
    venue: {
      kind: 'alpaca',
      environment: 'live',
      endpoint: { url: `http://127.0.0.1:${listener.port}` },
      keyId: account.keyId,
      secretKey: account.secretKey,
      accountNumber: expected,
    },
  };
  return {
    settings,
    system: { clock, ids: new RandomIds(), exchange: null, journal: 'file' } as const,
  };
}

it('refuses to start when the keys belong to another account than the one named', async () => {
  const { settings, system } = await liveLookalike('PA111', 'PA222');
  const refusal = await compose(settings, system).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(StartError);
  expect(String(refusal)).toContain('The keys belong to account PA111');
  expect(String(refusal)).toContain('BIGBROTHER_LIVE_ACCOUNT names PA222');
});

it('starts when the account is the one named, and names its environment', async () => {
  const { settings, system } = await liveLookalike('PA111', 'PA111');
  const running = await compose(settings, system);
  expect(running.bigBrother.status()).toMatchObject({
    environment: 'live',
    accountNumber: 'PA111',
  });
  expect(running.journalPath).toContain('live-PA111');
  await running.stopGuarding();
  running.close();
});

it('refuses a data directory that other machines write to as well', async () => {
  const { settings, system } = await liveLookalike('PA111', 'PA111');
  const dataDirectory = join(settings.dataDirectory, 'Dropbox', 'bigbrother');
  const refusal = await compose({ ...settings, dataDirectory }, system).catch((error) => error);
  expect(refusal).toBeInstanceOf(FileError);
  expect(String(refusal)).toMatch(/lies in "Dropbox".*set BIGBROTHER_DATA_DIR/);
});
