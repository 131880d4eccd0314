import { ticker } from '../src/domain/ids.ts';
import type { Intent } from '../src/domain/plan.ts';
import { defaultRuntimeSettings } from '../src/runtime/settings/settings.ts';
import { settle } from '../test/support/guarded-account.ts';
import { accountOf500, POSITIONS, symbols } from './account-of-500.ts';
import type { Row } from './harness.ts';
import { compare, processorMs } from './harness.ts';

const MOST_MS = 100;

/**
 * From the wish to a sealed, reviewed and journalled plan that sells a part of each of 500
 * positions under their stops; against parsing the JSON of those positions and orders alone.
 */
export async function rebalancePlan(): Promise<Row> {
  const { approvals, risk } = defaultRuntimeSettings;
  const { guarded, texts } = await accountOf500({
    approvals: { ...approvals, proposalsPerMinute: 100_000 },
    risk: { ...risk, rebalanceBandPercent: '0.01' },
  });
  const { bigBrother, clock, exchange } = guarded;
  const intent: Intent = {
    ...{ kind: 'rebalance', symbol: null, cashPercent: null },
    weights: symbols.map((symbol) => ({ symbol: ticker(symbol), percent: '0.1' })),
  };
  const propose = () => settle(clock, bigBrother.propose(intent, 'host'));
  // A person asks once: what no plan before has made fast counts by itself.
  const started = processorMs();
  await propose();
  const firstMs = Math.round(processorMs() - started);
  const row = await compare({
    name: `rebalance of ${POSITIONS} positions, from the wish to the plan`,
    peer: 'JSON.parse of these positions and orders',
    aim: `under ${MOST_MS} ms a plan: ${(POSITIONS * 1_000) / MOST_MS} positions/s`,
    note: `${POSITIONS} parts, each with its stop made smaller first; the first took ${firstMs} ms`,
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
    onlyCalculates: true,
  });
  await settle(clock, guarded.stop());
  exchange.stop();
  return row;
}
