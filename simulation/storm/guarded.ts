import { guardrails, policySettings, tradingPolicies } from '../../policies/registry.ts';
import { connectAlpaca } from '../../src/adapters/alpaca/connect.ts';
import type { RateLimits } from '../../src/adapters/alpaca/rate-limiter.ts';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { MemoryHaltLatch } from '../../src/adapters/system/memory-halt-latch.ts';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { defaultPlanning } from '../../src/engine/planning-settings.ts';
import { createRuntime } from '../../src/runtime/runtime.ts';
import {
  defaultRuntimeSettings,
  type RuntimeSettings,
} from '../../src/runtime/settings/settings.ts';
import { createMcpServer } from '../../src/server/mcp-server.ts';
import { agentLine } from './agent-line.ts';
import { askBigBrother } from './guarded-agent.ts';
import { AGENTS, type Subject, type Surroundings, SYMBOLS } from './subject.ts';

/** No limit of requests for anybody: the storm is about conflicts, and a limit prevents some. */
const UNLIMITED: RateLimits = {
  ...{ burst: 1_000_000, perMinute: 1_000_000, queueLimit: 10_000, patienceMs: 10_000 },
  reserved: { kill: 0, protect: 0, reconcile: 0, read: 0 },
};

const NO_LIMIT = {
  saleDollarsPerDay: '1000000000',
  saleEquityPercentPerDay: '100000',
  salePositionPercentPerDay: '100000',
  addedDollars: '1000000000',
};

/** Agents may do all that they like: what holds them back is not the subject here. */
const settings: RuntimeSettings = {
  ...defaultRuntimeSettings,
  ...{ plansInFlight: 40, orderLookbackMs: 20_000 },
  approvals: {
    ...defaultRuntimeSettings.approvals,
    ...{ limits: NO_LIMIT, liveLimits: NO_LIMIT, proposalsPerMinute: 1_000_000 },
  },
  controls: { ...defaultRuntimeSettings.controls, repeats: 1_000_000 },
  risk: { ...defaultRuntimeSettings.risk, rebalanceBandPercent: '0.02' },
};

const policies = policySettings.parse({
  messageThrottle: {
    entriesPerMinute: 200,
    entriesPerSymbolPerMinute: 200,
    exitsPerSymbolPerMinute: 200,
  },
  repeatedExecution: { times: 1_000 },
  concentration: { sectorPercent: 400, clusterPercent: 400, unknownSectorPercent: 400 },
  exposureTotal: { percentOfEquity: 400 },
  symbols: { allowed: SYMBOLS },
});

/** BigBrother as its users run it, its loop at work, and twenty agents at its tools. */
export async function guardedSubject(world: Surroundings): Promise<Subject> {
  const { clock, keys, fetchApi, wsFactory } = world;
  const ids = new SeededIds(`${world.seed} storm`);
  const connection = connectAlpaca(
    {
      ...{ keyId: keys.keyId, secret: keys.secretKey, endpoint: { url: 'http://127.0.0.1' } },
      ...{ fetchApi, wsFactory },
    },
    clock,
    UNLIMITED,
  );
  const runtime = createRuntime({
    ...connection,
    ...{ store: new MemoryEventStore(), clock, ids },
    haltLatch: new MemoryHaltLatch(),
    policies: tradingPolicies(policies),
    guardrails: guardrails(policies),
    planning: defaultPlanning,
    driftTolerance: { priceBps: 50 },
    settings,
    settingsHash: 'storm',
  });
  await world.whilePassing(runtime.start());
  runtime.orchestrator.start();
  const deps = { bigBrother: runtime.bigBrother, clock, ids, version: '0', secrets: [] };
  const agents = await Promise.all(
    Array.from({ length: AGENTS }, (_, agent) =>
      agentLine(createMcpServer({ ...deps, log: () => {} }), agent),
    ),
  );
  return {
    ask: async (agent, ask, repeats) => {
      const call = agents[agent];
      return call === undefined ? 'refused' : askBigBrother(call, ask, repeats, world);
    },
    welcome: async () => {},
    stop: async () => {
      await world.whilePassing(runtime.stop());
    },
  };
}
