import {
  type Given,
  type Guarded,
  loopedAccount,
  settle,
} from '../test/support/guarded-account.ts';

export const POSITIONS = 500;
const HEADERS = { 'APCA-API-KEY-ID': 'PK-TEST', 'APCA-API-SECRET-KEY': 'secret' };

export const symbols = Array.from(
  { length: POSITIONS },
  (_, index) => `S${String(index).padStart(3, '0')}`,
);

/** Five hundred positions with their stops at the exchange, and what the broker says of them. */
export async function accountOf500(
  settings: NonNullable<Given['settings']> = {},
): Promise<{ readonly guarded: Guarded; readonly texts: readonly [string, string] }> {
  const guarded = await loopedAccount({
    positions: symbols.map((symbol) => ({ symbol, qty: '10', averageEntryPrice: '100' })),
    settings,
  });
  const { clock, exchange } = guarded;
  // Alpaca takes 200 requests a minute, so 500 first stops take minutes of the exchange's time.
  await clock.advanceBy(600_000);
  guarded.orchestrator.rest();
  const read = async (path: string): Promise<string> => {
    const asked = exchange.fetchApi(`http://127.0.0.1/v2/${path}`, { headers: HEADERS });
    return (await settle(clock, asked)).text();
  };
  const orders = await read('orders?status=open&limit=500&nested=true');
  return { guarded, texts: [await read('positions'), orders] };
}
