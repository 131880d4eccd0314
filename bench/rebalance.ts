import { ticker } from '../src/domain/ids.ts';
import type { Intent } from '../src/domain/plan.ts';
import { defaultRuntimeSettings } from '../src/runtime/settings/settings.ts';
import { loopedAccount, settle } from '../test/support/guarded-account.ts';
import type { Row } from './harness.ts';
import { compare } from './harness.ts';

const POSITIONS = 500;
const MOST_MS = 100;
const HEADERS = { 'APCA-API-KEY-ID': 'PK-TEST', 'APCA-API-SECRET-KEY': 'secret' };

/**
 * From the wish to a sealed, reviewed and journalled plan that sells a part of each of 500
 * positions under their stops; against parsing the JSON of those positions and orders alone.
 */
export async function rebalancePlan(): Promise<Row> {
  const symbols = Array.from(
    { length: POSITIONS },
    (_, index) => `S${String(index).padStart(3, '0')}`,
  );
  const { approvals, risk } = defaultRuntimeSettings;
  const guarded = await loopedAccount({
    positions: symbols.map((symbol) => ({ symbol, qty: '10', averageEntryPrice: '100' })),
    settings: {
      approvals: { ...approvals, proposalsPerMinute: 100_000 },
      risk: { ...risk, rebalanceBandPercent: '0.01' },
    },
  });
  const { bigBrother, clock, exchange } = guarded;
  // Alpaca takes 200 requests a minute, so 500 first stops take minutes of the exchange's time.
  await clock.advanceBy(600_000);
  guarded.orchestrator.rest();
  const intent: Intent = {
    ...{ kind: 'rebalance', symbol: null, cashPercent: null },
    weights: symbols.map((symbol) => ({ symbol: ticker(symbol), percent: '0.1' })),
  };
  const propose = () => settle(clock, bigBrother.propose(intent, 'host'));
  const read = async (path: string): Promise<string> => {
    const asked = exchange.fetchApi(`http://127.0.0.1/v2/${path}`, { headers: HEADERS });
    return (await settle(clock, asked)).text();
  };
  const texts = [await read('positions'), await read('orders?status=open&limit=500&nested=true')];
  const row = await compare({
    name: `rebalance of ${POSITIONS} positions, from the wish to the plan`,
    peer: 'JSON.parse of these positions and orders',
    aim: `under ${MOST_MS} ms a plan: ${(POSITIONS * 1_000) / MOST_MS} positions/s`,
    note: `${POSITIONS} parts, each with its stop made smaller first`,
    gate: async () => {
      const proposal = await propose();
      const parts = proposal.outcome === 'proposed' ? proposal.plan.parts.length : 0;
      if (parts !== POSITIONS) throw new Error(`${parts} parts, not ${POSITIONS}`);
    },
    ours: propose,
    theirs: () => texts.map((text) => JSON.parse(text)),
    oursUnits: POSITIONS,
    theirsUnits: POSITIONS,
    unit: 'positions',
  });
  await settle(clock, guarded.stop());
  exchange.stop();
  return row;
}
